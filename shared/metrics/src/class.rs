//! What a vendor's answer means, as a metric's dimension: coarse, the same for every vendor, and closed.

/// A vendor's answer about one delivery; of an attempt, what it said of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Accepted,
    /// The device cannot be reached any more.
    Gone,
    /// The vendor does not know the device.
    Unknown,
    /// No, for good.
    Refused,
    /// No more today.
    QuotaUsedUp,
    /// Too many at once; also what waits because another worker was just told so.
    Throttled,
    /// Our credentials or settings are wrong.
    Misconfigured,
    /// No answer, or one that means nothing for good.
    Transient,
    /// Its turn did not come.
    NotAsked,
    /// Of an attempt only: not all of its deliveries were answered alike.
    Mixed,
}

impl Class {
    pub const ALL: [Self; 10] = [
        Self::Accepted,
        Self::Gone,
        Self::Unknown,
        Self::Refused,
        Self::QuotaUsedUp,
        Self::Throttled,
        Self::Misconfigured,
        Self::Transient,
        Self::NotAsked,
        Self::Mixed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Gone => "gone",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::QuotaUsedUp => "quota_used_up",
            Self::Throttled => "throttled",
            Self::Misconfigured => "misconfigured",
            Self::Transient => "transient",
            Self::NotAsked => "not_asked",
            Self::Mixed => "mixed",
        }
    }
}
