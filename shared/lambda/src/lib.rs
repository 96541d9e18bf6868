//! What every function needs of Lambda, and nothing of revoking.
//!
//! | part | file |
//! |---|---|
//! | what an invocation noted, as lines of metrics | [`metrics`] |
//! | settings, read once, all complaints at once | [`config`] |
//! | JSON logs | [`telemetry`] |
//! | start, and serve what comes | [`serve`] |
//! | an HTTP event as a plain request | [`http_event`] |
//! | a batch of queue messages, one at a time | [`queue_event`] |
//! | until when to work | [`time`] |
//! | a panic is an answer like another | [`panics`] |

pub mod config;
pub mod http_event;
pub mod metrics;
pub mod panics;
pub mod queue_event;
pub mod serve;
pub mod telemetry;
pub mod time;
