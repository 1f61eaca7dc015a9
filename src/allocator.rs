//! The program's allocator: mimalloc, asked for what the standard library's own would ask.
//!
//! The reason for the `unsafe` here: the crate `mimalloc` sends every request through the allocator's entry for
//! aligned blocks, which takes its slow path whenever the small page at hand is used up, and asks for larger blocks
//! than are needed. A syntax tree is made of nothing but such requests.

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys as mi;

/// To how many bytes mimalloc aligns every block that is at least as large (`MI_MAX_ALIGN_SIZE`).
const ALIGNED: usize = 16;

pub(crate) struct Allocator;

/// What the plain entries guarantee is enough.
fn is_plain(layout: Layout) -> bool {
    layout.align() <= ALIGNED && layout.align() <= layout.size()
}

// SAFETY: every method forwards to mimalloc's function of the same meaning. Sizes are never zero and alignments are
// powers of two, by the contract of `GlobalAlloc`; all blocks come from and go back to the same allocator, whose
// blocks of either entry may be freed and resized by the other.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above.
        unsafe {
            if is_plain(layout) {
                mi::mi_malloc(layout.size()).cast()
            } else {
                mi::mi_malloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above.
        unsafe {
            if is_plain(layout) {
                mi::mi_zalloc(layout.size()).cast()
            } else {
                mi::mi_zalloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: see above.
        unsafe { mi::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: see above. A block that shrinks below its alignment takes the aligned entry.
        unsafe {
            if is_plain(layout) && layout.align() <= size {
                mi::mi_realloc(block.cast(), size).cast()
            } else {
                mi::mi_realloc_aligned(block.cast(), size, layout.align()).cast()
            }
        }
    }
}
