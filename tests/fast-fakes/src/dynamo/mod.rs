//! Tables of items under `pk` and, if they have one, `sk`.

mod expression;
mod query;
mod read;
mod size;
mod tables;
mod write;

pub(crate) use tables::{Refused, Tables};
