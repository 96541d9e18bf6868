//! Keeps which devices are connected.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use futures::FutureExt as _;
use jiff::Timestamp;
use revocation_app::ports::{DeviceConnections, StoreFuture};
use revocation_rules::device::{ConnectionId, Device};

use super::{DynamoDevices, items, key};
use crate::failure::unavailable;
use crate::items::{at, text};

/// Many more than a device is told over.
const MOST_READ: i32 = 100;

impl DynamoDevices {
    fn of_device(&self, device: &Device, prefix: &str) -> QueryFluentBuilder {
        self.table
            .query()
            .consistent_read(true)
            .projection_expression("v, sk, registered_at")
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", text(key::device(device)))
            .expression_attribute_values(":sk", text(prefix))
    }
}

impl DeviceConnections for DynamoDevices {
    fn begin<'a>(&'a self, connection: &'a ConnectionId, device: &'a Device, now: Timestamp) -> StoreFuture<'a, ()> {
        async move {
            // The device's first: a way back that is there is found by whoever withdraws the token.
            self.table.put(items::begun(device, connection, now)).await?;
            self.table.put(items::way_back(connection, device, now)).await
        }
        .boxed()
    }

    fn device_of<'a>(&'a self, connection: &'a ConnectionId) -> StoreFuture<'a, Option<Device>> {
        async move {
            let item = self.table.get(at(key::connection(connection), key::WAY_BACK)).await?;
            item.as_ref().map(items::read_way_back).transpose()
        }
        .boxed()
    }

    fn enlist<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId, now: Timestamp) -> StoreFuture<'a, ()> {
        self.table.put(items::connection(device, connection, now)).boxed()
    }

    /// One page: a device that has more connections than that is told over none but the newest it is seen to have.
    fn connections<'a>(&'a self, device: &'a Device) -> StoreFuture<'a, Vec<ConnectionId>> {
        async move {
            let page = self
                .of_device(device, key::CONNECTION)
                .limit(MOST_READ)
                .send()
                .await
                .map_err(|error| unavailable("Query", &error))?;
            let mut found: Vec<_> = page.items().iter().map(items::read_connection).collect::<Result<_, _>>()?;
            found.sort_by(|(one, _), (other, _)| other.cmp(one));
            Ok(found.into_iter().map(|(_, connection)| connection).collect())
        }
        .boxed()
    }

    /// What registered before connections were written down when they began is found by that.
    fn begun<'a>(&'a self, device: &'a Device) -> StoreFuture<'a, Vec<ConnectionId>> {
        async move {
            let mut all = BTreeSet::new();
            for prefix in [key::BEGUN, key::CONNECTION] {
                let mut found = self.of_device(device, prefix).into_paginator().items().send();
                while let Some(item) = found.next().await {
                    let item = item.map_err(|error| unavailable("Query", &error))?;
                    all.insert(match prefix {
                        key::BEGUN => items::read_begun(&item)?,
                        _ => items::read_connection(&item)?.1,
                    });
                }
            }
            Ok(all.into_iter().collect())
        }
        .boxed()
    }

    /// The device's item first, then the way back: a crash in between leaves what nobody takes, or what is ended
    /// again by whoever withdraws the token.
    fn end<'a>(&'a self, device: &'a Device, connection: &'a ConnectionId) -> StoreFuture<'a, ()> {
        async move {
            self.table.delete(at(key::device(device), key::connection(connection))).await?;
            self.table.delete(at(key::connection(connection), key::WAY_BACK)).await?;
            self.table.delete(at(key::device(device), key::begun(connection))).await
        }
        .boxed()
    }
}
