//! The push: what was said of it, and its closures.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use revocation_app::ports::StoreError;
use revocation_rules::ids::{PushRef, Tenant};
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::shard::ShardCount;

use super::{Item, Reader, Writer, key};

const WHAT: &str = "push";

pub fn write(push: &Push) -> Item {
    let said = &push.registration;
    let item = Writer::at(key::push(&said.push), key::PUSH)
        .text("push_type", said.push_type.as_str())
        .text("title", said.title.as_str())
        .time("sent_at", said.sent_at)
        .time_if("send_until_at", said.send_until)
        .time("registered_at", push.registered_at)
        .number("shards", push.shards.get())
        .json("closures", &push.closures)
        .number("version", push.version)
        .number("expires_at", expires_at(push))
        .text("listed_pk", listed_pk(&said.push.tenant, said.push_type, said.sent_at))
        .text("listed_sk", listed_sk(&said.push, said.sent_at));
    let item = item.text_if("push_id", key::id_beside(&said.push.id));
    match &said.notices {
        Some(notices) => item.json("notice", notices),
        None => item,
    }
    .finish()
}

/// Until when it is kept.
pub fn expires_at(push: &Push) -> i64 {
    super::expires_at(push.kept_until())
}

pub fn read(item: &Item) -> Result<Push, StoreError> {
    let reader = Reader::new(WHAT, item)?;
    let id = reader.if_there("push_id", Reader::text)?;
    Ok(Push {
        registration: Registration {
            push: reader.known("pk", |pk| key::parse_push(pk, id))?,
            push_type: reader.known("push_type", PushType::parse)?,
            title: reader.text("title")?.to_owned(),
            sent_at: reader.time("sent_at")?,
            send_until: reader.if_there("send_until_at", Reader::time)?,
            notices: reader.if_there("notice", Reader::json)?,
        },
        registered_at: reader.time("registered_at")?,
        shards: ShardCount::new(reader.number("shards")?).ok_or_else(|| reader.damaged("shards"))?,
        closures: reader.json("closures")?,
        version: reader.number("version")?,
    })
}

/// Index `listed`: the pushes of one tenant and type that were sent on one day (UTC).
pub fn listed_pk(tenant: &Tenant, push_type: PushType, at: Timestamp) -> String {
    let day = at.to_zoned(TimeZone::UTC).date();
    format!("{tenant}#{}#{day}", push_type.as_str())
}

/// By the time it was sent; the id tells apart what was sent at the same time.
pub fn listed_sk(push: &PushRef, sent_at: Timestamp) -> String {
    format!("{}#{}#{}", listed_time(sent_at), push.kind.as_str(), key::part(push.id.as_str()))
}

/// Milliseconds with leading zeros, so that their order as text is the order of time.
pub fn listed_time(at: Timestamp) -> String {
    format!("{:015}", at.as_millisecond().max(0))
}
