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

pub use device::*;
pub use gate::*;
pub use list::*;
pub use me::*;
pub use notice::*;
pub use outcomes::*;
pub use push::*;
pub use receipts::*;
pub use record::*;
pub use register::*;
pub use revoke::*;
pub use totals::*;
