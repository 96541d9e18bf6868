//! What each vendor has to implement, and the driver then calls.

use std::hash::Hash;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use revocation_app::ports::SessionText;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::RevocationId;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};

use crate::sessions::AccountKey;

/// A vendor that is asked over HTTPS, many deliveries a call. Nothing here
/// waits: all of it is decided from what is passed in.
pub(crate) trait Vendor: Send + Sync + 'static {
    const CHANNEL: Channel;
    type Credentials: VendorCredentials;
    /// What a call asks for. Deliveries that ask for the same share a call.
    type Ask<'a>: Clone + Eq + Hash + Send + Sync;

    /// What is asked for a delivery first; an answer when nothing is to be asked.
    fn first<'a>(&self, account: &AccountOf<Self>, strategy: Strategy, delivery: &ToCall<'a>) -> Result<Self::Ask<'a>, Answer>;

    /// Most deliveries in one call, at least one.
    fn most(ask: &Self::Ask<'_>) -> usize;

    /// What the call does, as a word for the log: `overwrite`, `recall`.
    fn name(ask: &Self::Ask<'_>) -> &'static str;

    /// Builds the HTTP request. Returns `None` only if the settings cannot make one.
    fn request<'a>(&self, call: &Call<'a, Self::Ask<'a>>, who: &Who<'_, Self::Credentials>) -> Option<Request<Full<Bytes>>>;

    /// What the vendor's answer to `account` means.
    fn read<'a>(&self, account: &AccountOf<Self>, call: &Call<'a, Self::Ask<'a>>, told: &Told<'_>) -> Heard<Self::Ask<'a>>;

    /// Where sessions come from; `None` where calls carry the credentials themselves.
    fn login(&self) -> Option<SessionFrom<'_, AccountOf<Self>>> {
        None
    }
}

/// What a tenant's credentials document holds.
pub(crate) trait VendorCredentials: Sized + Send + Sync {
    /// The part of it that lets us in: a session belongs to it.
    type Account: AccountKey + Eq + Send + Sync;

    /// Reads a document; `None` when it is not one of this vendor's.
    fn parse(document: &str) -> Option<Self>;

    fn account(&self) -> &Self::Account;
}

pub(crate) type AccountOf<V> = <<V as Vendor>::Credentials as VendorCredentials>::Account;

/// Who makes a session.
pub(crate) enum SessionFrom<'v, A> {
    /// The vendor, when it is asked.
    Vendor(&'v dyn Login<A>),
    /// We do, by signing it: nobody is asked.
    Us(Sign<A>),
}

/// Makes a session out of the account and the time.
pub(crate) type Sign<A> = fn(&A, Timestamp) -> Result<Given, AttemptFailure>;

/// How a session is asked for.
pub(crate) trait Login<A>: Send + Sync {
    /// `None` only for settings that do not make a request.
    fn request(&self, account: &A, now: Timestamp) -> Option<Request<Full<Bytes>>>;

    fn read(&self, told: &Told<'_>) -> Result<Given, AttemptFailure>;
}

/// A session as it was given, or signed.
pub(crate) struct Given {
    pub text: SessionText,
    /// How long the vendor takes it.
    pub good_for: Duration,
}

/// One call and the deliveries it is made for, at least one.
pub(crate) struct Call<'a, A> {
    pub ask: A,
    pub strategy: Strategy,
    pub deliveries: Vec<ToCall<'a>>,
    /// The code of the call that made this one necessary.
    pub(super) after: Option<String>,
}

/// Who is calling, and for which revocation.
pub(crate) struct Who<'w, C> {
    pub credentials: &'w C,
    /// There is one where [`Vendor::login`] says where it comes from.
    pub session: Option<&'w SessionText>,
    pub revocation: &'w RevocationId,
    /// When it calls: Honor wants to be told.
    pub now: Timestamp,
}

/// What the vendor said.
#[derive(Clone, Copy)]
pub(crate) struct Told<'t> {
    pub status: StatusCode,
    /// The wait it asked for.
    pub retry_after: Option<Duration>,
    pub body: &'t [u8],
}

/// What came of a call, and the code to log.
pub(crate) struct Heard<A> {
    /// Such as `huawei:80300007` or `huawei:http_502`.
    pub code: String,
    pub reading: Reading<A>,
}

/// What one call came to.
pub(crate) enum Reading<A> {
    /// For each delivery of the call, in its order; made by [`Call::each`].
    Each(Fates<A>),
    /// The session, or the credentials where there is none, is not or no
    /// longer good. Renewed, and asked again, once.
    NotLetIn,
    /// Nothing more today: all that is left of the order ends as failed.
    QuotaUsedUp,
    /// The same for all. Throttled and misconfigured: no further call.
    Failed(AttemptFailure),
}

/// What a call came to for one delivery.
pub(crate) enum Fate<A> {
    /// As failed only when the day's quota is used up: all that is left ends so.
    Ends(Answer),
    /// It alone failed: whatever the failure, the others are asked on.
    Waits(AttemptFailure),
    /// Another call is to be made for it.
    Then(A),
}

/// One fate for each delivery of a call.
pub(crate) struct Fates<A>(pub(super) Vec<Fate<A>>);

impl<'a, A> Call<'a, A> {
    /// A reading that tells the deliveries apart.
    pub fn each(&self, fate: impl FnMut(&ToCall<'a>) -> Fate<A>) -> Reading<A> {
        Reading::Each(Fates(self.deliveries.iter().map(fate).collect()))
    }

    /// A reading that is the same for all.
    pub fn all(&self, answer: &Answer) -> Reading<A> {
        self.each(|_| Fate::Ends(answer.clone()))
    }

    pub fn tokens(&self) -> impl Iterator<Item = &'a str> {
        self.deliveries.iter().map(|delivery| delivery.token.as_str())
    }
}

/// What is read of an answer.
#[cfg(test)]
pub(crate) fn told<T>(status: u16, retry_after: Option<Duration>, body: &str, read: impl FnOnce(&Told<'_>) -> T) -> T {
    read(&Told {
        status: StatusCode::from_u16(status).unwrap(),
        retry_after,
        body: body.as_bytes(),
    })
}
