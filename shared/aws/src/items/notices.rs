//! What an app's users read in place of a revoked message. Kept until it is replaced.

use revocation_app::ports::StoreError;
use revocation_rules::ids::Tenant;
use revocation_rules::notice::Notices;

use super::{Item, Reader, Writer, key};

const WHAT: &str = "notice";

pub fn write(of: &Tenant, notices: &Notices) -> Item {
    Writer::at(key::app(of), key::NOTICE).json("notice", notices).finish()
}

pub fn read(item: &Item) -> Result<Notices, StoreError> {
    Reader::new(WHAT, item)?.json("notice")
}
