//! A device that is connected asks for what it missed.
//!
//! Its connection is written first and the instructions are read second; who
//! gives an instruction keeps it first and reads the connections second. Both
//! reads are consistent, so whatever the order, one of the two sees the other.

use futures::{StreamExt, stream};

use crate::ports::{Clock, DeviceConnections, DeviceLinks, DeviceOutbox, LinkError, Posted, StoreError};
use revocation_rules::device::{ConnectionId, Device};
use revocation_rules::frame::ToDevice;
use revocation_rules::instruction::{Instruction, InstructionId};

/// Over how many connections a device is reached. One more drops the one that registered longest ago.
pub const MOST_CONNECTIONS: usize = 5;
/// Most instructions sent for one request: what is left is asked for again.
pub const MOST_MISSED: usize = 1_000;
/// Frames on their way at once.
const AT_ONCE: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceRegistered {
    /// It was sent this many instructions.
    Yes { missed: usize },
    /// It has gone meanwhile.
    Gone,
}

#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The connection did not begin with a token, or is forgotten already.
    #[error("the connection is not known")]
    UnknownConnection,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// Sends a device everything that waits for it, and tells others how to reach it.
///
/// # Errors
/// When the connection is not known, or the store or the gateway fails; asking again is safe.
pub async fn register_device(
    store: &(impl DeviceConnections + DeviceOutbox),
    links: &impl DeviceLinks,
    clock: &impl Clock,
    connection: &ConnectionId,
) -> Result<DeviceRegistered, DeviceError> {
    let now = clock.now();
    let device = store.device_of(connection).await?.ok_or(DeviceError::UnknownConnection)?;
    store.enlist(&device, connection, now).await?;
    drop_oldest(store, links, &device, connection).await?;
    let mut missed = 0;
    let mut after: Option<InstructionId> = None;
    loop {
        let page = store.instructions(&device, after.as_ref()).await?;
        let open: Vec<ToDevice> = page
            .instructions
            .into_iter()
            .filter(|instruction: &Instruction| now < instruction.closes_at)
            .map(ToDevice::Revoke)
            .collect();
        missed += open.len();
        let mut posts = stream::iter(&open)
            .map(|frame| links.post(connection, frame))
            .buffer_unordered(AT_ONCE);
        while let Some(posted) = posts.next().await {
            if posted? == Posted::Gone {
                return gone(store, &device, connection).await;
            }
        }
        after = page.next;
        if after.is_none() || missed >= MOST_MISSED {
            break;
        }
    }
    let registered = ToDevice::Registered {
        missed,
        more: after.is_some(),
    };
    match links.post(connection, &registered).await? {
        Posted::Yes => Ok(DeviceRegistered::Yes { missed }),
        Posted::Gone => gone(store, &device, connection).await,
    }
}

/// Who tells a device tells it over all its connections, so there must not be any number of them.
async fn drop_oldest(
    store: &impl DeviceConnections,
    links: &impl DeviceLinks,
    device: &Device,
    newest: &ConnectionId,
) -> Result<(), StoreError> {
    let others = store.connections(device).await?.into_iter().filter(|other| other != newest);
    for old in others.skip(MOST_CONNECTIONS - 1) {
        store.end(device, &old).await?;
        // If it stays open, it is told to connect again when it says something next.
        if let Err(error) = links.close(&old).await {
            tracing::warn!(%error, "a connection that was dropped is not closed");
        }
    }
    Ok(())
}

async fn gone(store: &impl DeviceConnections, device: &Device, connection: &ConnectionId) -> Result<DeviceRegistered, DeviceError> {
    store.end(device, connection).await?;
    Ok(DeviceRegistered::Gone)
}
