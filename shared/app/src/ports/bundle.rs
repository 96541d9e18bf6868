//! All that a function may work with, under one name: the deployed world or the one in memory.

use super::{
    AccessKeyStore, AppNotices, BatchHeaders, BatchPayloads, BatchRecorder, BatchWorkStore, CallbackSecrets, Clock, Counters,
    DeviceConnections, DeviceLinks, DeviceOutbox, DeviceTokens, Dice, JobQueue, Nonces, ProgressList, PushList, PushOverview, PushStore,
    QueueSenders, ReceiptStore, RevocationStore, SecretMaker, SecretSeal, TargetIndex, TaskNumbers,
};

/// Which adapter stands behind each port. A function has those that its role allows.
pub trait Ports {
    type Store: PushStore
        + TaskNumbers
        + PushList
        + PushOverview
        + TargetIndex
        + BatchRecorder
        + BatchHeaders
        + BatchPayloads
        + BatchWorkStore
        + ProgressList
        + RevocationStore
        + Counters
        + ReceiptStore
        + AppNotices;
    type Queue: JobQueue;
    type Keys: AccessKeyStore + CallbackSecrets;
    type Senders: QueueSenders;
    type Seal: SecretSeal;
    type Nonces: Nonces;
    type Devices: DeviceTokens + DeviceConnections + DeviceOutbox;
    type Links: DeviceLinks;
    type Clock: Clock;
    type Dice: Dice;
    type Secrets: SecretMaker;
}
