//! What happens when memory runs out: the words and the status of an internal error, where Rust itself
//! would abort.
//!
//! Nothing is undone on the way. A transaction ends as that of a killed process does: whoever opens
//! the database next rolls it back. The words are made in `report.rs`, before they are needed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::OsString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::libc;

use super::report::{INTERNAL, LastWords, OUTCOME_UNKNOWN};
use super::settings::wanted_format;
use super::terminal::show_what_is_typed;
use useradm::Interrupt;

/// What is printed, and how to know whether a change was stored before.
static PREPARED: OnceLock<(LastWords, Interrupt)> = OnceLock::new();

/// Prepares the words, since they could not be made when they are needed.
pub(super) fn prepare(words: LastWords, interrupt: Interrupt) {
    // It is said once, when the format is known.
    let _ = PREPARED.set((words, interrupt));
}

/// The system's memory, where the lack of it ends the process.
struct Memory;

#[global_allocator]
static MEMORY: Memory = Memory;

#[expect(unsafe_code, reason = "only so can a program notice that memory runs out")]
// SAFETY: the system's allocator does all the work; a call that it cannot serve does not return.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps to the rules of this function, which are those of that one.
        given(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn given(memory: *mut u8) -> *mut u8 {
    if memory.is_null() { end() } else { memory }
}

/// Says that memory ran out, and ends the process.
fn end() -> ! {
    static IS_ENDING: AtomicBool = AtomicBool::new(false);
    show_what_is_typed();
    let is_first = !IS_ENDING.swap(true, Ordering::SeqCst);
    match PREPARED.get() {
        Some((words, interrupt)) if interrupt.is_kept() => exit(&words.lost, OUTCOME_UNKNOWN),
        Some((words, _)) => exit(&words.failed, INTERNAL),
        // So early that the format is not known, there may still be enough to find it out.
        None if is_first => {
            let arguments: Vec<OsString> = std::env::args_os().collect();
            exit(&LastWords::new(wanted_format(&arguments)).failed, INTERNAL)
        }
        None => exit(b"error: Internal error: out of memory\n", INTERNAL),
    }
}

#[expect(unsafe_code, reason = "std's own write and exit may ask for memory")]
fn exit(words: &[u8], status: u8) -> ! {
    // SAFETY: the bytes are there, and both calls take no lock and no memory.
    unsafe {
        libc::write(libc::STDERR_FILENO, words.as_ptr().cast(), words.len());
        libc::_exit(i32::from(status))
    }
}
