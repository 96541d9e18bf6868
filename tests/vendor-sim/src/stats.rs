//! What a vendor counted. Never a token, a text or a credential.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde_json::{Value, json};

use crate::clock::now_ms;
use crate::desk::lock;

/// Violations kept word for word; beyond this only their number grows.
const KEPT_VIOLATIONS: usize = 1000;

#[derive(Default)]
pub struct Stats {
    logins: AtomicU64,
    calls: AtomicU64,
    recalls: AtomicU64,
    pushes: AtomicU64,
    connections: AtomicU64,
    refused_streams: AtomicU64,
    over_quota: AtomicU64,
    in_flight: AtomicU64,
    in_flight_max: AtomicU64,
    violation_count: AtomicU64,
    violations: Mutex<Vec<String>>,
    /// Not the sessions themselves: those are credentials.
    sessions: Mutex<HashSet<u64>>,
    /// How many devices were answered about in a millisecond; oldest first, and only those in which some were.
    answers: Mutex<Vec<(u64, u64)>>,
}

impl Stats {
    pub fn login(&self) {
        self.logins.fetch_add(1, Relaxed);
    }

    pub fn call(&self) {
        self.calls.fetch_add(1, Relaxed);
    }

    /// A recall was accepted.
    pub fn recall(&self) {
        self.recalls.fetch_add(1, Relaxed);
    }

    /// A session that was really given out, or really signed, came on a push request.
    pub fn session(&self, session: &str) {
        let mut hasher = DefaultHasher::new();
        session.hash(&mut hasher);
        lock(&self.sessions).insert(hasher.finish());
    }

    pub fn pushes(&self, devices: usize) {
        self.pushes.fetch_add(devices as u64, Relaxed);
    }

    /// The vendor says of so many devices what became of the push for them, whether it is a yes or a no.
    pub fn answered(&self, devices: usize) {
        let mut answers = lock(&self.answers);
        let now = now_ms();
        match answers.last_mut() {
            // A clock that was set back does not put them out of order.
            Some((at, count)) if *at >= now => *count += devices as u64,
            Some(_) | None => answers.push((now, devices as u64)),
        }
    }

    pub fn answers(&self) -> Vec<(u64, u64)> {
        lock(&self.answers).clone()
    }

    /// A push was refused because it was more than the quota.
    pub fn over_quota(&self) {
        self.over_quota.fetch_add(1, Relaxed);
    }

    pub fn connection(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    pub fn refused_stream(&self) {
        self.refused_streams.fetch_add(1, Relaxed);
    }

    /// Records that a request broke the documented contract.
    pub fn violation(&self, what: impl Into<String>) {
        self.violation_count.fetch_add(1, Relaxed);
        let mut kept = lock(&self.violations);
        if kept.len() < KEPT_VIOLATIONS {
            kept.push(what.into());
        }
    }

    /// One request is being worked on until the guard is dropped.
    pub fn enter(&self) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.in_flight_max.fetch_max(now, Relaxed);
        InFlight(self)
    }

    pub fn reset(&self) {
        for counter in [
            &self.logins,
            &self.calls,
            &self.recalls,
            &self.pushes,
            &self.connections,
            &self.refused_streams,
            &self.over_quota,
            &self.in_flight_max,
            &self.violation_count,
        ] {
            counter.store(0, Relaxed);
        }
        lock(&self.violations).clear();
        lock(&self.sessions).clear();
        lock(&self.answers).clear();
    }

    pub fn to_json(&self) -> Value {
        let violations: Vec<Value> = lock(&self.violations).iter().map(|what| json!({ "what": what })).collect();
        json!({
            "logins": self.logins.load(Relaxed),
            "calls": self.calls.load(Relaxed),
            "recalls": self.recalls.load(Relaxed),
            "sessions_seen": lock(&self.sessions).len(),
            "pushes": self.pushes.load(Relaxed),
            "connections": self.connections.load(Relaxed),
            "refused_streams": self.refused_streams.load(Relaxed),
            "over_quota": self.over_quota.load(Relaxed),
            "in_flight_max": self.in_flight_max.load(Relaxed),
            "violation_count": self.violation_count.load(Relaxed),
            "violations": violations,
        })
    }
}

pub struct InFlight<'a>(&'a Stats);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}
