//! One of each kind, with everything in it that it can have.

mod batches;
mod common;
mod devices;
mod keys;
mod progress;
mod pushes;
mod receipts;
mod revocations;
mod vendors;

use revocation_app::ports::StoreError;

use super::{Kind, Set};
use crate::items::Item;

pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    let files = [
        pushes::KINDS,
        revocations::KINDS,
        batches::KINDS,
        progress::KINDS,
        receipts::KINDS,
        keys::KINDS,
        vendors::KINDS,
        devices::KINDS,
    ];
    files.into_iter().flatten()
}

const fn kind(name: &'static str, write: fn() -> Item, read: fn(&Item, &Set) -> Result<String, StoreError>) -> Kind {
    called(name, name, write, read)
}

const fn called(
    name: &'static str,
    called: &'static str,
    write: fn() -> Item,
    read: fn(&Item, &Set) -> Result<String, StoreError>,
) -> Kind {
    Kind {
        name,
        called,
        write: Some(write),
        read,
    }
}
