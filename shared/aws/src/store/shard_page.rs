//! A page of what lies in one shard under one prefix, in the order of batch ids.

use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::{ShardPage, StoreError};
use revocation_rules::ids::{BatchId, PushRef};
use revocation_rules::walk::Reading;

use super::DynamoPushStore;
use crate::failure::unavailable;
use crate::items::{Item, key, text};

/// Most items of a page; `DynamoDB` ends it sooner at 1 MB.
const PAGE: i32 = 500;

/// What to read.
pub struct ShardQuery<'a> {
    pub push: &'a PushRef,
    pub shard: u16,
    pub after: Option<&'a BatchId>,
    pub prefix: &'static str,
    pub reading: Reading,
    /// `None` reads everything.
    pub attributes: Option<&'a [&'static str]>,
}

impl DynamoPushStore {
    pub(super) async fn shard_page<T>(
        &self,
        query: ShardQuery<'_>,
        read: impl Fn(&Item) -> Result<T, StoreError>,
    ) -> Result<ShardPage<T>, StoreError> {
        let pk = key::shard(query.push, query.shard);
        let mut request = self
            .table
            .query()
            .consistent_read(query.reading == Reading::Consistent)
            .limit(PAGE)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(pk.as_str()))
            .expression_attribute_values(":prefix", text(query.prefix));
        if let Some(after) = query.after {
            request = request
                .exclusive_start_key("pk", text(pk))
                .exclusive_start_key("sk", text(format!("{}{after}", query.prefix)));
        }
        if let Some(attributes) = query.attributes {
            let placeholders: Vec<_> = attributes.iter().map(|name| format!("#{name}")).collect();
            request = request.projection_expression(placeholders.join(", "));
            for (placeholder, name) in placeholders.into_iter().zip(attributes) {
                request = request.expression_attribute_names(placeholder, *name);
            }
        }
        let page = request.send().await.map_err(|error| unavailable("Query", &error))?;
        let next = page.last_evaluated_key.map(|last| batch_of(&last, query.prefix)).transpose()?;
        Ok(ShardPage {
            items: page.items.iter().flatten().map(read).collect::<Result<_, _>>()?,
            next,
        })
    }
}

fn batch_of(last: &Item, prefix: &str) -> Result<BatchId, StoreError> {
    match last.get("sk") {
        Some(AttributeValue::S(sk)) => sk.strip_prefix(prefix).and_then(|id| id.parse().ok()),
        _ => None,
    }
    .ok_or(StoreError::Damaged {
        item: "batch",
        attribute: "sk",
    })
}
