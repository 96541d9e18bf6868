//! `revoke replay`: what failed is tried again.

use super::{Session, Stay};
use crate::arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Said;
use crate::subject::Subject;
use crate::watch::{resume, watch};

impl Session<'_> {
    pub(super) async fn replay(&self, of: &arguments::Subject, stay: Stay) -> Result<Exit, Failure> {
        let subject = Subject::read(of)?;
        let until = self.until(stay);
        let (push, id) = self.revocation_of(subject, until).await?;
        let replayed = self.client.replay(&push, &id, until).await?;
        self.screen.note(&format!("what failed of {id} is tried again"));
        match stay {
            Stay::UntilSettled => watch(&self.client, self.screen, &push, &id, until, &resume(&push, &id)).await,
            Stay::No => {
                let said = Said::revocation(&replayed);
                self.screen.end(&format!("{id}: {} replays\n", replayed.replays), said, Exit::Done)
            }
        }
    }
}
