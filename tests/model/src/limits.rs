//! What the services allow, each with its source. Facts of the template are read from the template.

use crate::sim::{Micros, SECOND};

/// `DynamoDB`, SQS and Lambda as they are documented, and how long they take.
#[derive(Debug, Clone)]
pub struct Limits {
    pub partition: Partition,
    pub table: Throughput,
    pub dynamo: Latencies,
    pub sqs: Sqs,
    pub lambda: Lambda,
    pub patience: Patience,
    pub behaviour: Behaviour,
}

/// Of one partition key and second. A partition may hold many keys; `DynamoDB` moves busy ones apart, so a key of its own
/// is the best that there is. Its unused capacity of up to five minutes does not help beyond these figures.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>,
/// <https://repost.aws/knowledge-center/dynamodb-spiky-workloads-short-intervals>
#[derive(Debug, Clone, Copy)]
pub struct Partition {
    pub writes: f64,
    pub reads: f64,
    /// How long one may be throttled without a break before the run has failed.
    pub longest_throttled: Micros,
}

/// Of the whole table and of each index: what a new one can do at once, and by how much that grows in half an hour.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html>
#[derive(Debug, Clone, Copy)]
pub struct Throughput {
    pub writes: f64,
    pub reads: f64,
    /// Times the highest minute so far.
    pub grows: f64,
    pub every: Micros,
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
    pub quota: f64,
}

/// Server and network together, in microseconds, at the median. `DynamoDB` says "single-digit millisecond"; nothing here
/// was measured at AWS. One call in a hundred takes `slow` times as long.
#[derive(Debug, Clone, Copy)]
pub struct Latencies {
    pub read: Micros,
    pub write: Micros,
    pub transaction: Micros,
    pub query: Micros,
    /// For each megabyte that is answered.
    pub megabyte: Micros,
    pub slow: f64,
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>
#[derive(Debug, Clone, Copy)]
pub struct Sqs {
    pub in_flight: usize,
    pub call: Micros,
    /// Bytes of all messages of a call.
    pub call_bytes: usize,
    /// One message in so many is delivered twice: standard queues say "occasionally", and no figure.
    pub twice_in: u64,
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
    pub batches_at_first: usize,
    pub more_a_minute: usize,
    pub most_batches: usize,
    pub max_delay: Micros,
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>
#[derive(Debug, Clone, Copy)]
pub struct Lambda {
    pub account_concurrency: usize,
    /// New environments of one function in ten seconds.
    pub more_in_ten_seconds: usize,
    /// Megabytes of one whole processor.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
    pub processor_mb: f64,
    /// How long AWS takes before our binary starts; not measured here.
    pub environment: Micros,
    /// Processors of the machine, if all functions share them.
    pub shared_processors: Option<u32>,
    /// How many times what was measured a step computes: more than once in a build that is not the measured one.
    pub times: f64,
    /// How long AWS computes for one call, if it is one thread on the same machine.
    pub one_server: Option<Micros>,
}

/// What `shared/aws/src/config.rs` tells the SDK, and what the SDK makes of it
/// (`aws-smithy-runtime`, `retries/strategy/standard.rs`): after the nth throttling a random part of 2^n seconds.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub attempts: u32,
    pub operation: Micros,
    pub first_backoff: Micros,
    /// `aws-smithy-runtime`, `retries/token_bucket.rs`: what an environment's retries may use up, and one of them does.
    pub retry_tokens: u32,
    pub retry_cost: u32,
    /// `shared/aws/src/pause.rs`.
    pub own_tries: u32,
    pub own_first: Micros,
    /// Of the write of outcomes, and the longest pause between its rounds.
    pub of_an_end: Micros,
    pub longest_pause: Micros,
}

/// Ours as it is, or as it was: what a run has to fail with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    AsItIs,
    /// All counters of a push under its own key.
    CountersUnderOneKey,
    /// A recount never looks at the time.
    RecountWithoutDeadline,
    /// A sweep hands on 100 and ends.
    SweepOfAHundred,
}

impl Behaviour {
    pub const ALL: [Self; 4] = [
        Self::AsItIs,
        Self::CountersUnderOneKey,
        Self::RecountWithoutDeadline,
        Self::SweepOfAHundred,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::AsItIs => "as-it-is",
            Self::CountersUnderOneKey => "counters-under-one-key",
            Self::RecountWithoutDeadline => "recount-without-deadline",
            Self::SweepOfAHundred => "sweep-of-a-hundred",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl Limits {
    /// As a deployment in a region of AWS has them.
    pub fn aws() -> Self {
        Self {
            partition: Partition {
                writes: 1_000.0,
                reads: 3_000.0,
                longest_throttled: 60 * SECOND,
            },
            table: Throughput {
                writes: 4_000.0,
                reads: 12_000.0,
                grows: 2.0,
                every: 1_800 * SECOND,
                quota: 40_000.0,
            },
            dynamo: Latencies {
                read: 3_000,
                write: 5_000,
                transaction: 12_000,
                query: 5_000,
                megabyte: 20_000,
                slow: 8.0,
            },
            sqs: Sqs {
                in_flight: 120_000,
                call: 10_000,
                call_bytes: 1_048_576,
                twice_in: 100_000,
                batches_at_first: 5,
                more_a_minute: 300,
                most_batches: 1_250,
                max_delay: 900 * SECOND,
            },
            lambda: Lambda {
                account_concurrency: 1_000,
                more_in_ten_seconds: 1_000,
                processor_mb: 1_769.0,
                environment: 150_000,
                shared_processors: None,
                times: 1.0,
                one_server: None,
            },
            patience: Patience {
                attempts: 3,
                operation: 8 * SECOND,
                first_backoff: SECOND,
                retry_tokens: 500,
                retry_cost: 5,
                own_tries: 6,
                own_first: 20_000,
                of_an_end: 12 * SECOND,
                longest_pause: 2 * SECOND,
            },
            behaviour: Behaviour::AsItIs,
        }
    }

    /// As the local stack is: it throttles nothing, and all of it shares two processors. Its AWS is one thread, which
    /// needs about so long for a call (`docs/model.md` says how that was found).
    pub fn local() -> Self {
        let aws = Self::aws();
        Self {
            partition: Partition {
                writes: 1e9,
                reads: 1e9,
                ..aws.partition
            },
            table: Throughput {
                writes: 1e9,
                reads: 1e9,
                ..aws.table
            },
            dynamo: Latencies {
                read: 1_000,
                write: 1_000,
                transaction: 1_000,
                query: 1_000,
                ..aws.dynamo
            },
            sqs: Sqs {
                call: 1_000,
                twice_in: u64::MAX,
                batches_at_first: 1_000,
                ..aws.sqs
            },
            lambda: Lambda {
                environment: 50_000,
                shared_processors: Some(2),
                one_server: Some(3_000),
                ..aws.lambda
            },
            ..aws
        }
    }
}
