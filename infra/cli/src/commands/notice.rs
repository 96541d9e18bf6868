//! `revoke notice`: what the app's users read in place of a revoked message.

use super::{Session, notice_of};
use crate::arguments::Notice;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Said;
use crate::text;

impl Session<'_> {
    pub(super) async fn notice(&self, command: Notice) -> Result<Exit, Failure> {
        let until = self.soon();
        let notice = match command {
            Notice::Show => self.client.notice(until).await?,
            Notice::Set(text) => {
                let given = notice_of(&text)?;
                let missing = || Failure::Input("give --notice-title and --notice-text, or --notice-file".to_owned());
                self.client.write_notice(&given.ok_or_else(missing)?, until).await?
            }
        };
        let said = Said {
            notice: Some(&notice),
            ..Said::default()
        };
        self.screen.end(&text::notice(&notice), said, Exit::Done)
    }
}
