//! What Huawei signs the callbacks with that come with a key.

use std::io;

use clap::Subcommand;
use revocation_app::ports::{CallbackSecret, StoreError};
use revocation_aws::DynamoAccessKeys;
use revocation_rules::ids::KeyId;

#[derive(Subcommand)]
pub enum Signatures {
    /// Take callbacks with this key only if Huawei signed them. The callback secret comes from standard input.
    Sign {
        id: KeyId,
        /// The callback user, as it was set at Huawei's console.
        #[arg(long)]
        user: String,
    },
    /// Take callbacks with this key unsigned again.
    Unsign { id: KeyId },
}

#[derive(Debug, thiserror::Error)]
pub enum SignaturesError {
    #[error("name the callback user, and give the callback secret on standard input")]
    Empty,
    #[error("the callback secret could not be read")]
    Input(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether there is the key, which key it is, and what the audit says of it.
pub struct Changed {
    pub found: bool,
    pub id: KeyId,
    pub command: &'static str,
    pub result: &'static str,
}

pub async fn run(keys: &DynamoAccessKeys, command: Signatures, input: impl io::Read) -> Result<Changed, SignaturesError> {
    let (id, signed_with, command, result) = match command {
        Signatures::Sign { id, user } => (id, Some(signed_with(user, input)?), "keys sign", "callbacks must be signed"),
        Signatures::Unsign { id } => (id, None, "keys unsign", "callbacks need not be signed"),
    };
    let found = keys.set_callback_secret(&id, signed_with.as_ref()).await?;
    Ok(Changed {
        found,
        id,
        command,
        result,
    })
}

fn signed_with(user: String, input: impl io::Read) -> Result<CallbackSecret, SignaturesError> {
    let secret = io::read_to_string(input)?.trim().to_owned();
    if user.is_empty() || secret.is_empty() {
        return Err(SignaturesError::Empty);
    }
    Ok(CallbackSecret { user, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_what_was_typed_without_its_line_s_end() {
        let read = |user: &str, input: &str| signed_with(user.to_owned(), input.as_bytes());
        let expected = CallbackSecret {
            user: "shop".to_owned(),
            secret: "a secret".to_owned(),
        };
        assert_eq!(read("shop", "a secret\r\n").ok(), Some(expected));
        for (user, input) in [("shop", "\n"), ("", "a secret")] {
            assert!(matches!(read(user, input), Err(SignaturesError::Empty)));
        }
    }
}
