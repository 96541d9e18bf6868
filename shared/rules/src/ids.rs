//! Ids are parsed once, at the edge, and carried typed.
//!
//! Every id has a private field and one way in: `FromStr`, which says what is
//! wrong with a bad one. `Debug` equals `Display`, but for [`DeviceToken`],
//! whose text never reaches a log.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hex::hex;

use crate::channel::{Channel, Tokens};
use crate::web_push::MAX_ENDPOINT_BYTES;

/// Longest id of a push or a target, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 4_096;
/// Longest device token, in bytes. The longest documented one is Huawei's, about 130; a browser's endpoint is longer, and
/// may be [`MAX_ENDPOINT_BYTES`].
pub const MAX_TOKEN_BYTES: usize = 512;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("must not be empty")]
    Empty,
    #[error("is longer than {max} bytes")]
    TooLong { max: usize },
    /// A control character, wherever the text comes from; of a new id any that is not seen: [`crate::visible`].
    #[error("{}", unseen(*character, *at))]
    Unseen { character: char, at: usize },
    #[error("has a character outside A-Z a-z 0-9 - _ .")]
    NotAName,
    #[error("is no language tag such as en or zh-CN")]
    NotALocale,
    #[error("must start with {expected}")]
    WrongPrefix { expected: &'static str },
}

fn unseen(character: char, at: usize) -> String {
    let code = u32::from(character);
    if character == ' ' {
        format!("has a blank (U+{code:04X}) at character {at}, where it is not seen")
    } else {
        format!("has an invisible character (U+{code:04X}) at character {at}")
    }
}

fn free_text(text: &str, max: usize) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > max {
        return Err(IdError::TooLong { max });
    }
    // Most are ASCII, which is looked through without being decoded.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    match text.chars().zip(1..).find(|(character, _)| character.is_control()) {
        Some((character, at)) => Err(IdError::Unseen { character, at }),
        None => Ok(()),
    }
}

fn name(text: &str, max: usize) -> Result<(), IdError> {
    free_text(text, max)?;
    if text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
        Ok(())
    } else {
        Err(IdError::NotAName)
    }
}

fn locale(text: &str) -> Result<(), IdError> {
    name(text, 35)?;
    let mut parts = text.split('-');
    let language = parts
        .next()
        .is_some_and(|part| matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let rest = parts.all(|part| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if language && rest { Ok(()) } else { Err(IdError::NotALocale) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, |$text:ident| $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str($text: &str) -> Result<Self, IdError> {
                $check?;
                Ok(Self($text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                let $text = text.as_str();
                $check?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

macro_rules! shown {
    ($($name:ident),*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )* };
}

id!(
    /// A message id or a task id: the sender's own name for a push. Up to 4,096
    /// bytes; no control characters, and a new one has visible characters only.
    PushId, |text| free_text(text, MAX_ID_BYTES)
);
id!(
    /// The sender's name for one record call, so that sending it twice records it once.
    BatchId, |text| name(text, 128)
);
id!(
    /// The user or device a delivery was for, in the sender's words. One target
    /// may have several devices.
    TargetId, |text| free_text(text, MAX_ID_BYTES)
);
id!(
    /// The app half of a tenant, e.g. `ONEX570DA89211721`.
    AppId, |text| name(text, 64)
);
id!(
    /// The workspace half of a tenant, e.g. `default`.
    WorkspaceId, |text| name(text, 64)
);
id!(
    /// Names an access key; not secret.
    KeyId, |text| name(text, 64)
);
id!(
    /// Names one revocation. Minted by us.
    RevocationId, |text| prefixed(text, "rvk_")
);
id!(
    /// Where a vendor delivers to. Personal data: never logged, never in an error.
    DeviceToken, |text| free_text(text, MAX_ENDPOINT_BYTES)
);
id!(
    /// The vendor's own name for one of its sendings, such as vivo's `taskId`.
    VendorTaskId, |text| name(text, 64)
);
id!(
    /// A language tag such as `en` or `zh-CN` (the shape of RFC 5646, not its registry).
    Locale, |text| locale(text)
);
shown!(
    PushId,
    BatchId,
    TargetId,
    AppId,
    WorkspaceId,
    KeyId,
    RevocationId,
    VendorTaskId,
    Locale
);

impl DeviceToken {
    /// The text by which two tokens of a channel are the same device's.
    pub fn canonical(&self, channel: Channel) -> Cow<'_, str> {
        match channel.facts().tokens {
            Tokens::Hexadecimal if self.0.bytes().all(|byte| byte.is_ascii_hexdigit()) => Cow::Owned(self.0.to_ascii_lowercase()),
            Tokens::Hexadecimal | Tokens::AsTheyAre | Tokens::Endpoints | Tokens::DevicesOrAudiences => Cow::Borrowed(&self.0),
        }
    }
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<token>")
    }
}

fn prefixed(text: &str, expected: &'static str) -> Result<(), IdError> {
    name(text, 64)?;
    match text.strip_prefix(expected) {
        Some(rest) if !rest.is_empty() => Ok(()),
        Some(_) => Err(IdError::Empty),
        None => Err(IdError::WrongPrefix { expected }),
    }
}

impl Borrow<str> for TargetId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Begins the name of a device that was recorded without a target.
const OF_A_TOKEN: &str = "device-";
/// Hexadecimal digits of the token's digest in that name.
const TOKEN_DIGITS: usize = 16;

impl TargetId {
    /// What stands for a delivery that was recorded without a target: `device-` and
    /// the first 16 hexadecimal digits of the SHA-256 of its token. A sender can
    /// work it out, and it is not where a vendor delivers to.
    pub fn of_token(token: &DeviceToken) -> Self {
        Self::of_token_text(token.as_str())
    }

    /// The name that a text would have if it were a token.
    pub fn of_token_text(token: &str) -> Self {
        let digest = hex(&Sha256::digest(token.as_bytes())[..TOKEN_DIGITS / 2]);
        Self(format!("{OF_A_TOKEN}{digest}"))
    }

    /// Has it the shape of a name that is made of a token? Spares a digest where it has not.
    pub fn may_be_of_a_token(&self) -> bool {
        self.0.strip_prefix(OF_A_TOKEN).is_some_and(|digits| digits.len() == TOKEN_DIGITS)
    }
}

/// Whose data it is: an app and one of its workspaces. Two tenants never see
/// or touch each other's pushes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tenant {
    pub app: AppId,
    pub workspace: WorkspaceId,
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.app, self.workspace)
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What kind of push an id names: simple pushes have message ids, batch pushes have task ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "description", derive(schemars::JsonSchema))]
pub enum PushKind {
    Message,
    Task,
}

impl PushKind {
    pub const ALL: [Self; 2] = [Self::Message, Self::Task];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Task => "task",
        }
    }
}

/// Names one push of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PushRef {
    pub tenant: Tenant,
    pub kind: PushKind,
    pub id: PushId,
}

/// Names one delivery batch: its push, the shard it lies in, and the sender's batch id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BatchRef {
    pub push: PushRef,
    pub shard: u16,
    pub batch: BatchId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_refused_for_what_is_wrong_with_it() {
        assert_eq!("".parse::<PushId>(), Err(IdError::Empty));
        assert_eq!("a\nb".parse::<PushId>(), Err(IdError::Unseen { character: '\n', at: 2 }));
        assert_eq!("x".repeat(4_097).parse::<PushId>(), Err(IdError::TooLong { max: 4_096 }));
        assert!("x".repeat(4_096).parse::<PushId>().is_ok());
        assert_eq!("a/b".parse::<AppId>(), Err(IdError::NotAName));
        assert!("促销 2026/11 #1".parse::<PushId>().is_ok());
    }

    #[test]
    fn a_revocation_id_shows_what_it_is() {
        assert_eq!("dlv_01J0".parse::<RevocationId>(), Err(IdError::WrongPrefix { expected: "rvk_" }));
        assert_eq!("rvk_".parse::<RevocationId>(), Err(IdError::Empty));
    }

    #[test]
    fn a_locale_is_a_language_tag() {
        for good in ["en", "zh-CN", "zh-Hant-TW", "es-419"] {
            assert!(good.parse::<Locale>().is_ok(), "{good}");
        }
        for bad in ["", "e", "english", "en_US", "en-", "12", "en-toolongapart"] {
            assert!(bad.parse::<Locale>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_device_without_a_target_has_a_name_that_its_sender_can_work_out() {
        // printf %s t1 | sha256sum
        let name = TargetId::of_token(&"t1".parse().unwrap());
        assert_eq!(name.as_str(), "device-628b49d96dcde97a");
        assert!(name.may_be_of_a_token());
        assert!(!"device-1".parse::<TargetId>().unwrap().may_be_of_a_token());
    }

    #[test]
    fn a_token_never_shows_its_text() {
        let token: DeviceToken = "planted-token".parse().unwrap();
        assert!(!format!("{token:?}").contains("planted"));
    }

    #[test]
    fn apples_tokens_are_hexadecimal_and_no_others_are() {
        let token: DeviceToken = "00FcAb".parse().unwrap();
        assert_eq!(token.canonical(Channel::Apns), "00fcab");
        for channel in Channel::ALL.into_iter().filter(|channel| *channel != Channel::Apns) {
            assert_eq!(token.canonical(channel), "00FcAb", "{channel}");
        }
        let no_hex: DeviceToken = "Device-1".parse().unwrap();
        assert_eq!(no_hex.canonical(Channel::Apns), "Device-1");
    }

    #[test]
    fn a_stored_id_is_checked_again_when_read() {
        assert!(serde_json::from_str::<PushId>("\"\"").is_err());
        assert!(serde_json::from_str::<PushId>("\"t1\"").is_ok());
    }
}
