//! A push over several vendors that takes as long to take back as all functions take to be switched.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use recall::{Batch, Checked, Expected, Mix, Share, TITLE, check, in_turn, show};
use reqwest::Method;
use serde_json::{Value, json};
use stand::{Stand, StandError, Tenant};

use crate::calls::Calls;

/// Small batches, so that many jobs are on their way when a function is switched.
pub const PER_BATCH: u64 = 100;
const AT_ONCE: usize = 3;
const LOOK_EVERY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_mins(8);

pub struct Big {
    pub tenant: Tenant,
    /// Its path.
    pub task: String,
    /// Everything but its devices' bars goes by this number.
    pub deliveries: u64,
    /// The gate was said to be closed: no later answer may be another.
    pub revoked: Cell<bool>,
    revocation: RefCell<Option<String>>,
    shares: Vec<Share>,
}

impl Big {
    /// Registers a push, shows it on its devices and records it. `nth` keeps its devices apart from those of others.
    pub async fn record(stand: &Stand, calls: &Calls, name: &str, nth: u64, deliveries: u64) -> Result<Self, StandError> {
        let shares = Mix::All.shares(deliveries / PER_BATCH);
        let big = Self {
            tenant: stand.tenant("shop", name).await?,
            task: format!("/v1/tasks/{name}"),
            deliveries: shares.iter().map(|share| share.batches * PER_BATCH).sum(),
            revoked: Cell::new(false),
            revocation: RefCell::new(None),
            shares,
        };
        let push = json!({"type": "batch", "title": TITLE, "sent_at": now()?});
        let registered = calls.ask("register", &big.tenant.sender, Method::PUT, &big.task, Some(&push)).await;
        expect(&registered, 201)?;
        let batches = in_turn(big.shares.iter().map(|share| (share.channel, share.batches)), PER_BATCH);
        stream::iter(batches)
            .map(async |batch| {
                let batch = Batch {
                    nth: batch.nth + nth * deliveries,
                    ..batch
                };
                show(stand, &big.tenant, batch).await?;
                record(calls, &big.tenant, &big.task, &batch.recording()).await
            })
            .buffer_unordered(AT_ONCE)
            .try_for_each(async |()| Ok(()))
            .await?;
        Ok(big)
    }

    pub async fn revoke(&self, calls: &Calls) -> Result<(), StandError> {
        let path = revoke(calls, &self.tenant, &self.task).await?;
        *self.revocation.borrow_mut() = Some(path);
        self.revoked.set(true);
        Ok(())
    }

    /// The path of its revocation.
    pub fn revocation(&self) -> Option<String> {
        self.revocation.borrow().clone()
    }

    /// How many deliveries have ended so far.
    pub async fn ended(&self, calls: &Calls) -> u64 {
        let path = self.revocation().unwrap_or_default();
        let (_, now) = calls.ask("status", &self.tenant.viewer, Method::GET, &path, None).await;
        now["progress"]["total"]["ended"].as_u64().unwrap_or_default()
    }

    /// Waits until it has settled, and holds every delivery against its device.
    pub async fn settled(&self, stand: &Stand, calls: &Calls) -> Result<(Checked, Duration), StandError> {
        let path = self.revocation().unwrap_or_default();
        let (settled, took) = settled(calls, &self.tenant, &path, self.deliveries).await?;
        let expected: Vec<Expected> = self.shares.iter().map(expected).collect();
        Ok((check(stand, &self.tenant, &settled, &expected).await?, took))
    }
}

fn expected(share: &Share) -> Expected {
    let batch = Batch {
        channel: share.channel,
        nth: 0,
        size: PER_BATCH,
    };
    let gone = share.batches * batch.gone() as u64;
    Expected {
        channel: share.channel,
        overwritten: share.batches * PER_BATCH - gone,
        gone,
    }
}

pub async fn record(calls: &Calls, tenant: &Tenant, push: &str, body: &Value) -> Result<(), StandError> {
    let path = format!("{push}/deliveries");
    let answer = calls.ask("record", &tenant.sender, Method::POST, &path, Some(body)).await;
    expect(&answer, 200)
}

/// Asks to take everything back. Returns the revocation's path.
pub async fn revoke(calls: &Calls, tenant: &Tenant, push: &str) -> Result<String, StandError> {
    let path = format!("{push}/revocations");
    let body = json!({"reason": "wrong price"});
    let answer = calls.ask("revoke", &tenant.operator, Method::POST, &path, Some(&body)).await;
    expect(&answer, 202)?;
    Ok(format!("{path}/{}", answer.1["id"].as_str().unwrap_or_default()))
}

/// Looks until a revocation has settled with all `deliveries`. Returns its last state, and how long that took.
pub async fn settled(calls: &Calls, tenant: &Tenant, path: &str, deliveries: u64) -> Result<(Value, Duration), StandError> {
    let began = Instant::now();
    loop {
        let (_, now) = calls.ask("status", &tenant.viewer, Method::GET, path, None).await;
        if now["state"] == "settled" && now["progress"]["total"]["ended"] == deliveries {
            return Ok((now, began.elapsed()));
        }
        if began.elapsed() > PATIENCE {
            return Err(StandError::Unexpected(format!("not settled after {} s: {now}", PATIENCE.as_secs())));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

pub fn expect((status, answer): &(u16, Value), wanted: u16) -> Result<(), StandError> {
    if *status == wanted {
        Ok(())
    } else {
        Err(StandError::Unexpected(format!("{status} was answered, not {wanted}: {answer}")))
    }
}

/// The clock that the vendors' simulator has, too.
pub fn now() -> Result<String, StandError> {
    recall::now().map(|now| now.to_string())
}
