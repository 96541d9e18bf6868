//! Misbehaviour to order.
//!
//! Counted faults befall requests that are correct in every other way: a request that breaks the
//! contract is refused for that and uses no fault up.

use std::collections::HashMap;

use http::StatusCode;
use serde::Deserialize;

use crate::wire::Call;

/// Which kind of request a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    #[default]
    Push,
    Login,
}

/// The next requests answer with an error of the caller's choice.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorNext {
    pub n: u32,
    pub status: u16,
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub on: Occasion,
}

/// What the control API can order; what is absent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    pub latency_ms: Option<u64>,
    pub black_hole: Option<bool>,
    pub throttle_next: Option<u32>,
    pub retry_after_s: Option<u64>,
    pub error_next: Option<ErrorNext>,
    /// Without a code the device is well again.
    pub fail_tokens: Option<HashMap<String, Option<String>>>,
    pub slow_tokens: Option<HashMap<String, u64>>,
    pub drop_next: Option<u32>,
    pub drop_after_effect_next: Option<u32>,
    pub goaway_next: Option<u32>,
    pub apns_goaway_next: Option<u32>,
    #[serde(default)]
    pub expire_sessions: bool,
}

/// What befalls one request.
pub enum Fault {
    Throttle { retry_after_s: Option<u64> },
    Error { status: StatusCode, code: String },
    Drop,
}

#[derive(Default)]
pub struct Faults {
    latency_ms: u64,
    black_hole: bool,
    throttle_next: u32,
    retry_after_s: Option<u64>,
    error_next: Option<ErrorNext>,
    fail_tokens: HashMap<String, Option<String>>,
    slow_tokens: HashMap<String, u64>,
    drop_next: u32,
    drop_after_effect_next: u32,
    goaway_next: u32,
}

impl Faults {
    pub fn order(&mut self, order: FaultOrder) {
        self.latency_ms = order.latency_ms.unwrap_or(self.latency_ms);
        self.black_hole = order.black_hole.unwrap_or(self.black_hole);
        self.throttle_next = order.throttle_next.unwrap_or(self.throttle_next);
        self.retry_after_s = order.retry_after_s.or(self.retry_after_s);
        self.error_next = order.error_next.or(self.error_next.take());
        self.fail_tokens.extend(order.fail_tokens.unwrap_or_default());
        self.slow_tokens.extend(order.slow_tokens.unwrap_or_default());
        self.drop_next = order.drop_next.unwrap_or(self.drop_next);
        self.drop_after_effect_next = order.drop_after_effect_next.unwrap_or(self.drop_after_effect_next);
        self.goaway_next = order.goaway_next.or(order.apns_goaway_next).unwrap_or(self.goaway_next);
    }

    /// How long a request waits: as the slowest device that it names.
    pub fn latency_ms(&self, call: &Call) -> u64 {
        let named = self.slow_tokens.iter().filter(|(token, _)| call.mentions(token));
        named.map(|(_, ms)| *ms).fold(self.latency_ms, u64::max)
    }

    pub fn black_hole(&self) -> bool {
        self.black_hole
    }

    /// How this device was told to fail.
    pub fn code_for(&self, token: &str) -> Option<&str> {
        self.fail_tokens.get(token)?.as_deref()
    }

    pub fn before_effect(&mut self, occasion: Occasion) -> Option<Fault> {
        if let Some(error) = self.error_next.as_mut()
            && error.on == occasion
            && take(&mut error.n)
        {
            return Some(Fault::Error {
                status: StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                code: error.code.clone(),
            });
        }
        if occasion == Occasion::Login {
            return None;
        }
        if take(&mut self.drop_next) {
            return Some(Fault::Drop);
        }
        take(&mut self.throttle_next).then_some(Fault::Throttle {
            retry_after_s: self.retry_after_s,
        })
    }

    /// Whether the answer to a push that took effect gets lost.
    pub fn drop_after_effect(&mut self) -> bool {
        take(&mut self.drop_after_effect_next)
    }

    /// Whether the connection is to be closed politely after this push.
    pub fn goaway(&mut self) -> bool {
        take(&mut self.goaway_next)
    }
}

fn take(left: &mut u32) -> bool {
    let due = *left > 0;
    *left = left.saturating_sub(1);
    due
}
