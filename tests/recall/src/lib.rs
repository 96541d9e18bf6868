//! How long taking a push back takes, measured through the real functions on this machine.
//!
//! `make bench-recall` and `make bench-kill` are made of it; `docs/recall.md` says what they measure and what not.

mod check;
mod deliveries;
mod kills;
mod machine;
mod options;
mod prepare;
mod quotas;
mod readme;
mod report;
mod run;
mod table;
mod timeline;
mod watch;

pub use check::{Checked, Expected, check};
pub use deliveries::{Batch, Mix, NOTICE, PER_BATCH, Share, TITLE};
pub use kills::{Killed, kill_while_recalling};
pub use machine::Machine;
pub use options::{Options, Wrong};
pub use prepare::{in_turn, show};
pub use quotas::{Counts, Quota, floor_s, quota};
pub use readme::{BEGIN, END, block};
pub use report::{Calls, ChannelOutcome, Report, Run, Seconds, Throttling};
pub use run::recall;
pub use table::table;
pub use timeline::Timeline;
pub use watch::now;
