//! A login with `OAuth2` client credentials, as several vendors have it. Pure.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;

use crate::driver::{Given, Told, form, post};
use crate::meaning::{Meaning, Said};
use crate::read::Node;
use crate::secret::Secret;

/// A session whose end cannot be read is used for half of this, as if it were
/// the shortest that is of use.
const SHORT_SESSION: Duration = Duration::from_mins(10);

/// Asks `url` for an access token.
pub(crate) fn request(url: &str, client_id: &str, client_secret: &Secret) -> Option<Request<Full<Bytes>>> {
    post(url, "application/x-www-form-urlencoded", body(client_id, client_secret))
}

fn body(client_id: &str, client_secret: &Secret) -> String {
    form([
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", client_secret.expose()),
    ])
}

/// The access token, and how long it is good.
pub(crate) fn read(channel: Channel, told: &Told<'_>) -> Result<Given, AttemptFailure> {
    let (access_token, good_for) = classify(channel, told).map_err(Said::login_failure)?;
    Ok(Given {
        text: access_token.into(),
        good_for,
    })
}

fn classify(channel: Channel, told: &Told<'_>) -> Result<(String, Duration), Said> {
    let meaning = match told.status.as_u16() {
        200 => {
            let answer = Node::parse(told.body).unwrap_or(Node::Null);
            let token = answer.field("access_token").text();
            let token = token.ok_or_else(|| Said::new(format!("{channel}:login_unreadable"), Meaning::Transient))?;
            let secs = answer.field("expires_in").code().number();
            let good_for = secs.and_then(|secs| u64::try_from(secs).ok()).filter(|secs| *secs > 0);
            return Ok((token.into_owned(), good_for.map_or(SHORT_SESSION, Duration::from_secs)));
        }
        429 | 503 => Meaning::Throttled,
        // The id or the secret is wrong.
        400..=499 => Meaning::Misconfigured,
        _ => Meaning::Transient,
    };
    Err(Said::new(format!("{channel}:login_http_{}", told.status.as_u16()), meaning).after(told.retry_after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::told;

    const WAIT: Option<Duration> = Some(Duration::from_secs(7));

    #[test]
    fn a_login_is_a_form() {
        assert_eq!(
            body("104", &"a+b/c=".into()),
            "grant_type=client_credentials&client_id=104&client_secret=a%2Bb%2Fc%3D"
        );
    }

    #[test]
    fn a_login_gives_a_session_or_a_reason() {
        let read = |status: u16, body: &str| told(status, WAIT, body, |told| classify(Channel::Huawei, told));
        assert_eq!(
            read(200, r#"{"access_token":"a","expires_in":3600,"token_type":"Bearer"}"#),
            Ok(("a".to_owned(), Duration::from_hours(1)))
        );
        for (expires_in, secs) in [
            (r#""3600""#, 3_600),
            ("3600.0", 3_600),
            ("null", 600),
            ("0", 600),
            ("-1", 600),
            (r#""soon""#, 600),
            ("[]", 600),
        ] {
            let body = format!(r#"{{"access_token":" a ","expires_in":{expires_in}}}"#);
            assert_eq!(read(200, &body), Ok(("a".to_owned(), Duration::from_secs(secs))), "{body}");
        }
        for unreadable in [
            "{}",
            "",
            "<html>",
            r#"{"access_token":""}"#,
            r#"{"access_token":null}"#,
            r#"{"access_token":["a"]}"#,
        ] {
            let said = Said::new("huawei:login_unreadable", Meaning::Transient);
            assert_eq!(read(200, unreadable), Err(said), "{unreadable}");
        }
        for (status, body, meaning) in [
            (400, r#"{"error":1101}"#, Meaning::Misconfigured),
            (401, "", Meaning::Misconfigured),
            (429, "", Meaning::Throttled),
            (503, "", Meaning::Throttled),
            (500, "", Meaning::Transient),
        ] {
            let said = Said::new(format!("huawei:login_http_{status}"), meaning).after(WAIT);
            assert_eq!(read(status, body), Err(said));
        }
    }
}
