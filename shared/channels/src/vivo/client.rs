//! Joins the parts.

use bytes::Bytes;
use http::{HeaderName, Request};
use http_body_util::Full;
use revocation_app::ports::ChannelClient;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::VendorTaskId;
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::{ToCall, reason};
use revocation_rules::retry::Answer;

use super::answer::{classify_list, classify_recall, classify_save, classify_send};
use super::login::VivoLogin;
use super::recall::MissingRecalls;
use super::request::{LIST_PATH, MAX_DEVICES, Overwrite, SAVE_PATH, SEND_PATH, list, recall, save, send};
use super::settings::{Account, RECALL_PATH, URL, VivoCredentials};
use crate::answers::{overwritten, recalled, refused, without_handle};
use crate::around::Around;
use crate::dial::{DialError, origin};
use crate::driver::{Call, Client, Fate, Heard, SessionFrom, Told, Vendor, Who, post, sensitive};
use crate::meaning::{Meaning, Said};
use crate::part::Part;

const AUTH_TOKEN: HeaderName = HeaderName::from_static("authtoken");

struct Vivo {
    url: String,
    recall_path: String,
    missing_recalls: MissingRecalls,
    login: VivoLogin,
}

/// What a call asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Ask<'a> {
    /// The vendor's sending is taken back from all its devices.
    Recall(&'a VendorTaskId),
    /// One device is sent to; for several, the notice is saved first.
    Overwrite(Overwrite<'a>),
    /// Saved under this id, it goes to several devices.
    Push(String, Overwrite<'a>),
}

pub(crate) fn connect(around: Around<'_>) -> Result<impl ChannelClient + 'static, DialError> {
    let url = origin(around.settings.get(&URL))?;
    let vivo = Vivo {
        recall_path: path(around.settings.get(&RECALL_PATH))?,
        missing_recalls: MissingRecalls::default(),
        login: VivoLogin { url: url.clone() },
        url,
    };
    Client::new(vivo, around)
}

/// A path as it stands behind an address.
fn path(text: &str) -> Result<String, DialError> {
    let parsed: http::uri::PathAndQuery = text.parse().map_err(|_| DialError::Address)?;
    (text.starts_with('/') && parsed.as_str() == text)
        .then(|| text.to_owned())
        .ok_or(DialError::Address)
}

fn overwrite<'a>(delivery: &ToCall<'a>) -> Option<Overwrite<'a>> {
    Some(Overwrite {
        notify_id: delivery.handle.and_then(Handle::notify_id)?,
        notice: delivery.notice,
        part: Part::WHOLE,
    })
}

/// The rules send no such delivery here; if one comes, it still ends honestly.
fn without_task() -> Answer {
    Answer::Ended {
        outcome: Outcome::NotRevocable,
        reason: reason::NO_VENDOR_TASK.to_owned(),
    }
}

impl Vendor for Vivo {
    const CHANNEL: Channel = Channel::Vivo;
    type Credentials = VivoCredentials;
    type Ask<'a> = Ask<'a>;

    fn first<'a>(&self, account: &Account, strategy: Strategy, delivery: &ToCall<'a>) -> Result<Ask<'a>, Answer> {
        let task = delivery.vendor_task.map(Ask::Recall);
        let overwrite = overwrite(delivery).map(Ask::Overwrite);
        match strategy {
            Strategy::Overwrite => overwrite.ok_or_else(without_handle),
            Strategy::Recall => task.ok_or_else(without_task),
            Strategy::RecallThenOverwrite if self.missing_recalls.is_missing(account) => overwrite.or(task).ok_or_else(without_handle),
            Strategy::RecallThenOverwrite => task.or(overwrite).ok_or_else(without_handle),
        }
    }

    fn most(ask: &Ask<'_>) -> usize {
        match ask {
            // One call for all of a sending, however many.
            Ask::Recall(_) => usize::MAX,
            Ask::Overwrite(_) | Ask::Push(..) => MAX_DEVICES,
        }
    }

    fn name(ask: &Ask<'_>) -> &'static str {
        match ask {
            Ask::Recall(_) => "recall",
            Ask::Overwrite(_) | Ask::Push(..) => "overwrite",
        }
    }

    fn request<'a>(&self, call: &Call<'a, Ask<'a>>, who: &Who<'_, VivoCredentials>) -> Option<Request<Full<Bytes>>> {
        let (credentials, account) = (who.credentials, &who.credentials.account);
        let (path, body) = match (&call.ask, call.deliveries.as_slice()) {
            (Ask::Recall(task), _) => (self.recall_path.as_str(), recall(task, account)),
            (Ask::Overwrite(overwrite) | Ask::Push(_, overwrite), [alone]) => {
                (SEND_PATH, send(overwrite, alone, who.revocation, credentials))
            }
            (Ask::Overwrite(overwrite), _) => (SAVE_PATH, save(overwrite, call.tokens(), who.revocation, credentials)),
            (Ask::Push(task_id, overwrite), deliveries) => {
                let tokens = deliveries.iter().map(|delivery| delivery.token.as_str());
                (LIST_PATH, list(task_id, overwrite.notify_id, tokens, who.revocation, account))
            }
        };
        let mut request = post(&format!("{}{path}", self.url), super::JSON, body?)?;
        let session = sensitive(who.session?.expose())?;
        request.headers_mut().insert(AUTH_TOKEN, session);
        Some(request)
    }

    fn read<'a>(&self, account: &Account, call: &Call<'a, Ask<'a>>, told: &Told<'_>) -> Heard<Ask<'a>> {
        match (&call.ask, call.deliveries.as_slice()) {
            (Ask::Recall(_), _) => {
                self.missing_recalls.answered(account, told.status);
                read_recall(call, classify_recall(told))
            }
            (Ask::Overwrite(_) | Ask::Push(..), [_]) => classify_send(told).heard(call, &overwritten()),
            (Ask::Overwrite(overwrite), _) => match classify_save(told) {
                Ok(task_id) => Heard {
                    code: "vivo:saved".to_owned(),
                    reading: call.each(|_| Fate::Then(Ask::Push(task_id.clone(), overwrite.clone()))),
                },
                Err(said) => said.heard(call, &overwritten()),
            },
            (Ask::Push(task_id, overwrite), _) => read_list(call, task_id, overwrite, told),
        }
    }

    fn login(&self) -> Option<SessionFrom<'_, Account>> {
        Some(SessionFrom::Vendor(&self.login))
    }
}

/// What the recall does not take back is overwritten, where the strategy says
/// so and the delivery can be; else it was refused, with the recall's code.
/// That the address of the recall is not there (404) is such a refusal, too:
/// the deliveries were sent with all that a recall needs.
fn read_recall<'a>(call: &Call<'a, Ask<'a>>, said: Said) -> Heard<Ask<'a>> {
    if said.meaning != Meaning::NotThere {
        return said.heard(call, &recalled());
    }
    let reading = call.each(|delivery| match (call.strategy, overwrite(delivery)) {
        (Strategy::RecallThenOverwrite, Some(overwrite)) => Fate::Then(Ask::Overwrite(overwrite)),
        _ => Fate::Ends(refused(said.reason.clone())),
    });
    Heard {
        code: said.reason,
        reading,
    }
}

fn read_list<'a>(call: &Call<'a, Ask<'a>>, task_id: &str, overwrite: &Overwrite<'a>, told: &Told<'_>) -> Heard<Ask<'a>> {
    let tokens: Vec<&str> = call.tokens().collect();
    let parts = overwrite.part.split(tokens.len());
    let smaller = parts.map(|part| Ask::Push(task_id.to_owned(), Overwrite { part, ..overwrite.clone() }));
    classify_list(told, &tokens).heard(call, &overwritten(), smaller)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recall_is_a_path() {
        for good in ["/message/recall", "/v2/recall?x=1"] {
            assert_eq!(path(good).as_deref(), Ok(good));
        }
        for bad in ["", "message/recall", "https://push.example/recall", "/a b", "/a#b", "*"] {
            assert_eq!(path(bad), Err(DialError::Address), "{bad}");
        }
    }
}
