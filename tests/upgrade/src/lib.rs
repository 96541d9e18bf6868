//! An older version and this one side by side, while pushes are taken back.
//!
//! The local stack runs each function's real binary behind a launcher (`upgrade-launcher`), which hands every
//! invocation to the binary of the version that the function is at. So a function is switched as AWS does it: what runs
//! ends as it began, and what comes next goes to the other version. docs/upgrade.md says what is held against what.

mod big;
mod calls;
mod lives;
mod load;
mod report;
mod rule;
mod run;
mod switch;
mod versions;

pub use calls::Calls;
pub use report::Report;
pub use run::{Older, run};
pub use versions::{Version, Versions};
