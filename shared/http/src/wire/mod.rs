//! The JSON that travels. Input refuses unknown fields; output may gain fields.

mod bounded;
pub(crate) mod device;
pub(crate) mod gate;
pub(crate) mod list;
pub(crate) mod me;
pub(crate) mod notice;
pub(crate) mod outcomes;
pub(crate) mod push;
pub(crate) mod receipts;
pub(crate) mod record;
pub(crate) mod register;
pub(crate) mod revoke;
mod summary;
pub(crate) mod totals;
mod unmatched;

pub use device::{DeviceTokenAnswer, DeviceTokenBody, WithdrawnTokenAnswer};
pub use gate::{GateAnswer, gate_question};
pub use list::{PushListAnswer, push_list_query};
pub use me::MeAnswer;
pub use notice::NoticeBody;
pub use outcomes::{OutcomesAnswer, outcomes_question};
pub use push::{PushAnswer, RevocationAnswer};
pub use receipts::{ReceiptsAnswer, ReceiptsBody};
pub use record::{RecordAnswer, RecordBody};
pub use register::{RegisterBody, RegisteredAnswer};
pub use revoke::{PreviewAnswer, RevokeBody, revocation_path};
pub use totals::TotalsAnswer;
