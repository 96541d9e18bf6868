//! The use cases: what the functions do, over ports.
//!
//! One file per use case, each reading like the sentence that describes it.
//! What may be decided without I/O is decided in `revocation-rules`; AWS, HTTP
//! and the vendors are behind the [`ports`].

pub mod ports;

mod acknowledge;
mod admit_recording;
mod book;
mod channel_preview;
mod check_gate;
mod check_revocation;
mod confirm_batch;
mod connect_device;
mod count_deliveries;
mod device_token;
mod dispatch_batch;
mod examine_scope;
mod facts;
mod fan_out;
mod find_task;
mod issue_device_token;
mod judge_unknown;
mod list_outcomes;
mod list_tasks;
mod look_up;
mod preview_revocation;
mod queue_looks;
mod record_deliveries;
mod recount_revocation;
mod register_device;
mod register_push;
mod replay_revocation;
mod request_revocation;
mod resolve_notices;
mod start_fan_out;
mod sweep;
mod take_receipts;
mod withdraw_device_token;

pub use acknowledge::{AcknowledgeError, ReceiptTaker, acknowledge, report_from_device};
pub use admit_recording::{AdmitError, KnownBindings, admit_recording};
pub use channel_preview::ChannelPreview;
pub use check_gate::{GateError, GateQuestion, check_gate};
pub use check_revocation::check_revocation;
pub use confirm_batch::{Confirmed, confirm_batch};
pub use connect_device::{ConnectError, connect_device, disconnect_device};
pub use count_deliveries::{ChannelTotals, DeliveryCount, Totals, count_by_channel, count_deliveries};
pub use device_token::TokenText;
pub use dispatch_batch::{Dispatched, Dispatcher, LEASE, dispatch_batch};
pub use examine_scope::{NAMING_LIMIT, name_unmatched};
pub use fan_out::{FannedOut, fan_out};
pub use find_task::find_task;
pub use issue_device_token::{DEVICE_TOKEN_LIFE, DEVICE_TOKEN_LIVES, IssueError, IssuedToken, issue_device_token};
pub use list_outcomes::{DeliveryOutcome, OutcomeFilter, OutcomePage, OutcomesCursor, list_outcomes};
pub use list_tasks::{MOST_LOOKED_AT, TaskListQuery, list_tasks};
pub use look_up::{LookUpError, list_pushes, look_up_push, look_up_revocation, look_up_totals};
pub use preview_revocation::{Preview, preview_revocation};
pub use record_deliveries::{NewBatch, RecordError, RecordedBatch, record_deliveries};
pub use recount_revocation::{Checked, recount_revocation};
pub use register_device::{DeviceError, DeviceRegistered, MOST_CONNECTIONS, MOST_MISSED, register_device};
pub use register_push::{RegisterError, Registered, register_push};
pub use replay_revocation::{ReplayError, replay_revocation};
pub use request_revocation::{Accepted, NewRevocation, RequestError, request_revocation};
pub use sweep::{SWEPT_AT_ONCE, SweepError, Swept, sweep};
pub use take_receipts::{NewReceipt, ReceiptError, TakenReceipts, take_receipts};
pub use withdraw_device_token::{WithdrawError, withdraw_device_token};
