//! Closes the gate and keeps the revocation, both or neither (law L1).

use aws_sdk_dynamodb::types::CancellationReason;
use revocation_app::ports::{Saved, StoreError};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;

use super::DynamoPushStore;
use super::put_progress::VersionIs;
use super::transact::Transacted;
use crate::dice::random_text;
use crate::items::update::Update;
use crate::items::{json_text, key, push, revocation, text, time};

impl DynamoPushStore {
    pub(super) async fn insert(&self, read: &Push, new: &Revocation) -> Result<Saved, StoreError> {
        let item = revocation::write(new)?;
        let mut closures = read.closures.clone();
        closures.push(new.closure());
        let close = Update::default()
            .set("closures", text(json_text(&closures)))
            .raise_version(read.version)
            // Versions begin anew in another life of the same id.
            .and_is("registered_at", time(read.registered_at));
        let writes = |_| {
            Ok(vec![
                self.update_of(key::push(&new.push), key::PUSH.to_owned(), &close)?,
                self.put_of(item.clone(), VersionIs::new(0))?,
            ])
        };
        match self.transact(&random_text(), writes).await? {
            Transacted::Written => Ok(Saved::Yes),
            Transacted::Refused(reasons) => {
                // The id is ours alone: a closure by it means that a lost answer said yes.
                let stored = reasons.first().and_then(CancellationReason::item).map(push::read).transpose()?;
                let ours = stored.is_some_and(|push| push.closures.iter().any(|closure| closure.by == new.id));
                Ok(if ours { Saved::Yes } else { Saved::Outdated })
            }
        }
    }
}
