//! Everybody who asks while functions are switched: senders at the gate, people who look, and small pushes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use stand::Stand;

use crate::big::Big;
use crate::calls::Calls;
use crate::lives::Lives;

/// The local gateway takes about 20 requests a second from all of them.
const GATE_EVERY: Duration = Duration::from_millis(150);
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// The push that is asked about now.
pub type Current = RefCell<Rc<Big>>;

/// Asks until it is told to stop.
pub async fn load(stand: &Stand, calls: &Calls, current: &Current, lives: &Lives, stop: &Cell<bool>) {
    tokio::join!(
        gate(calls, current, stop),
        look(calls, current, stop),
        lives.go_on(stand, calls, stop)
    );
}

/// May I go on sending? Once it was closed, never again.
async fn gate(calls: &Calls, current: &Current, stop: &Cell<bool>) {
    while !stop.get() {
        let big = Rc::clone(&current.borrow());
        let closed = big.revoked.get();
        let path = format!("{}/gate?channel=huawei", big.task);
        let (_, answer) = calls.ask("gate", &big.tenant.sender, Method::GET, &path, None).await;
        if closed && answer["gate"] != "revoked" {
            calls.wrong(format!("the gate of {} answered {answer} after the revocation was", big.task));
        }
        tokio::time::sleep(GATE_EVERY).await;
    }
}

async fn look(calls: &Calls, current: &Current, stop: &Cell<bool>) {
    let mut nth = 0_u64;
    while !stop.get() {
        let big = Rc::clone(&current.borrow());
        let tenant = &big.tenant;
        let revocation = big.revocation();
        match (nth % 7, revocation) {
            (0 | 3, Some(path)) => drop(calls.ask("status", &tenant.viewer, Method::GET, &path, None).await),
            (1, Some(path)) => {
                let path = format!("{path}/outcomes");
                drop(calls.ask("outcomes", &tenant.viewer, Method::GET, &path, None).await);
            }
            (2, _) => {
                let (path, body) = (
                    format!("{}/revocations", big.task),
                    json!({"reason": "wrong price", "dry_run": true}),
                );
                drop(calls.ask("dry run", &tenant.operator, Method::POST, &path, Some(&body)).await);
            }
            (4, _) => drop(calls.ask("list", &tenant.viewer, Method::GET, "/v1/pushes?type=batch", None).await),
            (5, _) => {
                let (path, body) = ("/v1/devices/phone-7/token", json!({"ttl_s": 600}));
                drop(calls.ask("device token", &tenant.sender, Method::PUT, path, Some(&body)).await);
            }
            (6, _) => drop(calls.ask("console", &tenant.viewer, Method::GET, "/console", None).await),
            (_, _) => drop(calls.ask("push", &tenant.viewer, Method::GET, &big.task, None).await),
        }
        nth += 1;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
