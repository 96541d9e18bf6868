//! Apple's session: a provider token that we sign ourselves (ES256).
//!
//! Apple takes one for an hour, and minds it being signed anew more often than
//! every 20 minutes, so all workers use the same one. It is used for 50 minutes
//! at most; one worker signs the next when 40 are over. When Apple calls a token
//! expired before that, we sign one more at once, but not two within 20
//! minutes: then our clock is wrong, and signing again would not mend it.

use std::sync::Arc;

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use revocation_app::ports::{Clock, SessionStore, SessionText};
use revocation_rules::channel::Channel;
use revocation_rules::retry::AttemptFailure;
use serde::{Deserialize, Serialize};

use super::settings::{Account, Environment};
use crate::answers::misconfigured;
use crate::sessions::{AccountKey, Opened, SharedSessions};
use crate::single_flight::Kept;

const USED_FOR: SignedDuration = SignedDuration::from_mins(50);
const KEPT_AT_LEAST: SignedDuration = SignedDuration::from_mins(20);

/// The `authorization` header of a token.
#[derive(Clone)]
pub(super) struct ProviderToken {
    pub header: HeaderValue,
    signed_at: Timestamp,
    early: bool,
}

/// A token as it is shared.
#[derive(Serialize, Deserialize)]
struct Shared {
    jwt: String,
    signed_at: Timestamp,
    /// Apple made us sign it while the one before was young.
    early: bool,
}

pub(super) struct ProviderTokens {
    shared: SharedSessions,
}

impl ProviderTokens {
    pub fn new(store: Arc<dyn SessionStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            shared: SharedSessions::new(Channel::Apns, store, clock),
        }
    }

    /// The account's token. Nobody waits for it past `ask_until`.
    pub async fn read(&self, account: &Account, now: Timestamp, ask_until: Timestamp) -> Result<Kept<ProviderToken>, AttemptFailure> {
        self.open(account, None, now, ask_until, false).await
    }

    /// Another token than `expired`, which Apple no longer takes.
    pub async fn read_after(
        &self,
        account: &Account,
        now: Timestamp,
        ask_until: Timestamp,
        expired: &Kept<ProviderToken>,
    ) -> Result<Kept<ProviderToken>, AttemptFailure> {
        let is_young = now.duration_since(expired.value.signed_at) < KEPT_AT_LEAST;
        if is_young && expired.value.early {
            return Err(misconfigured("apns:ExpiredProviderToken"));
        }
        self.open(account, Some(expired.version), now, ask_until, is_young).await
    }

    async fn open(
        &self,
        account: &Account,
        refused: Option<u64>,
        now: Timestamp,
        ask_until: Timestamp,
        early: bool,
    ) -> Result<Kept<ProviderToken>, AttemptFailure> {
        let sign = || async { sign(account, now, early) };
        let kept = self.shared.open(account, refused, ask_until, sign).await?;
        Ok(Kept {
            value: parse(&kept.value).ok_or_else(bad_credentials)?,
            version: kept.version,
            good_until: kept.good_until,
        })
    }
}

impl AccountKey for Account {
    fn parts(&self) -> Vec<&str> {
        let environment = match self.environment {
            Environment::Production => "production",
            Environment::Sandbox => "sandbox",
        };
        vec![&self.team_id, &self.key_id, self.private_key_pem.expose(), environment]
    }
}

fn bad_credentials() -> AttemptFailure {
    misconfigured("apns:bad_credentials")
}

/// `None` for a text that [`sign`] does not write.
fn parse(text: &SessionText) -> Option<ProviderToken> {
    let Shared { jwt, signed_at, early } = serde_json::from_str(text.expose()).ok()?;
    // Not marked as sensitive: intermediaries may compress it. Nothing here formats a header.
    let header = HeaderValue::try_from(format!("bearer {jwt}")).ok()?;
    Some(ProviderToken { header, signed_at, early })
}

fn sign(account: &Account, now: Timestamp, early: bool) -> Result<Opened, AttemptFailure> {
    #[derive(Serialize)]
    struct Claims<'a> {
        iss: &'a str,
        iat: i64,
    }
    let key = EncodingKey::from_ec_pem(account.private_key_pem.expose().as_bytes()).map_err(|_| bad_credentials())?;
    let mut header = Header::new(Algorithm::ES256);
    header.typ = None;
    header.kid = Some(account.key_id.clone());
    let claims = Claims {
        iss: &account.team_id,
        iat: now.as_second(),
    };
    let jwt = jsonwebtoken::encode(&header, &claims, &key).map_err(|_| bad_credentials())?;
    let shared = Shared {
        jwt,
        signed_at: now,
        early,
    };
    Ok(Opened {
        text: serde_json::to_string(&shared).map_err(|_| bad_credentials())?.into(),
        good_until: now.saturating_add(USED_FOR).unwrap_or(now),
    })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};
    use revocation_testkit::{ManualClock, MemorySessions};

    use super::*;

    fn account() -> (Account, DecodingKey) {
        let pair = rcgen::KeyPair::generate().unwrap();
        let public = DecodingKey::from_ec_pem(pair.public_key_pem().as_bytes()).unwrap();
        let account = Account {
            team_id: "TEAM".to_owned(),
            key_id: "KEY".to_owned(),
            private_key_pem: pair.serialize_pem().as_str().into(),
            environment: Environment::Production,
        };
        (account, public)
    }

    /// Two workers with one store, and the time.
    struct Case {
        account: Account,
        workers: [ProviderTokens; 2],
        clock: ManualClock,
    }

    impl Case {
        fn new(account: Account) -> Self {
            let clock = ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap());
            let store = MemorySessions::default();
            let worker = || ProviderTokens::new(Arc::new(store.clone()), Arc::new(clock.clone()));
            Self {
                account,
                workers: [worker(), worker()],
                clock,
            }
        }

        fn at(&self, mins: i64) -> Timestamp {
            self.clock.set(Timestamp::from_second(1_800_000_000 + mins * 60).unwrap());
            self.clock.now()
        }

        async fn read(&self, worker: usize, mins: i64) -> Kept<ProviderToken> {
            let now = self.at(mins);
            self.workers[worker]
                .read(&self.account, now, Timestamp::MAX)
                .await
                .unwrap_or_else(|_| unreachable!())
        }

        async fn read_after(&self, worker: usize, mins: i64, expired: &Kept<ProviderToken>) -> Result<Kept<ProviderToken>, AttemptFailure> {
            let now = self.at(mins);
            self.workers[worker].read_after(&self.account, now, Timestamp::MAX, expired).await
        }
    }

    #[tokio::test]
    async fn a_token_says_who_and_when_and_is_signed() {
        let (account, public) = account();
        let token = Case::new(account).read(0, 0).await;
        let jwt = token.value.header.to_str().unwrap().strip_prefix("bearer ").unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<serde_json::Value>(jwt, &public, &validation).unwrap();
        assert_eq!(read.claims, serde_json::json!({"iss": "TEAM", "iat": 1_800_000_000}));
        assert_eq!(read.header.kid.as_deref(), Some("KEY"));
    }

    #[tokio::test]
    async fn a_token_is_everybodys_for_40_minutes_and_nobodys_after_50() {
        let case = Case::new(account().0);
        let first = case.read(0, 0).await;
        for (worker, mins) in [(1, 0), (0, 20), (1, 39)] {
            let token = case.read(worker, mins).await;
            assert_eq!(token.value.header, first.value.header);
        }
        let second = case.read(0, 40).await;
        assert_ne!(second.version, first.version);
        for (worker, mins) in [(1, 40), (1, 79), (0, 79)] {
            assert_eq!(case.read(worker, mins).await.version, second.version);
        }
        assert_eq!(second.good_until, case.at(90));
    }

    #[tokio::test]
    async fn an_expired_token_is_signed_anew_but_not_twice_in_20_minutes_whoever_asks() {
        let case = Case::new(account().0);
        let first = case.read(0, 0).await;
        case.read(1, 0).await;
        let second = case.read_after(0, 1, &first).await.unwrap_or_else(|_| unreachable!());
        assert_ne!(second.version, first.version);
        let same = case.read_after(1, 1, &first).await.unwrap_or_else(|_| unreachable!());
        assert_eq!(same.version, second.version, "replaced once");
        for worker in [0, 1] {
            let again = case.read_after(worker, 2, &same).await;
            assert_eq!(again.err(), Some(misconfigured("apns:ExpiredProviderToken")));
        }
        let third = case.read_after(1, 21, &second).await.unwrap_or_else(|_| unreachable!());
        assert_ne!(third.version, second.version);
        assert_eq!(case.read(0, 21).await.version, second.version, "until Apple refuses it here too");
        let same = case.read_after(0, 21, &second).await.unwrap_or_else(|_| unreachable!());
        assert_eq!(same.version, third.version);
    }
}
