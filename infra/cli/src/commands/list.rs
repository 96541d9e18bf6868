//! `revoke list`: pushes, newest first.

use revocation_client::ListQuestion;

use super::Session;
use crate::arguments::List;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Said;
use crate::text;

/// Of one page.
const MOST: usize = 100;

impl Session<'_> {
    pub(super) async fn list(&self, arguments: List) -> Result<Exit, Failure> {
        let mut left = arguments.limit;
        let mut question = ListQuestion {
            push_type: arguments.push_type,
            from: arguments.from,
            to: arguments.to,
            name: arguments.name,
            state: arguments.state,
            target: arguments.target,
            limit: MOST,
            cursor: None,
        };
        while left > 0 {
            question.limit = left.min(MOST);
            let page = self.client.pushes(&question, self.soon()).await?;
            let pushes = &page.pushes[..page.pushes.len().min(left)];
            left -= pushes.len();
            let shown: String = pushes.iter().map(text::listed).collect();
            let said = Said {
                pushes: Some(pushes),
                ..Said::default()
            };
            self.screen.say(&shown, said)?;
            question.cursor = page.next_cursor.map(std::borrow::Cow::into_owned);
            if question.cursor.is_none() {
                break;
            }
        }
        if left == 0 && question.cursor.is_some() {
            self.screen
                .note(&format!("there are more: --limit {}", arguments.limit.saturating_mul(5)));
        }
        self.screen.end("", Said::default(), Exit::Done)
    }
}
