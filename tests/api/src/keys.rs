//! One key for each role. A key is called as its role is; a word before it is its app, and `disabled` is its state.

use revocation_app::ports::{AccessKey, KeptSecret, KeyState, SecretDigest, SecretSeal as _, SecretText};
use revocation_rules::channel::Channel;
use revocation_rules::role::Role;
use revocation_testkit::{MemoryAccessKeys, MemorySeal, builders, run};

/// Of every key.
pub const SECRET: &str = "secret";

pub fn key(id: &str, app: &str, role: Role) -> AccessKey {
    AccessKey {
        id: id.parse().unwrap(),
        tenant: builders::tenant(app),
        role,
        channel: None,
        state: KeyState::Active,
        label: None,
        secret: KeptSecret::Digest(SecretDigest::of(SECRET)),
        created_at: builders::noon(),
    }
}

/// Its secret can be opened: it signs.
fn signing(id: &str, app: &str, role: Role) -> AccessKey {
    let mut key = key(id, app, role);
    let sealed = run(MemorySeal.seal(&key.id, &SecretText::new(SECRET))).unwrap();
    key.secret = KeptSecret::Sealed {
        digest: SecretDigest::of(SECRET),
        sealed,
    };
    key
}

pub fn all() -> MemoryAccessKeys {
    let mut keys: Vec<_> = Role::ALL.into_iter().map(|role| key(role.as_str(), "shop", role)).collect();
    keys.extend([Role::Sender, Role::Viewer, Role::Operator].map(|role| key(&format!("other-{}", role.as_str()), "other", role)));
    let calling_back = Channel::ALL.into_iter().filter(|channel| channel.facts().calls_back);
    keys.extend(calling_back.map(|channel| AccessKey {
        channel: Some(channel),
        ..key(&format!("callback-{channel}"), "shop", Role::Callback)
    }));
    keys.push(AccessKey {
        label: Some("Night shift".parse().unwrap()),
        ..key("labelled", "shop", Role::Operator)
    });
    for (id, app, role) in [
        ("rpc-operator", "shop", Role::Operator),
        ("rpc-viewer", "shop", Role::Viewer),
        ("rpc-other", "other", Role::Operator),
    ] {
        keys.push(signing(id, app, role));
    }
    keys.extend(
        [
            key("disabled", "shop", Role::Admin),
            signing("rpc-disabled", "shop", Role::Operator),
        ]
        .map(|key| AccessKey {
            state: KeyState::Disabled,
            ..key
        }),
    );
    MemoryAccessKeys::with(keys)
}
