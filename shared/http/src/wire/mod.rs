//! The JSON that travels. Input refuses unknown fields; output may gain fields. Both ways: the functions
//! read what is asked and write what is answered, a client (`shared/client`) the other way round.

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
pub(crate) mod summary;
pub(crate) mod totals;
pub(crate) mod unmatched;
mod word;

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
pub use summary::*;
pub use totals::*;
pub use unmatched::*;
pub use word::Word;
