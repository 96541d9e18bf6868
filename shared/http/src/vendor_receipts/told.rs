//! What one callback says of our deliveries, and what of it could not be used.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use revocation_app::NewReceipt;
use revocation_rules::ids::{BatchId, DeviceToken, PushId, PushKind};
use revocation_rules::receipt::{MAX_RECEIPTS, ReceiptEvent};

use super::document::bare;
use super::entry::{Field, One, each_value, one, time};

/// Most deliveries that one callback may speak of. Vendors send far fewer:
/// Huawei at most 100, and 1 MiB has no room for so many tokens of 50 letters.
pub const MAX_DELIVERIES: usize = 20_000;
/// Most bytes of ids and tokens that receipts are handed on with at once: one
/// entry may name a long push and many tokens.
const PIECE_BYTES: usize = 512 * 1024;

/// What was passed over. Never holds what was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Entries that are not written as this vendor writes them.
    pub unreadable: usize,
    /// Entries of what others sent, or we without our text in it.
    pub not_ours: usize,
    /// Entries of events that change nothing here.
    pub other_events: usize,
    /// Entries of messages that the vendor took and then dropped, since there were too many; ours and others'.
    pub dropped: usize,
    /// Entries of ours that name no token.
    pub no_tokens: usize,
    /// Tokens that are none.
    pub bad_tokens: usize,
    /// Tokens beyond [`MAX_DELIVERIES`].
    pub too_many: usize,
    /// Times that were not understood: when it came was taken instead.
    pub bad_times: usize,
}

/// What one callback says.
#[derive(Debug, Default)]
pub struct Told {
    said: Vec<Said>,
    /// Entries that the callback has.
    pub entries: usize,
    /// Deliveries that it speaks of.
    pub deliveries: usize,
    pub passed_over: PassedOver,
}

/// One event of deliveries of one batch.
#[derive(Debug)]
struct Said {
    kind: PushKind,
    id: PushId,
    batch: BatchId,
    event: ReceiptEvent,
    at: Option<Timestamp>,
    tokens: Vec<DeviceToken>,
}

/// What an entry says happened.
#[derive(Clone, Copy)]
pub(super) enum Event {
    Known(ReceiptEvent),
    /// Too many messages: the vendor kept this one from the device. Whether it was a notice of ours is not said, as
    /// those have no text in them.
    Dropped,
    Other,
    Unreadable,
}

impl Told {
    pub(super) fn of_one_entry() -> Self {
        Self {
            entries: 1,
            ..Self::default()
        }
    }

    /// Notes one entry.
    pub(super) fn note(&mut self, event: Event, param: &Field<'_>, tokens: &Field<'_>, at: &Field<'_>) {
        let event = match event {
            Event::Known(event) => event,
            Event::Dropped => return self.passed_over.dropped += 1,
            Event::Other => return self.passed_over.other_events += 1,
            Event::Unreadable => return self.passed_over.unreadable += 1,
        };
        let named = match param.one() {
            One::Text(param) => named(&param),
            One::Nothing | One::Odd => None,
        };
        let Some((kind, id, batch)) = named else {
            return self.passed_over.not_ours += 1;
        };
        let bad_tokens = self.passed_over.bad_tokens;
        let found = self.tokens(tokens);
        if found.is_empty() {
            // It is counted once: by its tokens if it has some.
            self.passed_over.no_tokens += usize::from(bad_tokens == self.passed_over.bad_tokens);
            return;
        }
        self.deliveries += found.len();
        let at = self.at(at);
        self.said.push(Said {
            kind,
            id,
            batch,
            event,
            at,
            tokens: found,
        });
    }

    fn at(&mut self, at: &Field<'_>) -> Option<Timestamp> {
        let at = match at.one() {
            One::Nothing => return None,
            One::Text(text) => time(&text),
            One::Odd => None,
        };
        self.passed_over.bad_times += usize::from(at.is_none());
        at
    }

    /// Tokens as a text with commas, as a list, or as a text that is a list.
    fn tokens(&mut self, field: &Field<'_>) -> Vec<DeviceToken> {
        let mut found = Vec::new();
        let Some(json) = field.json() else {
            return found;
        };
        if json.starts_with('[') {
            self.listed(json, &mut found);
            return found;
        }
        match field.one() {
            One::Text(text) if bare(&text).starts_with('[') => self.listed(bare(&text), &mut found),
            One::Text(text) => self.with_commas(&text, &mut found),
            One::Nothing => {}
            One::Odd => self.passed_over.bad_tokens += 1,
        }
        found
    }

    fn listed(&mut self, list: &str, found: &mut Vec<DeviceToken>) {
        let read = each_value(list, |value| match one(value) {
            One::Text(text) => self.with_commas(&text, found),
            One::Nothing => {}
            One::Odd => self.passed_over.bad_tokens += usize::from(value != "null"),
        });
        self.passed_over.bad_tokens += usize::from(read.is_none());
    }

    fn with_commas(&mut self, text: &str, found: &mut Vec<DeviceToken>) {
        for token in text.split(',').map(bare).filter(|token| !token.is_empty()) {
            if self.deliveries + found.len() >= MAX_DELIVERIES {
                self.passed_over.too_many += 1;
            } else if let Some(token) = token.parse().ok().filter(|_| !token.contains('\u{fffd}')) {
                found.push(token);
            } else {
                self.passed_over.bad_tokens += 1;
            }
        }
    }

    /// The receipts, in pieces of at most [`MAX_RECEIPTS`] and half a megabyte.
    pub fn pieces(self) -> impl Iterator<Item = Vec<NewReceipt>> {
        let mut receipts = self.said.into_iter().flat_map(Said::receipts).peekable();
        std::iter::from_fn(move || {
            let mut piece = Vec::new();
            let mut bytes = 0;
            while let Some(receipt) =
                receipts.next_if(|next| piece.is_empty() || (piece.len() < MAX_RECEIPTS && bytes + weight(next) <= PIECE_BYTES))
            {
                bytes += weight(&receipt);
                piece.push(receipt);
            }
            (!piece.is_empty()).then_some(piece)
        })
    }
}

fn weight(receipt: &NewReceipt) -> usize {
    receipt.id.as_str().len() + receipt.batch.as_str().len() + receipt.token.as_str().len()
}

impl Said {
    fn receipts(self) -> impl Iterator<Item = NewReceipt> {
        let Self {
            kind,
            id,
            batch,
            event,
            at,
            tokens,
        } = self;
        tokens.into_iter().map(move |token| NewReceipt {
            kind,
            id: id.clone(),
            batch: batch.clone(),
            token,
            event,
            at,
        })
    }
}

/// The push and batch of a delivery, as the sender wrote them into the push.
/// `None` for a text that is not ours.
fn named(param: &str) -> Option<(PushKind, PushId, BatchId)> {
    let mut parts = bare(param).split('/');
    let (kind, id, batch) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let kind = match kind {
        "message" => PushKind::Message,
        "task" => PushKind::Task,
        _ => return None,
    };
    Some((
        kind,
        percent_decode_str(id).decode_utf8().ok()?.parse().ok()?,
        percent_decode_str(batch).decode_utf8().ok()?.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_of_ours_names_a_batch() {
        let names = |param: &str| named(param).map(|(kind, id, batch)| (kind, id.to_string(), batch.to_string()));
        for ours in ["task/t1/b1", " task/t1/b1\n", "\u{feff}task/t1/b1"] {
            assert_eq!(names(ours), Some((PushKind::Task, "t1".into(), "b1".into())));
        }
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
}
