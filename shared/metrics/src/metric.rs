//! The metrics there are. docs/metrics.md has the same table for people, and a test compares the two.

/// What a number is a number of, in `CloudWatch`'s words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Count,
    Milliseconds,
}

impl Unit {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
        }
    }
}

/// By what a metric is told apart. Each takes its values from a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    Channel,
    Class,
    Outcome,
    Refusal,
}

impl Dimension {
    pub const ALL: [Self; 4] = [Self::Channel, Self::Class, Self::Outcome, Self::Refusal];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Class => "class",
            Self::Outcome => "outcome",
            Self::Refusal => "refusal",
        }
    }
}

/// What becomes of several values within one invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// One number, so that the statistic is `Sum`.
    Sum,
    /// One number, so that the statistic is `Maximum`.
    Largest,
    /// All of them, so that every percentile is exact.
    Each,
}

/// A metric as it is declared.
#[derive(Debug, Clone, Copy)]
pub struct Declared {
    pub name: &'static str,
    pub unit: Unit,
    pub fold: Fold,
    pub dimensions: &'static [Dimension],
    pub meaning: &'static str,
}

/// Each metric in one line. A macro, so that no list of them can lack one.
macro_rules! metrics {
    ($($metric:ident: $name:literal, $unit:ident, $fold:ident, [$($dimension:ident),*], $meaning:literal;)*) => {
        /// Something that is counted or timed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Metric {
            $(#[doc = $meaning] $metric,)*
        }

        /// All of them.
        pub const METRICS: [Metric; [$($name),*].len()] = [$(Metric::$metric),*];

        impl Metric {
            pub const fn declared(self) -> Declared {
                match self {
                    $(Self::$metric => Declared {
                        name: $name,
                        unit: Unit::$unit,
                        fold: Fold::$fold,
                        dimensions: &[$(Dimension::$dimension),*],
                        meaning: $meaning,
                    },)*
                }
            }
        }
    };
}

metrics! {
    Requests: "requests", Count, Sum, [], "HTTP requests whose access key was proven";
    BusiestTenantRequests: "busiest_tenant_requests", Count, Sum, [], "those of them by the tenant that asks more than all others together";
    Refusals: "refusals", Count, Sum, [Refusal], "revocations that the rules refused";
    TimeToGate: "time_to_gate", Milliseconds, Each, [], "from a revocation's request to its gate being closed";
    TimeToFirstCall: "time_to_first_call", Milliseconds, Each, [Channel], "from a revocation's request to the first vendor call for one of its batches";
    TimeToSettle: "time_to_settle", Milliseconds, Each, [], "from a revocation's request, or its last replay, to settling";
    TimeOutstanding: "time_outstanding", Milliseconds, Largest, [], "how long the revocations that the sweep found under way have been so; the longest";
    Outcomes: "outcomes", Count, Sum, [Channel, Outcome], "deliveries by how they ended";
    VendorAnswers: "vendor_answers", Count, Sum, [Channel, Class], "answers of vendors about single deliveries";
    Attempts: "attempts", Count, Sum, [Channel, Class], "attempts at batches, by what the vendor said of all their deliveries";
    LeaseLosses: "lease_losses", Count, Sum, [Channel], "workers that took a batch and never wrote, or wrote too late";
    LateDeliveries: "late_deliveries", Count, Sum, [Channel], "deliveries recorded after their push was revoked, and caught";
    UnmatchedTargets: "unmatched_targets", Count, Sum, [], "targets that a revocation names and that have no delivery";
    SuspectedDeliveries: "suspected_deliveries", Count, Sum, [], "deliveries whose device the vendor does not know, probably for a wrong setting of ours";
    SweepLag: "sweep_lag", Milliseconds, Largest, [], "how late the sweep came to what was due; 0 when nothing was";
    DeadLettersReplayed: "dead_letters_replayed", Count, Sum, [], "dead letters that were sent back and came to their function";
}

impl Metric {
    pub const fn name(self) -> &'static str {
        self.declared().name
    }

    pub fn parse(name: &str) -> Option<Self> {
        METRICS.into_iter().find(|metric| metric.name() == name)
    }
}
