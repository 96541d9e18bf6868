//! What is counted and timed, each declared once, and the lines in which `CloudWatch` reads it.
//!
//! | part | file |
//! |---|---|
//! | the closed set of metrics, with unit, dimensions and meaning | [`Metric`] |
//! | what one invocation counts, gathered where it becomes known | [`note`], [`gathered`] |
//! | the lines that are written at its end: `CloudWatch`'s embedded metric format | [`Sheet::lines`] |
//! | which tenant asks most, without a list of tenants | [`Busiest`] |
//!
//! Promises: a metric outside this set cannot be noted; no dimension holds a tenant, a push, a token or anything else
//! that somebody sent; noting asks nobody for anything, and outside of [`gathered`] does nothing at all. What an
//! invocation that is killed had noted is lost with it; whoever repeats its work notes it again.

mod busiest;
mod class;
mod emf;
mod metric;
mod sheet;

pub use busiest::Busiest;
pub use class::Class;
pub use metric::{Declared, Dimension, Fold, METRICS, Metric, Unit};
pub use sheet::{Labels, Sheet, about, gathered, gathered_now, note};
