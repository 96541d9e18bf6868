//! A sender takes a device's token back: the device is let in no more, and its connections end.
//!
//! The token is removed first and the connections are read second; a device that connects writes its connection
//! first and looks at its token again second. Whatever the order, one of the two sees the other.

use futures::{StreamExt, stream};

use crate::ports::{DeviceConnections, DeviceLinks, DeviceTokens, StoreError};
use revocation_rules::device::Device;

/// Connections that are ended at once.
const AT_ONCE: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many connections the device had. What waits for it goes on waiting, for its next token.
///
/// # Errors
/// When the store fails; asking again ends the rest.
pub async fn withdraw_device_token(
    store: &(impl DeviceTokens + DeviceConnections),
    links: &impl DeviceLinks,
    device: &Device,
) -> Result<usize, WithdrawError> {
    store.remove_token(device).await?;
    let begun = store.begun(device).await?;
    let connections = begun.len();
    let mut ended = stream::iter(begun)
        .map(|connection| async move {
            // Forgotten first: what it says from now on is refused, even if it stays open.
            store.end(device, &connection).await?;
            if let Err(error) = links.close(&connection).await {
                tracing::warn!(%error, "a connection whose token was withdrawn is not closed");
            }
            Ok::<_, StoreError>(())
        })
        .buffer_unordered(AT_ONCE);
    while let Some(end) = ended.next().await {
        end?;
    }
    Ok(connections)
}
