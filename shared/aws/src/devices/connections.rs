//! Who is connected.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_app::ports::{ConnectionId, Device, DeviceConnections, StoreError};

use super::{DynamoDevices, items, key};
use crate::failure::unavailable;
use crate::items::text;

impl DeviceConnections for DynamoDevices {
    fn begin<'a>(&'a self, connection: &'a ConnectionId, device: &'a Device, now: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        self.put(items::way_back(connection, device, now)).boxed()
    }

    fn device_of<'a>(&'a self, connection: &'a ConnectionId) -> BoxFuture<'a, Result<Option<Device>, StoreError>> {
        async move {
            let item = self.get(key::connection(connection), key::WAY_BACK).await?;
            item.as_ref().map(items::read_way_back).transpose()
        }
        .boxed()
    }

    fn enlist<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId, now: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        self.put(items::connection(device, connection, now)).boxed()
    }

    fn connections<'a>(&'a self, device: &'a Device) -> BoxFuture<'a, Result<Vec<ConnectionId>, StoreError>> {
        async move {
            let mut found = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .projection_expression("v, sk")
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":pk", text(key::device(device)))
                .expression_attribute_values(":sk", text(key::CONNECTION))
                .into_paginator()
                .items()
                .send();
            let mut connections = Vec::new();
            while let Some(item) = found.next().await {
                connections.push(items::read_connection(&item.map_err(|error| unavailable("Query", &error))?)?);
            }
            Ok(connections)
        }
        .boxed()
    }

    /// The device's item first: a crash in between leaves a way back that nobody takes.
    fn end<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            self.delete(key::device(device), &key::connection(connection)).await?;
            self.delete(key::connection(connection), key::WAY_BACK).await
        }
        .boxed()
    }
}
