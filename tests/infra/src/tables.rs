//! What is stored is encrypted, can be restored, expires, and survives the stack.

use serde_json::json;

use crate::template::Template;

#[test]
fn every_table_is_encrypted_restorable_and_on_demand() {
    for (name, table) in Template::read().of_type("AWS::DynamoDB::Table") {
        assert_eq!(table["SSESpecification"]["SSEEnabled"], true, "{name}");
        let restore = &table["PointInTimeRecoverySpecification"];
        assert_eq!(restore["PointInTimeRecoveryEnabled"], true, "{name}");
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{name}");
    }
}

#[test]
fn every_table_expires_what_says_so() {
    for (name, table) in Template::read().of_type("AWS::DynamoDB::Table") {
        let expiry = &table["TimeToLiveSpecification"];
        assert_eq!(expiry["AttributeName"], "expires_at", "{name}");
        assert_eq!(expiry["Enabled"], true, "{name}");
    }
}

/// What a vendor gave us to sign in with is asked for again, and a nonce is of use for half an hour.
#[test]
fn deleting_the_stack_deletes_no_table_but_the_vendors_sessions_and_spent_nonces() {
    let template = Template::read();
    for (name, _) in template.of_type("AWS::DynamoDB::Table") {
        let table = &template.0["Resources"][name];
        let policies = [&table["DeletionPolicy"], &table["UpdateReplacePolicy"]];
        let expected = match name {
            "VendorSessionsTable" | "RpcNoncesTable" => ["Delete", "Delete"],
            _ => ["RetainExceptOnCreate", "Retain"],
        };
        assert_eq!(policies, expected, "{name}");
    }
}

#[test]
fn every_table_is_keyed_as_the_code_expects() {
    let template = Template::read();
    for (name, table) in template.of_type("AWS::DynamoDB::Table") {
        let keys: Vec<_> = table["KeySchema"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| &key["AttributeName"])
            .collect();
        let expected: &[&str] = match name {
            "PushesTable" | "ConnectionsTable" => &["pk", "sk"],
            _ => &["pk"],
        };
        assert_eq!(keys, expected, "{name}");
    }
}

#[test]
fn the_indexes_of_pushes_are_keyed_as_the_code_expects() {
    let template = Template::read();
    let table = template.resource("PushesTable");
    let keys: Vec<_> = table["GlobalSecondaryIndexes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|index| {
            let key = &index["KeySchema"];
            json!([
                index["IndexName"],
                key[0]["AttributeName"],
                key[1]["AttributeName"],
                index["Projection"]["ProjectionType"]
            ])
        })
        .collect();
    assert_eq!(
        keys,
        [
            json!(["open", "open_pk", "due_at", "KEYS_ONLY"]),
            json!(["listed", "listed_pk", "listed_sk", "ALL"])
        ]
    );
    let due_at = json!({ "AttributeName": "due_at", "AttributeType": "N" });
    assert!(table["AttributeDefinitions"].as_array().unwrap().contains(&due_at));
}
