//! Changes one attribute of a key: its state, its label, how its secret is kept.

use revocation_app::ports::{KeptSecret, KeyState, SecretText, StoreError};
use revocation_rules::actor::KeyLabel;
use revocation_rules::ids::KeyId;

use super::DynamoAccessKeys;
use crate::items::access_key::{LABEL, SECRET, STATE, keep_secret, state_name};
use crate::items::update::Update;
use crate::items::{keyed, text};

impl DynamoAccessKeys {
    /// Disables a key, or allows it again. Whether there is such a key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_state(&self, id: &KeyId, state: KeyState) -> Result<bool, StoreError> {
        self.change(id, Update::default().set(STATE, text(state_name(state)))).await
    }

    /// Calls a key something else; `None` takes its label away. Whether there is such a key.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_label(&self, id: &KeyId, label: Option<&KeyLabel>) -> Result<bool, StoreError> {
        let update = match label {
            Some(label) => Update::default().set(LABEL, text(label.as_str())),
            None => Update::default().remove(LABEL),
        };
        self.change(id, update).await
    }

    /// Keeps a secret that was readable in another form. Whether the key still had it so.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn seal(&self, id: &KeyId, readable: &SecretText, kept: &KeptSecret) -> Result<bool, StoreError> {
        let mut update = keep_secret(kept);
        update.values.insert(":readable".to_owned(), text(readable.expose()));
        update.condition = Some(format!("#{SECRET} = :readable"));
        self.change(id, update).await
    }

    /// Whether there is such a key, and whatever else the update asks for holds.
    pub(super) async fn change(&self, id: &KeyId, mut update: Update) -> Result<bool, StoreError> {
        update.condition.get_or_insert_with(|| "attribute_exists(pk)".to_owned());
        let written = self.table.update_if(keyed(id.as_str()), &update).await?;
        Ok(written.is_yes())
    }
}
