//! Small pushes that live through everything, one after another: registered, recorded, asked for, taken back, confirmed.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use recall::{NOTICE, TITLE};
use reqwest::Method;
use revocation_rules::channel::Channel;
use serde_json::{Value, json};
use stand::{Stand, StandError, Tenant};

use crate::big::{expect, now, record, revoke, settled};
use crate::calls::Calls;

const CHANNELS: [Channel; 4] = [Channel::Huawei, Channel::Xiaomi, Channel::Oppo, Channel::Apns];
const DEVICES: u64 = 5;
/// Of those, so many say that the message is gone, which makes their outcome `confirmed`.
const CONFIRM: usize = 2;
/// A life is looked at again when so many have begun after it.
const LATER: usize = 6;
const BETWEEN: Duration = Duration::from_millis(300);
/// Tokens that no other push has.
const FIRST_TOKEN: u64 = 1 << 40;

struct Life {
    channel: Channel,
    nth: u64,
    revocation: String,
    confirmed: Cell<bool>,
}

impl Life {
    fn tokens(&self) -> Vec<String> {
        let from = FIRST_TOKEN + self.nth * DEVICES;
        (from..from + DEVICES).map(|n| revocation_testkit::token(self.channel, n)).collect()
    }

    fn id(&self) -> String {
        format!("life-{}", self.nth)
    }

    fn path(&self) -> String {
        format!("/v1/messages/{}", self.id())
    }

    fn batch(&self) -> recall::Batch {
        recall::Batch {
            channel: self.channel,
            nth: self.nth,
            size: DEVICES,
        }
    }

    fn receipts(&self, tokens: &[String], event: &str) -> Value {
        let receipts: Vec<Value> = tokens
            .iter()
            .map(|token| json!({"kind": "message", "id": self.id(), "batch_id": self.batch().id(), "token": token, "event": event}))
            .collect();
        json!({ "receipts": receipts })
    }
}

pub struct Lives {
    pub tenant: Tenant,
    lives: RefCell<Vec<Life>>,
}

impl Lives {
    pub async fn begin(stand: &Stand) -> Result<Self, StandError> {
        Ok(Self {
            tenant: stand.tenant("shop", "lives").await?,
            lives: RefCell::new(Vec::new()),
        })
    }

    /// One after another until it is told to stop.
    pub async fn go_on(&self, stand: &Stand, calls: &Calls, stop: &Cell<bool>) {
        for nth in 0.. {
            if stop.get() {
                break;
            }
            if let Err(error) = self.one_more(stand, calls, nth).await {
                calls.wrong(format!("small push {nth}: {error}"));
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }

    async fn one_more(&self, stand: &Stand, calls: &Calls, nth: u64) -> Result<(), StandError> {
        let life = self.live(stand, calls, nth).await?;
        self.lives.borrow_mut().push(life);
        let before = self.lives.borrow().len().checked_sub(LATER);
        match before {
            Some(before) => self.confirm(calls, before).await,
            None => Ok(()),
        }
    }

    async fn live(&self, stand: &Stand, calls: &Calls, nth: u64) -> Result<Life, StandError> {
        let channel = CHANNELS[usize::try_from(nth).unwrap_or_default() % CHANNELS.len()];
        let mut life = Life {
            channel,
            nth,
            revocation: String::new(),
            confirmed: Cell::new(false),
        };
        let (vendor, tokens, path) = (channel.as_str(), life.tokens(), life.path());
        stand
            .devices
            .register(vendor, &self.tenant.app_at(vendor), &tokens, "active")
            .await?;
        stand.devices.deliver(vendor, &tokens, Some(&life.batch().key()), TITLE).await?;

        let push = json!({"type": "simple", "title": TITLE, "sent_at": now()?});
        let sender = &self.tenant.sender;
        expect(&calls.ask("register", sender, Method::PUT, &path, Some(&push)).await, 201)?;
        let mut recording = life.batch().recording();
        recording["deliveries"] = tokens.iter().map(|token| json!({"token": token, "target": token})).collect();
        record(calls, &self.tenant, &path, &recording).await?;
        self.gate(calls, &path, "open").await;
        let shown = life.receipts(&tokens, "shown");
        expect(
            &calls.ask("receipts", sender, Method::POST, "/v1/receipts", Some(&shown)).await,
            200,
        )?;
        life.revocation = revoke(calls, &self.tenant, &path).await?;
        self.gate(calls, &path, "revoked").await;
        Ok(life)
    }

    async fn gate(&self, calls: &Calls, path: &str, wanted: &str) {
        let path = format!("{path}/gate");
        let (_, answer) = calls.ask("gate", &self.tenant.sender, Method::GET, &path, None).await;
        if answer["gate"] != wanted {
            calls.wrong(format!("the gate of {path} answered {answer}, not {wanted}"));
        }
    }

    /// Some of its devices say so, once it has settled.
    async fn confirm(&self, calls: &Calls, nth: usize) -> Result<(), StandError> {
        let (path, receipts) = {
            let lives = self.lives.borrow();
            let life = &lives[nth];
            (life.revocation.clone(), life.receipts(&life.tokens()[..CONFIRM], "revoked"))
        };
        let (_, now) = calls.ask("status", &self.tenant.viewer, Method::GET, &path, None).await;
        if now["state"] == "settled" && now["progress"]["total"]["ended"] == DEVICES {
            let said = calls
                .ask("receipts", &self.tenant.sender, Method::POST, "/v1/receipts", Some(&receipts))
                .await;
            expect(&said, 200)?;
            self.lives.borrow()[nth].confirmed.set(true);
        }
        Ok(())
    }

    /// Waits until all of them have settled, and holds each against its devices. Returns how many deliveries they were,
    /// and how many of those were confirmed.
    pub async fn check(&self, stand: &Stand, calls: &Calls) -> Result<(u64, u64), StandError> {
        let lives = self.lives.take();
        let (mut deliveries, mut confirmed) = (0, 0);
        for life in &lives {
            let confirms = if life.confirmed.get() { CONFIRM as u64 } else { 0 };
            let vendor = life.channel.as_str();
            let ended = async {
                loop {
                    let (now, _) = settled(calls, &self.tenant, &life.revocation, DEVICES).await?;
                    let outcomes = &now["progress"]["channels"][vendor]["outcomes"];
                    let count = |outcome: &str| outcomes[outcome].as_u64().unwrap_or_default();
                    if count("confirmed") == confirms && count("overwritten") == DEVICES - confirms {
                        return Ok::<_, StandError>(());
                    }
                    tokio::time::sleep(BETWEEN).await;
                }
            };
            match tokio::time::timeout(Duration::from_mins(3), ended).await {
                Ok(ended) => ended?,
                Err(_) => calls.wrong(format!("{} did not end with {confirms} confirmed", life.revocation)),
            }
            for (token, bar) in stand.devices.bars(vendor, &life.tokens()).await? {
                if bar.titles != [NOTICE] {
                    calls.wrong(format!("{token} of {} shows {:?}", life.id(), bar.titles));
                }
            }
            deliveries += DEVICES;
            confirmed += confirms;
        }
        Ok((deliveries, confirmed))
    }
}
