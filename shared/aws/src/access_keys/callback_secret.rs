//! What a vendor signs the callbacks with that come with a key: beside the key,
//! and read by whoever checks a signature and by nobody else.

use revocation_app::ports::{CallbackSecret, CallbackSecrets, StoreError};
use revocation_rules::ids::KeyId;

use super::DynamoAccessKeys;
use crate::failure::unavailable;
use crate::items::update::Update;
use crate::items::{Reader, text};

const USER: &str = "callback_user";
const SECRET: &str = "callback_secret";

impl CallbackSecrets for DynamoAccessKeys {
    async fn callback_secret(&self, key: &KeyId) -> Result<Option<CallbackSecret>, StoreError> {
        let answer = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .key("pk", text(key.as_str()))
            .projection_expression(format!("v, {USER}, {SECRET}"))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable("GetItem", &error))?;
        // Half of it is damage: a callback must not go unchecked for it.
        let Some(item) = answer.item.filter(|item| item.contains_key(USER) || item.contains_key(SECRET)) else {
            return Ok(None);
        };
        let reader = Reader::new("access key", &item)?;
        Ok(Some(CallbackSecret {
            user: reader.text(USER)?.to_owned(),
            secret: reader.text(SECRET)?.to_owned(),
        }))
    }
}

impl DynamoAccessKeys {
    /// Keeps what callbacks with this key are signed with, or forgets it. Whether there is such a key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_callback_secret(&self, key: &KeyId, signed_with: Option<&CallbackSecret>) -> Result<bool, StoreError> {
        let update = match signed_with {
            Some(signed_with) => Update::default()
                .set(USER, text(signed_with.user.as_str()))
                .set(SECRET, text(signed_with.secret.as_str())),
            None => Update::default().remove(USER).remove(SECRET),
        };
        self.change(key, update).await
    }
}
