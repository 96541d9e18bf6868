//! What the use cases need of the world, one capability per trait, in our own words.

mod bundle;
mod channel;
mod clock;
mod devices;
mod error;
mod keys;
mod nonces;
mod notices;
mod queue;
mod receipts;
mod senders;
mod sessions;
mod store;

pub use bundle::Ports;
pub use channel::{ChannelClient, CredentialStore, Credentials, Order};
pub use clock::{Clock, Dice};
pub use devices::{DeviceConnections, DeviceLinks, DeviceOutbox, DeviceTokens, InstructionPage, KeptToken, LinkError, Posted, SecretMaker};
pub use error::{QueueError, Source, StoreError, StoreFuture, StoreResult, WorkError, causes, with_causes};
pub use keys::{AccessKey, AccessKeyStore, KeptSecret, KeyState, SecretDigest, SecretForm, SecretSeal, SecretText};
pub use nonces::{Nonces, Spent};
pub use notices::AppNotices;
pub use queue::{DispatchJob, Job, JobQueue, RecountJob};
pub use receipts::{CallbackSecret, CallbackSecrets, KnownBatch, ReceiptStore};
pub use senders::QueueSenders;
pub use sessions::{SessionKey, SessionRecord, SessionStore, SessionText, SharedFailure, SharedPause, VendorSession};
pub use store::{
    BatchContents, BatchHeaders, BatchPayloads, BatchRecorder, BatchWork, BatchWorkStore, Claimed, Counters, DUE_PARTS, DuePage, DuePlace,
    Finished, Inserted, MAX_PAYLOADS, Overview, Payload, ProgressList, PushFilter, PushList, PushListPage, PushListQuery, PushOverview,
    PushStore, Recorded, RevocationStore, Saved, ShardPage, TargetIndex, TaskNumbers, UnaskedWork,
};
