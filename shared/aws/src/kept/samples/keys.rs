//! Who may ask: access keys, the nonces that they spent, senders over a queue.

use revocation_app::ports::{AccessKey, KeptSecret, KeyState, SecretDigest};
use revocation_rules::channel::Channel;
use revocation_rules::queue_sender::QueueSender;
use revocation_rules::role::Role;

use super::common::{actor, id, later, noon, tenant};
use super::kind;
use crate::items::{self, Item};
use crate::kept::{Kind, shown};

pub const KINDS: &[Kind] = &[
    kind(
        "access key",
        || items::access_key::write(&access_key()),
        |item, _| shown(items::access_key::read(item)),
    ),
    kind("queue sender", queue_sender, |item, _| shown(items::queue_sender::read(item))),
    kind("spent nonce", nonce, |item, _| {
        shown(items::Reader::new("nonce", item)?.time(items::nonce::UNTIL))
    }),
];

fn access_key() -> AccessKey {
    AccessKey {
        id: id("key-1"),
        tenant: tenant(),
        role: Role::Callback,
        channel: Some(Channel::Xiaomi),
        state: KeyState::Active,
        label: actor().label,
        secret: KeptSecret::Sealed {
            digest: SecretDigest::of("secret"),
            sealed: b"sealed".to_vec(),
        },
        created_at: noon(),
    }
}

fn queue_sender() -> Item {
    let sender = QueueSender::of_sender_id("AIDAEXAMPLE").unwrap();
    items::queue_sender::write(&sender, &tenant(), noon())
}

fn nonce() -> Item {
    items::nonce::write(&id("key-1"), "word", later(1_800), "a-write")
}
