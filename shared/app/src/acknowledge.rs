//! A device says that it did as it was told, or what became of a message.
//!
//! The receipt is kept first, the instruction removed second, and the device
//! told last: whatever is lost in between, the device says it again.

use jiff::Timestamp;
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;
use revocation_rules::receipt::ReceiptEvent;
use revocation_rules::window::{KEPT, WINDOW};

use crate::ports::{Clock, DeviceConnections, DeviceOutbox, JobQueue, PushStore, ReceiptStore, StoreError};
use crate::take_receipts::{NewReceipt, ReceiptError, take_acknowledgement, take_receipts};
use revocation_rules::device::ConnectionId;
use revocation_rules::frame::DeviceReceipt;
use revocation_rules::instruction::InstructionId;

/// Where receipts go.
pub struct ReceiptTaker<'a, S, Q, C> {
    pub store: &'a S,
    pub queue: &'a Q,
    pub clock: &'a C,
}

impl<S, Q, C> ReceiptTaker<'_, S, Q, C>
where
    S: PushStore + ReceiptStore,
    Q: JobQueue,
    C: Clock,
{
    /// Whether the receipt names a delivery batch of the tenant's.
    async fn take(&self, tenant: &Tenant, receipt: NewReceipt) -> Result<bool, ReceiptError> {
        // A device has no word in what vendors delivered.
        let about = Some(Channel::SelfBuilt);
        let taken = take_receipts(self.store, self.queue, self.clock, tenant, about, vec![receipt]).await?;
        Ok(taken.accepted == 1)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AcknowledgeError {
    #[error("the connection is not known")]
    UnknownConnection,
    #[error("nothing was delivered under this batch id")]
    UnknownDelivery,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

/// Keeps what a device did with an instruction. One that is not there was
/// acknowledged before, which is no error.
///
/// # Errors
/// When the connection is not known, or the store or the queue fails; saying it again is safe.
pub async fn acknowledge<S, Q, C>(
    devices: &(impl DeviceConnections + DeviceOutbox),
    receipts: &ReceiptTaker<'_, S, Q, C>,
    connection: &ConnectionId,
    instruction: &InstructionId,
    event: ReceiptEvent,
) -> Result<(), AcknowledgeError>
where
    S: PushStore + ReceiptStore,
    Q: JobQueue,
    C: Clock,
{
    let device = devices.device_of(connection).await?.ok_or(AcknowledgeError::UnknownConnection)?;
    let Some(given) = devices.instruction(&device, instruction).await? else {
        return Ok(());
    };
    // A batch that is gone by now has nothing left to confirm, and another may
    // have been recorded under its id since.
    let last = given.closes_at.saturating_add(KEPT - WINDOW).unwrap_or(Timestamp::MAX);
    if receipts.clock.now() < last {
        let ReceiptTaker { store, queue, clock } = *receipts;
        take_acknowledgement(store, queue, clock, &given.batch, &given.device, event).await?;
    }
    devices.remove(&device, instruction).await?;
    Ok(())
}

/// Keeps what a device says of a message it got.
///
/// # Errors
/// When the connection or the delivery is not known, or the store or the queue fails.
pub async fn report_from_device<S, Q, C>(
    devices: &impl DeviceConnections,
    receipts: &ReceiptTaker<'_, S, Q, C>,
    connection: &ConnectionId,
    receipt: &DeviceReceipt,
) -> Result<(), AcknowledgeError>
where
    S: PushStore + ReceiptStore,
    Q: JobQueue,
    C: Clock,
{
    let device = devices.device_of(connection).await?.ok_or(AcknowledgeError::UnknownConnection)?;
    let new = NewReceipt {
        kind: receipt.kind,
        id: receipt.id.clone(),
        batch: receipt.batch.clone(),
        // A device speaks for itself and for no other.
        token: device.id,
        event: receipt.event,
        at: None,
    };
    if receipts.take(&device.tenant, new).await? {
        Ok(())
    } else {
        Err(AcknowledgeError::UnknownDelivery)
    }
}
