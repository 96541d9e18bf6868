//! Orders for the client of a channel, and its answers.

use jiff::Timestamp;
use revocation_app::ports::{ChannelClient, Order};
use revocation_rules::batch::{BatchHeader, Handle, Sending};
use revocation_rules::channel::{Channel, HandleKind, Strategy, Tokens};
use revocation_rules::ids::{BatchRef, DeviceToken, PushRef, RevocationId, VendorTaskId};
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;
use revocation_rules::web_push::Subscription;

use crate::builders::{task, tenant};

/// A few deliveries to take back, and everything else that an order for a vendor borrows.
pub struct Case {
    push: PushRef,
    batch: BatchHeader,
    revocation: RevocationId,
    notice: Notice,
    strategy: Strategy,
    deliveries: Vec<(DeviceToken, Option<Handle>)>,
    /// By slot; none where it is shorter.
    vendor_tasks: Vec<Option<VendorTaskId>>,
    /// The same.
    subscriptions: Vec<Option<Subscription>>,
}

impl Case {
    pub fn new(deliveries: impl IntoIterator<Item = (String, Option<Handle>)>) -> Self {
        let push = task(&tenant("app"), "task-1");
        Self {
            batch: BatchHeader {
                batch: BatchRef {
                    push: push.clone(),
                    shard: 0,
                    batch: "batch-1".parse().unwrap(),
                },
                channel: Channel::Huawei,
                count: 1,
                without_handle: 0,
                audiences: 0,
                sending: Sending::Sent,
                sent_at: Timestamp::UNIX_EPOCH,
                recorded_at: Timestamp::UNIX_EPOCH,
                digest: String::new(),
            },
            push,
            revocation: "rvk_1".parse().unwrap(),
            notice: Notice {
                title: "Message revoked".to_owned(),
                text: "planted-text".to_owned(),
            },
            strategy: Strategy::Overwrite,
            deliveries: deliveries
                .into_iter()
                .map(|(token, handle)| (token.parse().unwrap(), handle))
                .collect(),
            vendor_tasks: Vec::new(),
            subscriptions: Vec::new(),
        }
    }

    /// Which of the vendor's sendings each delivery was part of, by slot.
    #[must_use]
    pub fn sent_as<'t>(self, tasks: impl IntoIterator<Item = Option<&'t str>>) -> Self {
        let parse = |task: Option<&str>| task.map(|task| task.parse().unwrap());
        Self {
            vendor_tasks: tasks.into_iter().map(parse).collect(),
            ..self
        }
    }

    /// What each browser's messages are encrypted with, by slot.
    #[must_use]
    pub fn subscribed(self, subscriptions: impl IntoIterator<Item = Option<Subscription>>) -> Self {
        Self {
            subscriptions: subscriptions.into_iter().collect(),
            ..self
        }
    }

    /// The notice's text.
    #[must_use]
    pub fn saying(mut self, text: &str) -> Self {
        text.clone_into(&mut self.notice.text);
        self
    }

    #[must_use]
    pub fn by(self, strategy: Strategy) -> Self {
        Self { strategy, ..self }
    }

    /// `count` deliveries that went out over `channel` under one handle.
    pub fn of(channel: Channel, count: usize) -> Self {
        let token = |n: usize| match channel.facts().tokens {
            Tokens::Hexadecimal => format!("{n:064x}"),
            Tokens::AsTheyAre | Tokens::DevicesOrAudiences => format!("t{n}"),
            Tokens::Endpoints => format!("https://push.example/{n}"),
        };
        Self::new((0..count).map(|n| (token(n), Some(Self::handle(channel)))))
    }

    /// As a channel's sender would have named it.
    pub fn handle(channel: Channel) -> Handle {
        match channel.facts().handle {
            HandleKind::NotifyId => Handle::NotifyId(7),
            HandleKind::CollapseId => Handle::CollapseId("7".to_owned()),
            HandleKind::Tag => Handle::Tag("7".to_owned()),
            HandleKind::NotifyKey => Handle::NotifyKey("7".to_owned()),
        }
    }

    /// The answers by slot; checks that each slot has exactly one.
    pub async fn revoke_until(&self, client: &dyn ChannelClient, call_until: Timestamp) -> Vec<Answer> {
        let calls: Vec<ToCall<'_>> = self
            .deliveries
            .iter()
            .enumerate()
            .map(|(slot, (token, handle))| ToCall {
                slot,
                token,
                handle: handle.as_ref(),
                vendor_task: self.vendor_tasks.get(slot).and_then(Option::as_ref),
                notice: &self.notice,
                subscription: self.subscriptions.get(slot).and_then(Option::as_ref),
            })
            .collect();
        let order = Order {
            push: &self.push,
            revocation: &self.revocation,
            strategy: self.strategy,
            batch: &self.batch,
            requested_at: Timestamp::UNIX_EPOCH,
            calls: &calls,
            call_until,
        };
        let mut answers = client.revoke(&order).await;
        answers.sort_by_key(|(slot, _)| *slot);
        let slots: Vec<usize> = answers.iter().map(|(slot, _)| *slot).collect();
        assert_eq!(slots, (0..self.deliveries.len()).collect::<Vec<_>>(), "one answer for each slot");
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    pub async fn revoke(&self, client: &dyn ChannelClient) -> Vec<Answer> {
        self.revoke_until(client, Timestamp::MAX).await
    }
}
