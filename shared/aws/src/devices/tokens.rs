//! Device tokens: one for each device.

use revocation_app::ports::{DeviceTokens, KeptToken, StoreError};
use revocation_rules::device::Device;

use super::{DynamoDevices, items, key};
use crate::items::at;

impl DeviceTokens for DynamoDevices {
    async fn put_token(&self, device: &Device, token: &KeptToken) -> Result<(), StoreError> {
        self.table.put(items::token(device, token)).await
    }

    async fn token(&self, device: &Device) -> Result<Option<KeptToken>, StoreError> {
        let item = self.table.get(at(key::device(device), key::TOKEN)).await?;
        item.as_ref().map(items::read_token).transpose()
    }

    async fn remove_token(&self, device: &Device) -> Result<(), StoreError> {
        self.table.delete(at(key::device(device), key::TOKEN)).await
    }
}
