//! One call to AWS, from an environment: what it takes of time, and what becomes of it.

use std::sync::Arc;

use revocation_app::ports::{StoreError, StoreResult};

use crate::dynamo::{Call, Refusal};
use crate::fail::Fail;
use crate::lambda::Env;
use crate::ledger::Operation;
use crate::sim::{Micros, lock, seconds};
use crate::world::World;

/// `DynamoDB`'s largest item.
const ITEM_BYTES: usize = 400 * 1024;
/// What one page may answer.
const PAGE_BYTES: usize = 1_048_576;
const TRANSACTION_ITEMS: usize = 100;
const TRANSACTION_BYTES: usize = 4 * 1_048_576;
const BATCH_KEYS: usize = 100;

#[derive(Clone)]
pub struct Meter {
    pub world: Arc<World>,
    pub env: Arc<Env>,
}

/// Who tries again what was throttled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tries {
    /// The SDK, a few times.
    Sdk,
    /// Our own code, since the SDK takes the answer for a good one.
    Own,
}

fn unavailable(operation: Operation) -> StoreError {
    StoreError::Unavailable(format!("{} was throttled for too long", operation.name()).into())
}

impl Meter {
    /// Makes one call.
    ///
    /// # Errors
    /// When it is throttled for longer than the adapter has patience.
    pub async fn call(&self, call: &Call) -> StoreResult<()> {
        self.check(call);
        let tries = match call.operation {
            Operation::TransactWriteItems | Operation::BatchGetItem | Operation::BatchWriteItem => Tries::Own,
            Operation::GetItem
            | Operation::Query
            | Operation::PutItem
            | Operation::UpdateItem
            | Operation::SendMessageBatch
            | Operation::ReceiveMessage
            | Operation::DeleteMessageBatch => Tries::Sdk,
        };
        let began = self.world.sim.micros();
        let patience = self.world.limits.patience;
        let attempts = match tries {
            Tries::Sdk => patience.attempts,
            Tries::Own => patience.own_tries,
        };
        for nth in 0..attempts {
            if nth > 0 && !self.wait(tries, nth, began).await {
                break;
            }
            if self.attempt(call).await.is_ok() {
                if nth > 0 && tries == Tries::Sdk {
                    self.env.give_back(patience.retry_cost);
                }
                return Ok(());
            }
        }
        Err(unavailable(call.operation))
    }

    /// Makes a transaction, which may be another one at each try, and says which was written.
    ///
    /// # Errors
    /// As [`Meter::call`].
    pub async fn transact(&self, make: impl Fn(u32) -> Call) -> StoreResult<u32> {
        let began = self.world.sim.micros();
        for nth in 0..self.world.limits.patience.own_tries {
            if nth > 0 {
                self.wait(Tries::Own, nth, began).await;
            }
            let call = make(nth);
            self.check(&call);
            if self.attempt(&call).await.is_ok() {
                return Ok(nth);
            }
        }
        Err(unavailable(Operation::TransactWriteItems))
    }

    /// A transaction that is not given up while there is time: rounds of tries with pauses between them, as
    /// `shared/aws/src/pause.rs` makes them.
    ///
    /// # Errors
    /// As [`Meter::call`], after the patience of a write whose effect has happened.
    pub async fn patiently(&self, make: impl Fn(u32) -> Call) -> StoreResult<u32> {
        let patience = self.world.limits.patience;
        let until = self.world.sim.micros() + patience.of_an_end;
        let mut round = 0;
        loop {
            let tries = |nth| make(round * patience.own_tries + nth);
            let error = match self.transact(tries).await {
                Ok(nth) => return Ok(round * patience.own_tries + nth),
                Err(error) => error,
            };
            let longest = ((patience.own_first * 8) << round.min(6)).min(patience.longest_pause);
            let pause = part(longest, self.world.sim.spread());
            if self.world.sim.micros() + pause >= until {
                return Err(error);
            }
            self.world.sim.sleep(pause).await;
            round += 1;
        }
    }

    /// Waits before another attempt; false if there is none.
    async fn wait(&self, tries: Tries, nth: u32, began: Micros) -> bool {
        let patience = self.world.limits.patience;
        let longest = match tries {
            Tries::Sdk => {
                if !self.env.take_token(patience.retry_cost) {
                    return false;
                }
                patience.first_backoff << (nth - 1)
            }
            Tries::Own => patience.own_first << nth.min(6),
        };
        let wait = part(longest, self.world.sim.spread());
        let over = self.world.sim.micros() + wait >= began + patience.operation;
        if tries == Tries::Sdk && over {
            return false;
        }
        self.world.sim.sleep(wait).await;
        true
    }

    async fn attempt(&self, call: &Call) -> Result<(), Refusal> {
        let World {
            sim,
            limits,
            table,
            ledger,
            ..
        } = &*self.world;
        self.world.note_call(call);
        let takes = self.takes(call);
        // Half of the way there, half of it back.
        sim.sleep(takes / 2).await;
        self.world.served().await;
        let now = sim.micros();
        let held_until = (call.operation == Operation::TransactWriteItems).then(|| now + limits.dynamo.transaction / 2);
        let admitted = lock(table).admit(call, now, held_until);
        {
            let mut ledger = lock(ledger);
            ledger.add_call(call.operation);
            match admitted {
                Ok(()) => {
                    ledger.read_units += call.reads();
                    ledger.write_units += call.writes();
                }
                // What a conflict cancels is paid all the same.
                Err(Refusal::Conflict) => {
                    ledger.conflicts += 1;
                    ledger.write_units += call.writes();
                }
                Err(Refusal::Throttled) => *ledger.throttled.entry(call.operation).or_default() += 1,
            }
            ledger.largest_item = ledger.largest_item.max(call.item);
            ledger.largest_page = ledger.largest_page.max(call.answered);
        }
        sim.sleep(takes - takes / 2).await;
        admitted
    }

    fn takes(&self, call: &Call) -> Micros {
        let latencies = &self.world.limits.dynamo;
        let median = match call.operation {
            Operation::GetItem | Operation::BatchGetItem => latencies.read,
            Operation::Query => latencies.query,
            Operation::PutItem | Operation::UpdateItem | Operation::BatchWriteItem => latencies.write,
            Operation::TransactWriteItems => latencies.transaction,
            Operation::SendMessageBatch | Operation::ReceiveMessage | Operation::DeleteMessageBatch => self.world.limits.sqs.call,
        };
        let bytes = Micros::try_from(call.answered).unwrap_or(Micros::MAX);
        self.jittered(median, latencies.slow) + latencies.megabyte * bytes / 1_048_576
    }

    /// Around the median: from three quarters of it to one and a half times as much, and one in a hundred is slow.
    pub fn jittered(&self, median: Micros, slow: f64) -> Micros {
        let chance = self.world.sim.spread();
        let times = if chance < 0.01 { slow } else { 0.75 + 0.75 * chance * chance };
        part(median, times)
    }

    /// Limits that no waiting helps against.
    fn check(&self, call: &Call) {
        let bytes = |what, bytes, limit| {
            if bytes > limit {
                self.world.fail(Fail::Bytes { what, bytes, limit });
            }
        };
        let count = |what, count, limit| {
            if count > limit {
                self.world.fail(Fail::Count { what, count, limit });
            }
        };
        bytes("an item", call.item, ITEM_BYTES);
        match call.operation {
            Operation::Query => bytes("a page", call.answered, PAGE_BYTES),
            Operation::TransactWriteItems => {
                count("a transaction", call.parts.len(), TRANSACTION_ITEMS);
                bytes("a transaction", call.item * call.parts.len(), TRANSACTION_BYTES);
            }
            Operation::BatchGetItem => count("a BatchGetItem", call.parts.len(), BATCH_KEYS),
            Operation::GetItem
            | Operation::PutItem
            | Operation::UpdateItem
            | Operation::BatchWriteItem
            | Operation::SendMessageBatch
            | Operation::ReceiveMessage
            | Operation::DeleteMessageBatch => {}
        }
    }

    /// Uses so many microseconds of a whole processor.
    pub async fn cpu(&self, micros: f64) {
        let until = self.env.compute(&self.world, micros);
        self.world.sim.sleep_until(until).await;
    }
}

/// A part of a time, from nothing on.
pub fn part(of: Micros, times: f64) -> Micros {
    whole(seconds(of) * times * 1e6)
}

/// Whole microseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to what fits")]
pub fn whole(micros: f64) -> Micros {
    micros.clamp(0.0, 1e18) as Micros
}
