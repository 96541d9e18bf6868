//! A sender gets a token for one of its devices, which it hands to the device.

use jiff::{SignedDuration, Timestamp};
use revocation_rules::ids::KeyId;

use crate::device_token::{TokenText, digest};
use crate::ports::{Clock, DeviceTokens, KeptToken, SecretMaker, StoreError};
use revocation_rules::device::Device;

/// How long a token is good unless the sender says so.
pub const DEVICE_TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The shortest and the longest life a sender may ask for.
pub const DEVICE_TOKEN_LIVES: (SignedDuration, SignedDuration) = (SignedDuration::from_secs(60), SignedDuration::from_hours(365 * 24));

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    pub token: TokenText,
    pub ends_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    #[error("must be between 60 and 31536000")]
    Life,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a token and keeps its digest. The token the device had is refused
/// from now on; connections that were opened with it stay.
///
/// # Errors
/// When no token lives that long, or when the store fails.
pub async fn issue_device_token(
    store: &impl DeviceTokens,
    secrets: &impl SecretMaker,
    clock: &impl Clock,
    device: &Device,
    life: Option<SignedDuration>,
    by: &KeyId,
) -> Result<IssuedToken, IssueError> {
    let life = life.unwrap_or(DEVICE_TOKEN_LIFE);
    if life < DEVICE_TOKEN_LIVES.0 || life > DEVICE_TOKEN_LIVES.1 {
        return Err(IssueError::Life);
    }
    let now = clock.now();
    let secret = secrets.secret();
    let kept = KeptToken {
        digest: digest(&secret),
        issued_at: now,
        issued_by: Some(by.clone()),
        ends_at: now.saturating_add(life).unwrap_or(Timestamp::MAX),
    };
    store.put_token(device, &kept).await?;
    Ok(IssuedToken {
        token: TokenText::new(device, &secret),
        ends_at: kept.ends_at,
    })
}
