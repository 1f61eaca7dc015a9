//! Deep stacks: Python trees are walked and dropped by recursion, so work on them runs where there is room.
//!
//! Knows nothing about Python. A stack is address space, touched only when the recursion goes there.

use std::cell::Cell;
use std::thread;

/// Stack sizes that are tried in turn, in bytes: machines with little address space refuse the big ones.
const SIZES: [usize; 3] = [256 << 20, 64 << 20, 16 << 20];

thread_local! {
    /// Bytes of stack of this thread, if this module made it.
    static STACK: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread was made by [`with_deep_stack`].
pub fn is_deep() -> bool {
    STACK.with(Cell::get) > 0
}

/// Bytes of stack of this thread; 0 when it is not one of ours.
pub fn stack_bytes() -> usize {
    STACK.with(Cell::get)
}

/// Runs `work` on a thread with a 256 MB stack and waits for it; at once if this thread is such a one.
///
/// Falls back to smaller stacks, and last to the calling thread, when the machine refuses.
/// A panic in `work` goes on in the caller.
pub fn with_deep_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    if is_deep() {
        return work();
    }
    let mut work = Some(work);
    let mut result = None;
    let mut panicked = None;
    for size in SIZES {
        let (slot, out) = (&mut work, &mut result);
        // The closure stays in `slot` when the thread cannot be made, so that the next size can have it.
        let joined = thread::scope(|scope| {
            thread::Builder::new()
                .stack_size(size)
                .spawn_scoped(scope, move || {
                    STACK.with(|stack| stack.set(size));
                    if let Some(work) = slot.take() {
                        *out = Some(work());
                    }
                })
                .ok()
                .map(thread::ScopedJoinHandle::join)
        });
        match joined {
            Some(Ok(())) => break,
            Some(Err(panic)) => {
                panicked = Some(panic);
                break;
            }
            None => {}
        }
    }
    if let Some(panic) = panicked {
        std::panic::resume_unwind(panic);
    }
    match (result, work) {
        (Some(result), _) => result,
        (None, Some(work)) => work(),
        // The thread took the work and neither finished nor panicked: not possible.
        (None, None) => unreachable!("the thread neither finished nor panicked"),
    }
}

/// Runs `worker` on as many deep threads as there are cores, this one among them if it is deep; what each gave.
///
/// The workers share out the work between them: fewer run when the machine refuses threads.
pub fn each_core<R: Send>(worker: impl Fn() -> R + Sync) -> Vec<R> {
    let others = thread::available_parallelism().map_or(1, usize::from).saturating_sub(1);
    if others == 0 {
        return vec![with_deep_stack(&worker)];
    }
    let deep = || {
        STACK.with(|stack| stack.set(SIZES[0]));
        worker()
    };
    thread::scope(|scope| {
        let handles: Vec<_> = (0..others)
            .filter_map(|_| {
                thread::Builder::new().stack_size(SIZES[0]).spawn_scoped(scope, deep).ok()
            })
            .collect();
        let mut all = vec![with_deep_stack(&worker)];
        for handle in handles {
            match handle.join() {
                Ok(done) => all.push(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// A deep thread that runs on its own; `None` when the machine refuses.
pub fn spawn_deep(work: impl FnOnce() + Send + 'static) -> Option<thread::JoinHandle<()>> {
    thread::Builder::new()
        .stack_size(SIZES[0])
        .spawn(move || {
            STACK.with(|stack| stack.set(SIZES[0]));
            work();
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{each_core, is_deep, stack_bytes, with_deep_stack};

    #[test]
    fn every_core_has_a_deep_stack() {
        let done = each_core(|| (is_deep(), depth(100_000)));
        assert!(!done.is_empty());
        assert!(done.iter().all(|&done| done == (true, 100_000)));
        assert!(!is_deep());
    }

    fn depth(n: u32) -> u32 {
        let pad = std::hint::black_box([n; 64]);
        if n == 0 { 0 } else { 1 + depth(pad[3] - 1) }
    }

    #[test]
    fn goes_where_a_usual_stack_ends() {
        assert!(!is_deep());
        assert_eq!(with_deep_stack(|| depth(100_000)), 100_000);
        assert!(!is_deep());
    }

    #[test]
    fn nested_calls_stay_on_one_thread() {
        with_deep_stack(|| {
            let outer = std::thread::current().id();
            assert!(stack_bytes() > 0);
            assert_eq!(with_deep_stack(|| std::thread::current().id()), outer);
        });
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        let caught = std::panic::catch_unwind(|| with_deep_stack(|| panic!("inside")));
        assert!(caught.is_err());
    }
}
