//! zstd frames, with a context for each thread: making one costs more than packing a small value.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

const LEVEL: i32 = 1;

thread_local! {
    static PACKS: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKS: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// One frame that says how long its content is. `None` only without memory.
pub fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    PACKS.with_borrow_mut(|kept| {
        let context = match kept {
            Some(context) => context,
            None => kept.insert(Compressor::new(LEVEL).ok()?),
        };
        context.compress(bytes).ok()
    })
}

/// The content of a frame, of `most` bytes at most; `None` when it is longer, whatever it claims, or damaged.
pub fn decompress(frame: &[u8], most: usize) -> Option<Vec<u8>> {
    UNPACKS.with_borrow_mut(|kept| {
        let context = match kept {
            Some(context) => context,
            None => kept.insert(Decompressor::new().ok()?),
        };
        context.decompress(frame, most).ok()
    })
}
