//! What an app's users read in place of a revoked message. Kept until it is replaced.

use revocation_app::ports::StoreError;
use revocation_rules::actor::{Act, KeyLabel};
use revocation_rules::ids::Tenant;
use revocation_rules::notice::Notices;

use super::{Item, Reader, Writer, key};

const WHAT: &str = "notice";

pub fn write(of: &Tenant, notices: &Notices, written: &Act) -> Item {
    Writer::at(key::app(of), key::NOTICE)
        .json("notice", notices)
        .text("written_by_key", written.by.key.as_str())
        .text_if("written_by_label", written.by.label.as_ref().map(KeyLabel::as_str))
        .time("written_at", written.at)
        .finish()
}

pub fn read(item: &Item) -> Result<Notices, StoreError> {
    Reader::new(WHAT, item)?.json("notice")
}
