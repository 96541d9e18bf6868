//! The tables of `infra/template.yaml`, made in an emulator. For tests only:
//! a deployment makes its tables from the template.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
};

use crate::failure::AwsFailure;

/// # Errors
/// When `DynamoDB` refuses a table.
pub async fn create_tables(client: &Client, pushes: &str, access_keys: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    use ScalarAttributeType::{N, S};
    client
        .create_table()
        .table_name(pushes)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(vec![
            attribute("pk", S)?,
            attribute("sk", S)?,
            attribute("open_pk", S)?,
            attribute("due_at", N)?,
            attribute("listed_pk", S)?,
            attribute("listed_sk", S)?,
        ]))
        .set_key_schema(Some(keys("pk", "sk")?))
        .global_secondary_indexes(index("open", keys("open_pk", "due_at")?, ProjectionType::KeysOnly)?)
        .global_secondary_indexes(index("listed", keys("listed_pk", "listed_sk")?, ProjectionType::All)?)
        .send()
        .await
        .map_err(|error| AwsFailure::of("CreateTable", &error))?;
    client
        .create_table()
        .table_name(access_keys)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk", S)?)
        .key_schema(key("pk", KeyType::Hash)?)
        .send()
        .await
        .map_err(|error| AwsFailure::of("CreateTable", &error))?;
    Ok(())
}

/// The table `vendor_sessions`.
///
/// # Errors
/// When `DynamoDB` refuses it.
pub async fn create_vendor_sessions(client: &Client, table: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk", ScalarAttributeType::S)?)
        .key_schema(key("pk", KeyType::Hash)?)
        .send()
        .await
        .map_err(|error| AwsFailure::of("CreateTable", &error))?;
    Ok(())
}

/// The table `rpc_nonces`.
///
/// # Errors
/// When `DynamoDB` refuses it.
pub async fn create_rpc_nonces(client: &Client, table: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // Keyed as those are.
    create_vendor_sessions(client, table).await
}

/// The table `connections`.
///
/// # Errors
/// When `DynamoDB` refuses it.
pub async fn create_connections(client: &Client, table: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    use ScalarAttributeType::S;
    client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(vec![attribute("pk", S)?, attribute("sk", S)?]))
        .set_key_schema(Some(keys("pk", "sk")?))
        .send()
        .await
        .map_err(|error| AwsFailure::of("CreateTable", &error))?;
    Ok(())
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}

fn keys(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    Ok(vec![key(hash, KeyType::Hash)?, key(range, KeyType::Range)?])
}

fn index(name: &str, keys: Vec<KeySchemaElement>, projected: ProjectionType) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(keys))
        .projection(Projection::builder().projection_type(projected).build())
        .build()
}
