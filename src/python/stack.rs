//! Deep stacks: Python trees are walked and dropped by recursion, so work on them runs where there is room.
//!
//! Knows nothing about Python. A stack is address space, touched only when the recursion goes there.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// Does `work(0)` … `work(count - 1)` on as many deep threads as there are cores; results in order.
///
/// One piece of work runs in the calling thread: starting threads would cost more than it saves.
pub fn map_deep<R: Send>(count: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(count);
    if cores <= 1 {
        return if count == 1 {
            vec![work(0)]
        } else {
            with_deep_stack(|| (0..count).map(&work).collect())
        };
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        with_deep_stack(|| {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return done;
                }
                done.push((index, work(index)));
            }
        })
    };
    let mut all: Vec<(usize, R)> = thread::scope(|scope| {
        let handles: Vec<_> = (1..cores)
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, worker).ok())
            .collect();
        let mut all = worker();
        for handle in handles {
            match handle.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_deep, map_deep, stack_bytes, with_deep_stack};

    #[test]
    fn results_keep_their_order() {
        assert_eq!(map_deep(1000, |n| n * 2), (0..1000).map(|n| n * 2).collect::<Vec<_>>());
        assert_eq!(map_deep(0, |n| n), Vec::<usize>::new());
        assert_eq!(map_deep(1, |n| n + 1), [1]);
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
