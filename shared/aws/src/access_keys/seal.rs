//! Secrets of keys that sign, encrypted by KMS under their key's id.
//!
//! The id is the encryption context `key_id`: KMS opens a ciphertext for the key that it was made
//! for only, so nobody gives a key another one's secret by copying an attribute.

use std::fmt;

use aws_sdk_kms::Client;
use aws_sdk_kms::operation::decrypt::DecryptError;
use aws_sdk_kms::primitives::Blob;
use revocation_app::ports::{SecretSeal, SecretText, StoreError};
use revocation_rules::ids::KeyId;

use crate::failure::unavailable;

const CONTEXT: &str = "key_id";

#[derive(Clone)]
pub struct KmsSeal {
    client: Client,
    kms_key: String,
}

impl KmsSeal {
    /// `kms_key` is the id or ARN of the stack's own key.
    pub fn new(client: Client, kms_key: impl Into<String>) -> Self {
        Self {
            client,
            kms_key: kms_key.into(),
        }
    }
}

impl fmt::Debug for KmsSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsSeal").field("kms_key", &self.kms_key).finish_non_exhaustive()
    }
}

const fn damaged() -> StoreError {
    StoreError::Damaged {
        item: "access key",
        attribute: "sealed_secret",
    }
}

impl SecretSeal for KmsSeal {
    async fn seal(&self, key: &KeyId, secret: &SecretText) -> Result<Vec<u8>, StoreError> {
        let request = self
            .client
            .encrypt()
            .key_id(&self.kms_key)
            .encryption_context(CONTEXT, key.as_str())
            .plaintext(Blob::new(secret.expose()));
        let answer = request.send().await.map_err(|error| unavailable("Encrypt", &error))?;
        answer.ciphertext_blob.map(Blob::into_inner).ok_or(damaged())
    }

    async fn open(&self, key: &KeyId, sealed: &[u8]) -> Result<SecretText, StoreError> {
        let request = self
            .client
            .decrypt()
            .key_id(&self.kms_key)
            .encryption_context(CONTEXT, key.as_str())
            .ciphertext_blob(Blob::new(sealed));
        let answer = request.send().await.map_err(|error| match error.as_service_error() {
            // Another key's, another stack's, or changed. Whatever else KMS says may pass.
            Some(DecryptError::InvalidCiphertextException(_) | DecryptError::IncorrectKeyException(_)) => damaged(),
            _ => unavailable("Decrypt", &error),
        })?;
        let secret = answer.plaintext.ok_or(damaged())?;
        String::from_utf8(secret.into_inner()).map(SecretText::new).map_err(|_| damaged())
    }
}
