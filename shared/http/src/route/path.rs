//! What a path names.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use revocation_rules::ids::{DeviceToken, IdError, MAX_TOKEN_BYTES, PushId, PushKind, PushRef, RevocationId, Tenant};
use revocation_rules::visible::visible;

use crate::problem::{Problem, ProblemKind};
use crate::vendor_receipts::Vendor;

/// A push as a path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushName {
    pub kind: PushKind,
    pub id: PushId,
}

impl PushName {
    /// Its path, which everything about it begins with. What need not be encoded is not: the path of a long id has to
    /// go through the gateway.
    pub fn path(&self) -> String {
        push_path(self.kind, &self.id)
    }

    pub fn of(self, tenant: Tenant) -> PushRef {
        PushRef {
            tenant,
            kind: self.kind,
            id: self.id,
        }
    }
}

pub(crate) fn push_path(kind: PushKind, id: &PushId) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    format!("/v1/{}/{}", collection(kind), utf8_percent_encode(id.as_str(), RESERVED))
}

/// `messages` or `tasks`, as in the path.
pub const fn collection(kind: PushKind) -> &'static str {
    match kind {
        PushKind::Message => "messages",
        PushKind::Task => "tasks",
    }
}

fn kind_of(segment: &str) -> Option<PushKind> {
    PushKind::ALL.into_iter().find(|kind| collection(*kind) == segment)
}

/// Is this a path of the pattern? `{kind}` and `{channel}` stand for a few words only.
pub(super) fn fits(pattern: &'static str, segments: &[&str]) -> bool {
    parts(pattern).count() == segments.len()
        && parts(pattern).zip(segments).all(|(part, segment)| match part {
            "{kind}" => kind_of(segment).is_some(),
            "{channel}" => Vendor::parse(segment).is_some(),
            name if name.starts_with('{') => true,
            word => word == *segment,
        })
}

fn parts(pattern: &'static str) -> impl Iterator<Item = &'static str> {
    pattern.split('/').skip(1)
}

/// The segments of a path, by the names that its pattern has for them.
pub struct Path<'a> {
    pub(super) pattern: &'static str,
    pub(super) segments: &'a [&'a str],
}

impl Path<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let at = parts(self.pattern).position(|part| part == name)?;
        self.segments.get(at).copied()
    }

    /// A name the pattern has; tests ask every route of the table for its own.
    fn named(&self, name: &str) -> Result<&str, Problem> {
        self.get(name).ok_or(Problem::new(ProblemKind::NotFound))
    }

    /// The push it names, if it is about one.
    pub(super) fn pushed(&self) -> Option<PushName> {
        self.push().ok()
    }

    pub(super) fn push(&self) -> Result<PushName, Problem> {
        let kind = kind_of(self.named("{kind}")?).ok_or(Problem::new(ProblemKind::NotFound))?;
        match self.named("{id}")?.parse() {
            Ok(id) => Ok(PushName { kind, id }),
            Err(error) => Err(Problem::invalid("{id}", error)),
        }
    }

    pub(super) fn new_push(&self) -> Result<PushName, Problem> {
        nameable(self.named("{id}")?, "{id}")?;
        self.push()
    }

    /// An id that cannot be a revocation's is an unknown revocation.
    pub(super) fn revocation(&self) -> Result<RevocationId, Problem> {
        self.named("{rvk}")?
            .parse()
            .map_err(|_| Problem::new(ProblemKind::RevocationNotFound))
    }

    pub(super) fn vendor(&self) -> Result<Vendor, Problem> {
        Vendor::parse(self.named("{channel}")?).ok_or(Problem::new(ProblemKind::NotFound))
    }

    /// Not quoted in a problem: it is where a delivery goes.
    pub(super) fn device(&self) -> Result<DeviceToken, Problem> {
        let name = self.named("{device}")?;
        if name.len() > MAX_TOKEN_BYTES {
            return Err(Problem::invalid("{device}", IdError::TooLong { max: MAX_TOKEN_BYTES }));
        }
        name.parse().map_err(|error| Problem::invalid("{device}", error))
    }

    pub(super) fn new_device(&self) -> Result<DeviceToken, Problem> {
        let name = self.named("{device}")?;
        nameable(name, "{device}")?;
        visible(name).map_err(|error| Problem::invalid("{device}", error))?;
        self.device()
    }
}

/// Does a new name come back as it is, whatever a path goes through on its way?
///
/// A browser takes `.` and `..` out of an address, encoded or not. API Gateway
/// ends a path at a `?`, splits it at a `/`, and decodes what comes after a `%`
/// once more, all of them encoded as they should be. And U+FFFD stands for bytes
/// that were no text, whichever they were.
fn nameable(name: &str, pointer: &str) -> Result<(), Problem> {
    let wrong = if matches!(name, "." | "..") {
        "is `.` or `..`, which browsers take out of a path"
    } else if name.contains(['/', '?', '%']) {
        "has a `/`, `?` or `%`, which gateways do not hand over as it was sent"
    } else if name.contains(char::REPLACEMENT_CHARACTER) {
        "is not UTF-8"
    } else {
        return Ok(());
    };
    Err(Problem {
        kind: ProblemKind::UnusableId,
        ..Problem::invalid(pointer, wrong)
    })
}
