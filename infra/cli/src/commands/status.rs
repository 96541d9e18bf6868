//! `revoke status`: a push, or a revocation and how far it is.

use super::{Session, Stay};
use crate::arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Said;
use crate::subject::Subject;
use crate::text;
use crate::watch::{resume, watch};

impl Session<'_> {
    pub(super) async fn status(&self, of: &arguments::Subject, stay: Stay) -> Result<Exit, Failure> {
        let subject = Subject::read(of)?;
        let until = self.until(stay);
        match (subject, stay) {
            (Subject::Push(push), Stay::No) => {
                let found = self.client.push(&push, until).await?;
                let said = Said {
                    push: Some(&found),
                    ..Said::default()
                };
                self.screen.end(&text::push(&found), said, Exit::Done)
            }
            (subject, Stay::No) => {
                let (push, id) = self.revocation_of(subject, until).await?;
                let found = self.client.revocation(&push, &id, until).await?;
                let said = Said::revocation(&found);
                let exit = if found.state == "settled" {
                    Exit::settled(&found)
                } else {
                    Exit::Done
                };
                self.screen.end(&text::revocation(&found), said, exit)
            }
            (subject, Stay::UntilSettled) => {
                let (push, id) = self.revocation_of(subject, until).await?;
                watch(&self.client, self.screen, &push, &id, until, &resume(&push, &id)).await
            }
        }
    }
}
