//! What was done: calls, units, bytes, invocations. Nothing here decides anything.

use std::collections::BTreeMap;

use crate::sim::Micros;

/// A call to AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    GetItem,
    BatchGetItem,
    Query,
    PutItem,
    UpdateItem,
    BatchWriteItem,
    TransactWriteItems,
    SendMessageBatch,
    /// Made by Lambda, and paid by us.
    ReceiveMessage,
    /// The same.
    DeleteMessageBatch,
}

impl Operation {
    pub const ALL: [Self; 10] = [
        Self::GetItem,
        Self::BatchGetItem,
        Self::Query,
        Self::PutItem,
        Self::UpdateItem,
        Self::BatchWriteItem,
        Self::TransactWriteItems,
        Self::SendMessageBatch,
        Self::ReceiveMessage,
        Self::DeleteMessageBatch,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::GetItem => "GetItem",
            Self::BatchGetItem => "BatchGetItem",
            Self::Query => "Query",
            Self::PutItem => "PutItem",
            Self::UpdateItem => "UpdateItem",
            Self::BatchWriteItem => "BatchWriteItem",
            Self::TransactWriteItems => "TransactWriteItems",
            Self::SendMessageBatch => "SendMessageBatch",
            Self::ReceiveMessage => "ReceiveMessage",
            Self::DeleteMessageBatch => "DeleteMessageBatch",
        }
    }
}

/// What one function did.
#[derive(Debug, Clone, Default)]
pub struct Invocations {
    pub count: u64,
    pub cold: u64,
    /// Memory of the function times how long it ran, in gigabyte-seconds.
    pub gigabyte_seconds: f64,
    pub longest: Micros,
    /// At once.
    pub most: usize,
    pub cpu: f64,
}

/// All of one run.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub calls: BTreeMap<Operation, u64>,
    pub throttled: BTreeMap<Operation, u64>,
    pub conflicts: u64,
    pub read_units: f64,
    pub write_units: f64,
    /// Requests that SQS counts: 64 kB each.
    pub sqs_requests: u64,
    pub duplicates: u64,
    pub largest_item: usize,
    pub largest_page: usize,
    pub largest_job: usize,
    pub invocations: BTreeMap<&'static str, Invocations>,
    pub vendor_calls: u64,
    pub vendor_throttled: u64,
    pub vendor_deliveries: u64,
}

impl Ledger {
    pub fn add_call(&mut self, operation: Operation) {
        *self.calls.entry(operation).or_default() += 1;
    }

    pub fn calls_in_all(&self) -> u64 {
        self.calls.values().sum()
    }

    /// What has been done since `before`, which is an earlier state of this ledger. Maxima stay.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut rest = self.clone();
        for (operation, count) in &before.calls {
            *rest.calls.entry(*operation).or_default() -= count;
        }
        for (operation, count) in &before.throttled {
            *rest.throttled.entry(*operation).or_default() -= count;
        }
        for (name, was) in &before.invocations {
            let now = rest.invocations.entry(name).or_default();
            now.count -= was.count;
            now.cold -= was.cold;
            now.gigabyte_seconds -= was.gigabyte_seconds;
            now.cpu -= was.cpu;
        }
        rest.conflicts -= before.conflicts;
        rest.read_units -= before.read_units;
        rest.write_units -= before.write_units;
        rest.sqs_requests -= before.sqs_requests;
        rest.duplicates -= before.duplicates;
        rest.vendor_calls -= before.vendor_calls;
        rest.vendor_throttled -= before.vendor_throttled;
        rest.vendor_deliveries -= before.vendor_deliveries;
        rest
    }
}
