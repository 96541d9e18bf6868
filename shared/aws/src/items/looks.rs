//! What is known of the looks at a batch for what its devices confirmed. It lies beside the batch's receipts.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use revocation_app::ports::StoreError;
use revocation_rules::looks::{Begun, Look, Looks, Queued};
use revocation_rules::window;

use super::update::Update;
use super::{Item, Reader, VERSION, expires_at, number};

/// Behind all receipts that a dispatch reads, in this version and in those before it.
pub const SK: &str = "watch";

const BEGUN: &str = "begun";
const QUEUED: &str = "queued";

fn update(now: Timestamp) -> Update {
    Update::default()
        .set("v", number(VERSION))
        .set("expires_at", number(expires_at(window::kept_until(now))))
}

fn time(at: Timestamp) -> AttributeValue {
    number(at.as_millisecond())
}

/// A look is queued, if none has begun since.
pub fn note_queued(read: &Looks, queued: &Queued) -> Update {
    let mut update = update(queued.at)
        .set(QUEUED, number(queued.nth))
        .set("queued_at", time(queued.at))
        .set("waits_ms", number(u64::try_from(queued.waits.as_millis()).unwrap_or(u64::MAX)));
    update.names.insert("#begun".to_owned(), BEGUN.to_owned());
    update.condition = Some(match read.begun {
        None => "attribute_not_exists(#begun)".to_owned(),
        Some(begun) => {
            update.values.insert(":read".to_owned(), number(begun.look.nth));
            "#begun = :read".to_owned()
        }
    });
    update
}

/// A look begins, if neither it nor a later one has.
pub fn begin(look: Look, now: Timestamp) -> Update {
    let mut update = update(now)
        .set(BEGUN, number(look.nth))
        .set("begun_by", number(look.by))
        .set("begun_at", time(now));
    update.condition = Some("attribute_not_exists(#begun) OR #begun < :begun".to_owned());
    update
}

pub fn read(item: &Item) -> Result<Looks, StoreError> {
    let reader = Reader::new("looks", item)?;
    let begun = |reader: &Reader<'_>, attribute| {
        Ok(Begun {
            look: Look {
                nth: reader.number(attribute)?,
                by: reader.number("begun_by")?,
            },
            at: reader.time("begun_at")?,
        })
    };
    let queued = |reader: &Reader<'_>, attribute| {
        Ok(Queued {
            nth: reader.number(attribute)?,
            at: reader.time("queued_at")?,
            waits: Duration::from_millis(reader.number("waits_ms")?),
        })
    };
    Ok(Looks {
        begun: reader.if_there(BEGUN, begun)?,
        queued: reader.if_there(QUEUED, queued)?,
    })
}
