//! `revoke outcomes`: what became of every single delivery, page by page: however many there are, one page is held.

use revocation_client::OutcomesQuestion;
use revocation_http::wire::OutcomeAnswer;
use revocation_rules::outcome::Outcome;

use super::Session;
use crate::arguments;
use crate::exit::{Exit, FAILURES};
use crate::failure::Failure;
use crate::line::Said;
use crate::screen::print;
use crate::subject::Subject;
use crate::text;

const COLUMNS: [&str; 6] = ["batch_id", "slot", "channel", "target", "outcome", "reason"];

impl Session<'_> {
    pub(super) async fn outcomes(&self, arguments: arguments::Outcomes) -> Result<Exit, Failure> {
        let subject = Subject::read(&arguments.of)?;
        let (push, id) = self.revocation_of(subject, self.soon()).await?;
        if arguments.csv {
            print(&csv([COLUMNS.map(str::to_owned)])?)?;
        }
        let wanted: Vec<Option<Outcome>> = if arguments.failed {
            FAILURES.map(Some).to_vec()
        } else {
            vec![arguments.outcome]
        };
        for outcome in wanted {
            let mut question = OutcomesQuestion {
                channel: arguments.channel,
                outcome,
                cursor: None,
            };
            loop {
                let page = self.client.outcomes(&push, &id, &question, self.soon()).await?;
                // A filter may fit nothing in a page, and it is still not the last.
                if !page.outcomes.is_empty() {
                    let shown = if arguments.csv {
                        csv(page.outcomes.iter().map(cells))?
                    } else {
                        page.outcomes.iter().map(text::outcome).collect()
                    };
                    let said = Said {
                        outcomes: Some(&page.outcomes),
                        ..Said::default()
                    };
                    self.screen.say(&shown, said)?;
                }
                question.cursor = page.next_cursor;
                if question.cursor.is_none() {
                    break;
                }
            }
        }
        self.screen.end("", Said::default(), Exit::Done)
    }
}

fn cells(one: &OutcomeAnswer) -> [String; 6] {
    [
        guarded(one.batch_id.as_str()),
        one.slot.to_string(),
        one.channel.to_string(),
        guarded(one.target.as_ref().map_or("", |target| target.as_str())),
        one.outcome.to_string(),
        guarded(&one.reason),
    ]
}

/// RFC 4180.
fn csv(rows: impl IntoIterator<Item = [String; 6]>) -> Result<String, Failure> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = rows.into_iter().try_for_each(|row| writer.write_record(row));
    let wrong = |error: String| Failure::local("writing CSV")(std::io::Error::other(error));
    written.map_err(|error| wrong(error.to_string()))?;
    let bytes = writer.into_inner().map_err(|error| wrong(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))
}

/// Would a spreadsheet run it?
fn is_formula(text: &str) -> bool {
    let begin = text.trim_start_matches([' ', '"', '\'']);
    begin.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '﹣', '＠', '﹦', '﹢'])
}

/// A `'` before what a spreadsheet would run: it then shows the text.
fn guarded(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// What was guarded, as it was.
pub(super) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_run_by_nobody() {
        let row = |target: &str| {
            ["b-1", "0", "huawei", target, "failed", "huawei:80300007"]
                .map(str::to_owned)
                .map(|cell| guarded(&cell))
        };
        let text = csv([row("user-1"), row("a,\"b\"\nc"), row("=HYPERLINK(\"x\")"), row("用户 7")]).unwrap();
        assert_eq!(
            text,
            "b-1,0,huawei,user-1,failed,huawei:80300007\r\n\
             b-1,0,huawei,\"a,\"\"b\"\"\nc\",failed,huawei:80300007\r\n\
             b-1,0,huawei,\"'=HYPERLINK(\"\"x\"\")\",failed,huawei:80300007\r\n\
             b-1,0,huawei,用户 7,failed,huawei:80300007\r\n"
        );
    }

    #[test]
    fn what_was_guarded_is_read_back() {
        for text in ["user-1", "=1", "'=1", " -1", "'", "'a", "＝1", ""] {
            assert_eq!(unguarded(&guarded(text)), text);
        }
    }
}
