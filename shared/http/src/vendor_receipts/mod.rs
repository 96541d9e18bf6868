//! `POST /v1/receipts/{channel}`: what vendors say of deliveries, in their own words.
//!
//! A vendor names the delivery by its token and by a text that the sender put
//! into the push: `<kind>/<push id>/<batch id>`, each part percent-encoded. What
//! has no such text was not sent by us and is passed over, and so is every event
//! that is none of ours: a vendor can not be told about its mistakes. How sure we
//! are of each format is said in `docs/receipts.md`.

mod huawei;
mod oppo;
mod vivo;
mod xiaomi;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use revocation_app::NewReceipt;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{BatchId, PushId, PushKind};
use revocation_rules::receipt::ReceiptEvent;
use serde::de::DeserializeOwned;

use crate::body;
use crate::problem::Problem;

/// Vendors that call back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    Huawei,
    Xiaomi,
    Oppo,
    Vivo,
}

impl Vendor {
    pub const ALL: [Self; 4] = [Self::Huawei, Self::Xiaomi, Self::Oppo, Self::Vivo];

    pub const fn channel(self) -> Channel {
        match self {
            Self::Huawei => Channel::Huawei,
            Self::Xiaomi => Channel::Xiaomi,
            Self::Oppo => Channel::Oppo,
            Self::Vivo => Channel::Vivo,
        }
    }

    pub fn parse(channel: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.channel().as_str() == channel)
    }

    /// What a callback says of our deliveries; nothing if it speaks of others.
    ///
    /// # Errors
    /// 413 when the body is too large, 400 when it is not in the vendor's format.
    pub fn receipts(self, body: &[u8]) -> Result<Vec<NewReceipt>, Problem> {
        body::small_enough(body)?;
        match self {
            Self::Huawei => huawei::receipts(body),
            Self::Xiaomi => xiaomi::receipts(body),
            Self::Oppo => oppo::receipts(body),
            Self::Vivo => vivo::receipts(body),
        }
    }

    /// What the vendor takes for a yes.
    pub fn answer(self) -> serde_json::Value {
        match self {
            Self::Huawei => serde_json::json!({ "errno": "0", "errmsg": "success" }),
            // The status alone counts.
            Self::Xiaomi | Self::Oppo | Self::Vivo => serde_json::json!({}),
        }
    }
}

/// The parser's own words are not passed on: they quote what they stumble over.
fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::invalid("", "is not a callback of this vendor"))
}

/// The push and batch of a delivery, as the sender wrote them into the push.
struct Named {
    kind: PushKind,
    id: PushId,
    batch: BatchId,
}

/// `None` for a text that is not ours.
fn named(param: &str) -> Option<Named> {
    let mut parts = param.split('/');
    let (kind, id, batch) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(Named {
        kind: match kind {
            "message" => PushKind::Message,
            "task" => PushKind::Task,
            _ => return None,
        },
        id: percent_decode_str(id).decode_utf8().ok()?.parse().ok()?,
        batch: percent_decode_str(batch).decode_utf8().ok()?.parse().ok()?,
    })
}

/// One receipt for each token of a list such as `a,b`.
fn of_tokens<'a>(tokens: &'a str, param: &str, event: ReceiptEvent, at_ms: Option<i64>) -> impl Iterator<Item = NewReceipt> + use<'a> {
    let named = named(param);
    tokens.split(',').filter_map(move |token| {
        let named = named.as_ref()?;
        Some(NewReceipt {
            kind: named.kind,
            id: named.id.clone(),
            batch: named.batch.clone(),
            token: token.trim().parse().ok()?,
            event,
            at: at_ms.and_then(|at| Timestamp::from_millisecond(at).ok()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, push, batch, token, event and time in milliseconds, in any order.
    pub(super) fn told(vendor: Vendor, body: &str) -> Vec<String> {
        let mut told: Vec<String> = vendor
            .receipts(body.as_bytes())
            .unwrap()
            .into_iter()
            .map(|receipt| {
                format!(
                    "{} {} {} {} {} {:?}",
                    receipt.kind.as_str(),
                    receipt.id,
                    receipt.batch,
                    receipt.token.as_str(),
                    receipt.event.as_str(),
                    receipt.at.map(Timestamp::as_millisecond)
                )
            })
            .collect();
        told.sort();
        told
    }

    #[test]
    fn only_a_text_of_ours_names_a_batch() {
        let names = |param: &str| named(param).map(|named| (named.kind, named.id.to_string(), named.batch.to_string()));
        assert_eq!(names("task/t1/b1"), Some((PushKind::Task, "t1".into(), "b1".into())));
        assert_eq!(
            names("message/%E4%BF%83%2F1/b.1"),
            Some((PushKind::Message, "促/1".into(), "b.1".into()))
        );
        for other in [
            "",
            "task",
            "task/t1",
            "task/t1/b1/x",
            "fax/t1/b1",
            "task//b1",
            "task/t1/a b",
            "task/%ff/b1",
        ] {
            assert_eq!(names(other), None, "{other}");
        }
    }

    #[test]
    fn a_body_of_another_form_is_refused_without_being_quoted() {
        for vendor in Vendor::ALL {
            for body in ["", "planted", "17", "{\"statuses\": \"planted\"}", "[\"planted\"]", "\u{1}"] {
                let problem = vendor.receipts(body.as_bytes()).expect_err(body);
                assert!(!format!("{problem:?}").contains("planted"), "{problem:?}");
            }
        }
    }

    #[test]
    fn a_vendor_is_found_by_its_channel() {
        assert_eq!(Vendor::parse("vivo"), Some(Vendor::Vivo));
        assert_eq!(Vendor::parse("apns"), None);
    }
}
