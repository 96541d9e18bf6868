//! An access key.
//!
//! `secret_form` says what is kept of its secret: `digest`, or `sealed` (digest and ciphertext).
//! Without that attribute an older version wrote the item, and `secret` is the secret itself.

use revocation_app::ports::{AccessKey, KeptSecret, KeyState, SecretDigest, SecretForm, SecretText, StoreError};
use revocation_rules::actor::KeyLabel;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{KeyId, Tenant};
use revocation_rules::role::Role;

use super::update::Update;
use super::{Item, Reader, Writer, text};

pub const STATE: &str = "state";
pub const LABEL: &str = "label";
pub const SECRET: &str = "secret";
const SECRET_FORM: &str = "secret_form";
const SECRET_DIGEST: &str = "secret_digest";
const SEALED_SECRET: &str = "sealed_secret";

/// All but what has to do with its secret.
pub const LISTED: [&str; 10] = [
    "pk",
    "v",
    "app",
    "workspace",
    "role",
    "channel",
    STATE,
    LABEL,
    SECRET_FORM,
    "created_at",
];

/// A key as lists show it: whoever lists keys reads no secret, not even a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    pub id: KeyId,
    pub tenant: Tenant,
    pub role: Role,
    pub channel: Option<Channel>,
    pub state: KeyState,
    pub label: Option<KeyLabel>,
    pub secret: SecretForm,
    pub created_at: jiff::Timestamp,
}

pub fn write(key: &AccessKey) -> Item {
    let item = Writer::keyed(key.id.as_str().to_owned())
        .text("app", key.tenant.app.as_str())
        .text("workspace", key.tenant.workspace.as_str())
        .text("role", key.role.as_str())
        .text_if("channel", key.channel.map(Channel::as_str))
        .text(STATE, state_name(key.state))
        .text_if(LABEL, key.label.as_ref().map(KeyLabel::as_str))
        .time("created_at", key.created_at);
    match &key.secret {
        KeptSecret::Readable(secret) => item.text(SECRET, secret.expose()),
        KeptSecret::Digest(digest) => item.text(SECRET_FORM, DIGEST).bytes(SECRET_DIGEST, digest.0.to_vec()),
        KeptSecret::Sealed { digest, sealed } => item
            .text(SECRET_FORM, SEALED)
            .bytes(SECRET_DIGEST, digest.0.to_vec())
            .bytes(SEALED_SECRET, sealed.clone()),
    }
    .finish()
}

/// Keeps a secret in another form; the readable one goes.
pub fn keep_secret(secret: &KeptSecret) -> Update {
    use aws_sdk_dynamodb::primitives::Blob;
    use aws_sdk_dynamodb::types::AttributeValue;

    let bytes = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    match secret {
        KeptSecret::Readable(secret) => Update::default().set(SECRET, text(secret.expose())),
        KeptSecret::Digest(digest) => Update::default()
            .set(SECRET_FORM, text(DIGEST))
            .set(SECRET_DIGEST, bytes(&digest.0))
            .remove(SEALED_SECRET)
            .remove(SECRET),
        KeptSecret::Sealed { digest, sealed } => Update::default()
            .set(SECRET_FORM, text(SEALED))
            .set(SECRET_DIGEST, bytes(&digest.0))
            .set(SEALED_SECRET, bytes(sealed))
            .remove(SECRET),
    }
}

pub fn read(item: &Item) -> Result<AccessKey, StoreError> {
    let reader = Reader::new("access key", item)?;
    let listed = read_listed(item)?;
    Ok(AccessKey {
        secret: match listed.secret {
            SecretForm::Readable => KeptSecret::Readable(SecretText::new(reader.text(SECRET)?)),
            SecretForm::Digest => KeptSecret::Digest(digest(&reader)?),
            SecretForm::Sealed => KeptSecret::Sealed {
                digest: digest(&reader)?,
                sealed: reader.bytes(SEALED_SECRET)?.to_vec(),
            },
        },
        id: listed.id,
        tenant: listed.tenant,
        role: listed.role,
        channel: listed.channel,
        state: listed.state,
        label: listed.label,
        created_at: listed.created_at,
    })
}

/// Reads what [`LISTED`] names.
pub fn read_listed(item: &Item) -> Result<ListedKey, StoreError> {
    let reader = Reader::new("access key", item)?;
    let role = reader.known("role", Role::parse)?;
    let channel = reader.if_there("channel", |reader, name| reader.known(name, Channel::parse))?;
    // A callback's key without its channel would be every channel's.
    if (role == Role::Callback) != channel.is_some() {
        return Err(reader.damaged("channel"));
    }
    Ok(ListedKey {
        id: reader.parsed("pk")?,
        tenant: Tenant {
            app: reader.parsed("app")?,
            workspace: reader.parsed("workspace")?,
        },
        role,
        channel,
        state: reader.known(STATE, state_of)?,
        label: reader.if_there(LABEL, Reader::parsed)?,
        secret: reader
            .if_there(SECRET_FORM, |reader, name| reader.known(name, form_of))?
            .unwrap_or(SecretForm::Readable),
        created_at: reader.time("created_at")?,
    })
}

fn digest(reader: &Reader<'_>) -> Result<SecretDigest, StoreError> {
    let bytes = reader.bytes(SECRET_DIGEST)?;
    bytes.try_into().map(SecretDigest).map_err(|_| reader.damaged(SECRET_DIGEST))
}

const DIGEST: &str = "digest";
const SEALED: &str = "sealed";

/// A readable secret has no name here: that is an item without the attribute.
fn form_of(name: &str) -> Option<SecretForm> {
    match name {
        DIGEST => Some(SecretForm::Digest),
        SEALED => Some(SecretForm::Sealed),
        _ => None,
    }
}

pub const fn state_name(state: KeyState) -> &'static str {
    match state {
        KeyState::Active => "active",
        KeyState::Disabled => "disabled",
    }
}

fn state_of(name: &str) -> Option<KeyState> {
    [KeyState::Active, KeyState::Disabled]
        .into_iter()
        .find(|state| state_name(*state) == name)
}
