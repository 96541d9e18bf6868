//! Columns into deliveries.

use revocation_rules::batch::{Delivery, Handle, MAX_DELIVERIES};
use revocation_rules::ids::{DeviceToken, TargetId};

use super::cursor::Cursor;
use super::pack::{VERSION, WITH_KEYS};
use super::texts::{self, Texts};
use super::{options, subscriptions};
use crate::items::frame;
use crate::items::packed::{self, MAX_UNPACKED, ZSTD_JSON};

/// The deliveries of a payload of this version or one before. `None` for bytes that neither makes.
pub fn unpack(payload: &[u8]) -> Option<Vec<Delivery>> {
    match *payload.first()? {
        ZSTD_JSON => packed::unpack(payload),
        VERSION => columns_and_bits(payload),
        WITH_KEYS => {
            let mut parts = Cursor(&payload[1..]);
            let length = parts.length()?;
            let plain = parts.bytes(length).filter(|plain| plain.first() == Some(&VERSION))?;
            let mut deliveries = columns_and_bits(plain)?;
            let subscriptions = subscriptions::read(parts.0, deliveries.len())?;
            for (delivery, subscription) in deliveries.iter_mut().zip(subscriptions) {
                delivery.subscription = subscription;
            }
            Some(deliveries)
        }
        _ => None,
    }
}

fn columns_and_bits(payload: &[u8]) -> Option<Vec<Delivery>> {
    let mut parts = Cursor(&payload[1..]);
    let length = parts.length()?;
    let columns = frame::decompress(parts.bytes(length)?, MAX_UNPACKED)?;
    let bits = match parts.0 {
        [] => Vec::new(),
        frame => frame::decompress(frame, MAX_UNPACKED)?,
    };
    read(&columns, &bits)
}

fn read(columns: &[u8], bits: &[u8]) -> Option<Vec<Delivery>> {
    let (mut columns, mut bits) = (Cursor(columns), Cursor(bits));
    let count = columns.length().filter(|count| *count <= MAX_DELIVERIES)?;
    let form = columns.byte()?;
    let tokens = Texts::read(form, count, &mut columns, &mut bits)?;
    let targets = match columns.byte()? {
        texts::OF_TOKENS => None,
        form => Some(Texts::read(form, count, &mut columns, &mut bits)?),
    };
    let notify_ids = options::read_numbers(count, &mut columns)?;
    let collapse_ids = options::read_texts(count, &mut columns)?;
    let vendor_tasks = options::read_texts(count, &mut columns)?;
    let locales = options::read_texts(count, &mut columns)?;
    let (tags, notify_keys) = further(count, &mut columns)?;
    let is_read_whole = columns.0.is_empty() && bits.0.is_empty();
    // Before any of it is copied: a text that all share may be claimed for a thousand.
    let shared = [&collapse_ids, &vendor_tasks, &locales, &tags, &notify_keys];
    let shared: usize = shared.into_iter().flatten().flatten().map(|text| text.len()).sum();
    let size = shared
        .checked_add(tokens.size()?)?
        .checked_add(targets.as_ref().map_or(Some(0), Texts::size)?)?;
    if !is_read_whole || size > MAX_UNPACKED {
        return None;
    }

    let mut targets = targets.as_ref().map(Texts::iter);
    let mut deliveries = Vec::with_capacity(count);
    let further = |texts: &OptionalTexts<'_>, at: usize| texts.get(at).copied().flatten().map(str::to_owned);
    let optional = notify_ids.into_iter().zip(collapse_ids).zip(vendor_tasks).zip(locales);
    for (at, (token, (((notify_id, collapse_id), vendor_task), locale))) in tokens.iter().zip(optional).enumerate() {
        let mut handles = [
            notify_id.map(Handle::NotifyId),
            collapse_id.map(|id| Handle::CollapseId(id.to_owned())),
            further(&tags, at).map(Handle::Tag),
            further(&notify_keys, at).map(Handle::NotifyKey),
        ]
        .into_iter()
        .flatten();
        let handle = handles.next();
        if handles.next().is_some() {
            return None;
        }
        let token: DeviceToken = token?.try_into().ok()?;
        deliveries.push(Delivery {
            target: match &mut targets {
                Some(targets) => targets.next()??.try_into().ok()?,
                None => TargetId::of_token(&token),
            },
            token,
            handle,
            vendor_task: vendor_task.map(str::parse).transpose().ok()?,
            locale: locale.map(str::parse).transpose().ok()?,
            subscription: None,
        });
    }
    Some(deliveries)
}

type OptionalTexts<'a> = Vec<Option<&'a str>>;

/// The columns of tags and notify keys, or two that are empty: they are only there when a delivery has one.
fn further<'a>(count: usize, columns: &mut Cursor<'a>) -> Option<(OptionalTexts<'a>, OptionalTexts<'a>)> {
    if columns.0.is_empty() {
        return Some((Vec::new(), Vec::new()));
    }
    let tags = options::read_texts(count, columns)?;
    let notify_keys = options::read_texts(count, columns)?;
    let are_of_use = tags.iter().chain(&notify_keys).any(Option::is_some);
    are_of_use.then_some((tags, notify_keys))
}
