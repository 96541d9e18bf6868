//! Who may write what into which table. A right counts for what it lets somebody do, under whatever name: a batch
//! write puts and deletes, and so does a statement in SQL.

use std::collections::BTreeSet;

use revocation_channels::shares_sessions;
use revocation_rules::channel::{Channel, Peer};
use serde_json::{Value, json};

use crate::template::{Statement, Template, referred, variables};

/// Where receipts lie: `<tenant>#<kind>#<id>#<shard>#receipt#<batch>`. No part of a key has a `#` of its own, so
/// nothing else fits, not even the shards of a push that is called `receipt`; `items::key` has the proof.
const RECEIPTS: &str = "*#*#*#*#receipt#*";
/// Which of the senders' queue identities may record for whom: `sender#<identity>#<tenant>`.
const SENDERS: &str = "sender#*";

/// What a right amounts to.
fn amounts_to(action: &str) -> Vec<&str> {
    match action.strip_prefix("dynamodb:").unwrap_or_default() {
        "BatchWriteItem" => vec!["PutItem", "DeleteItem"],
        "BatchGetItem" => vec!["GetItem"],
        "PartiQLInsert" => vec!["PutItem"],
        "PartiQLUpdate" => vec!["UpdateItem"],
        "PartiQLDelete" => vec!["DeleteItem"],
        // Without a key it reads the whole table.
        "PartiQLSelect" => vec!["GetItem", "Query", "Scan"],
        other => vec![other],
    }
}

/// The keys that a statement is for: all of them, or those that fit a pattern. `Err` for a condition of another sort.
fn leading_keys(condition: &Value) -> Result<Option<&str>, String> {
    if condition.is_null() {
        return Ok(None);
    }
    let pattern = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].as_str();
    let whole = pattern.map(|pattern| json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": pattern } }));
    if whole.as_ref() == Some(condition) {
        Ok(pattern)
    } else {
        Err(format!("a condition that is not about keys: {condition}"))
    }
}

fn tables(statement: &Statement) -> Vec<String> {
    let of = |resource: &Value| {
        let index = || Some(resource["Fn::Sub"].as_str()?.strip_prefix("${")?.split_once(".Arn}")?.0.to_owned());
        referred(resource).map(str::to_owned).or_else(index)
    };
    statement.resources.iter().filter_map(of).collect()
}

/// What a function may do: the table, what, and the pattern of keys, if not with all.
type Right = (String, String, Option<String>);

/// What the dispatcher of a vendor writes: progress, counters, and its own sessions, if its workers share any.
fn of_vendor(channel: &str) -> BTreeSet<Right> {
    let right = |table: &str, right: &str, keys| (table.to_owned(), right.to_owned(), keys);
    let mut rights = BTreeSet::from([right("PushesTable", "PutItem", None), right("PushesTable", "UpdateItem", None)]);
    if Channel::parse(channel).is_some_and(shares_sessions) {
        rights.insert(right("VendorSessionsTable", "PutItem", Some(format!("{channel}#*"))));
    }
    rights
}

/// Which writes the code makes. Everything else is a fault.
fn writes_of(function: &str) -> &'static [(&'static str, &'static str, Option<&'static str>)] {
    match function {
        // record: pushes, numbers, targets, batches; late deliveries, and revocations that they open again
        // revoke: revocations, notices; closures, replays
        // the others: progress; counters and revocations
        "RecordFunction"
        | "RecordQueuedFunction"
        | "RevokeFunction"
        | "FanoutFunction"
        | "UnsupportedFunction"
        | "ReceiptsQueuedFunction" => &[("PushesTable", "PutItem", None), ("PushesTable", "UpdateItem", None)],
        "MpaasFunction" => &[
            ("PushesTable", "PutItem", None),
            ("PushesTable", "UpdateItem", None),
            ("RpcNoncesTable", "PutItem", None),
        ],
        // revocations that were looked at
        "SweepFunction" => &[("PushesTable", "UpdateItem", None)],
        // instructions; connections that have ended
        "DispatchSelfBuiltFunction" => &[
            ("PushesTable", "PutItem", None),
            ("PushesTable", "UpdateItem", None),
            ("ConnectionsTable", "PutItem", None),
            ("ConnectionsTable", "DeleteItem", None),
        ],
        // connections that begin and end, instructions that were carried out; receipts
        "SocketFunction" => &[
            ("ConnectionsTable", "PutItem", None),
            ("ConnectionsTable", "DeleteItem", None),
            ("PushesTable", "PutItem", Some(RECEIPTS)),
            ("PushesTable", "UpdateItem", Some(RECEIPTS)),
            ("PushesTable", "DeleteItem", Some(RECEIPTS)),
        ],
        "ReceiptsFunction" => &[
            ("PushesTable", "PutItem", Some(RECEIPTS)),
            ("PushesTable", "UpdateItem", Some(RECEIPTS)),
            ("PushesTable", "DeleteItem", Some(RECEIPTS)),
        ],
        // device tokens; those that are withdrawn, with the connections that began with them
        "DevicesFunction" => &[("ConnectionsTable", "PutItem", None), ("ConnectionsTable", "DeleteItem", None)],
        _ => &[],
    }
}

/// Everything that is wrong with who may do what to which table.
fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, function) in template.functions() {
        let mut may: BTreeSet<Right> = BTreeSet::new();
        for statement in template.statements(function) {
            if !statement.actions.iter().any(|action| action.starts_with("dynamodb:")) {
                continue;
            }
            let keys = match leading_keys(&statement.condition) {
                Ok(keys) => keys,
                Err(fault) => {
                    faults.push(format!("{name}: {fault}"));
                    continue;
                }
            };
            for action in statement.actions.iter().filter(|action| action.starts_with("dynamodb:")) {
                for right in amounts_to(action) {
                    // `ForAllValues` is true of a request without keys. These always have some.
                    let keyed = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"].contains(&right);
                    if keys.is_some() && !keyed {
                        faults.push(format!("{name}: {action} can come without a key, so a condition on keys is none"));
                    }
                    let right = |table| (table, right.to_owned(), keys.map(str::to_owned));
                    may.extend(tables(&statement).into_iter().map(right));
                }
            }
        }
        for (_, right, keys) in may.iter().filter(|(table, ..)| table == "AccessKeysTable") {
            // One at a time, by its id; who is asked over no HTTP has nothing to do with keys.
            let known = (name == "RecordQueuedFunction").then_some(SENDERS);
            if right != "GetItem" || keys.as_deref() != known {
                faults.push(format!("{name} has no business with {right} on AccessKeysTable, {keys:?}"));
            }
        }
        let reads = ["GetItem", "Query"];
        let channel = variables(function).get("CHANNEL").and_then(|name| Channel::parse(name.as_str()?));
        let known = match channel.filter(|channel| channel.facts().peer == Peer::Vendor) {
            Some(channel) => of_vendor(channel.as_str()),
            None => writes_of(name)
                .iter()
                .map(|&(table, right, keys)| (table.to_owned(), right.to_owned(), keys.map(str::to_owned)))
                .collect(),
        };
        let writes: BTreeSet<Right> = may
            .iter()
            .filter(|(_, right, _)| !reads.contains(&right.as_str()))
            .cloned()
            .collect();
        for (table, right, keys) in writes.difference(&known) {
            let keys = keys.as_deref().unwrap_or("every key");
            faults.push(format!("{name} has no business with {right} on {table}, {keys}"));
        }
        for (table, right, _) in known.difference(&writes) {
            faults.push(format!("{name} needs {right} on {table}"));
        }
    }
    faults
}

#[test]
fn nobody_writes_or_deletes_but_what_their_work_is() {
    assert_eq!(faults(&Template::read()), Vec::<String>::new());
}

/// The template with one more statement in a role.
fn with(role: &str, statement: Value) -> Template {
    let mut template = Template::read();
    let statements = &mut template.0["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    statements.as_array_mut().unwrap().push(statement);
    template
}

fn on(table: &str, action: &str, condition: Value) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Action": action, "Resource": { "Fn::GetAtt": [table, "Arn"] } });
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    statement
}

fn like(pattern: &str) -> Value {
    json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": pattern } })
}

#[test]
fn a_batch_write_without_its_condition_is_a_right_to_delete() {
    for role in ["ReceiptsRole", "SocketRole", "LookupRole"] {
        let found = faults(&with(role, on("PushesTable", "dynamodb:BatchWriteItem", Value::Null)));
        assert!(
            found.iter().any(|fault| fault.contains("DeleteItem on PushesTable, every key")),
            "{role}: {found:?}"
        );
    }
}

#[test]
fn a_condition_that_lets_more_through_than_receipts_is_none() {
    for pattern in ["*", "*#receipt#*", "*#*", "*receipt*"] {
        let found = faults(&with("ReceiptsRole", on("PushesTable", "dynamodb:BatchWriteItem", like(pattern))));
        assert_eq!(found.len(), 2, "{pattern}: {found:?}");
    }
    let equals = json!({ "ForAllValues:StringNotLike": { "dynamodb:LeadingKeys": RECEIPTS } });
    assert_eq!(
        faults(&with("ReceiptsRole", on("PushesTable", "dynamodb:BatchWriteItem", equals))).len(),
        1
    );
}

#[test]
fn a_right_to_delete_is_seen_under_every_name() {
    for action in ["dynamodb:DeleteItem", "dynamodb:PartiQLDelete", "dynamodb:BatchWriteItem"] {
        for (role, table) in [
            ("RecordRole", "PushesTable"),
            ("SweepRole", "PushesTable"),
            ("DevicesRole", "PushesTable"),
            ("RevokeRole", "AccessKeysTable"),
            ("MpaasRole", "RpcNoncesTable"),
        ] {
            let found = faults(&with(role, on(table, action, Value::Null)));
            assert!(
                found.iter().any(|fault| fault.contains("DeleteItem")),
                "{role}, {action}: {found:?}"
            );
        }
    }
}

#[test]
fn no_key_is_needed_to_read_a_whole_table_so_a_condition_on_keys_does_not_help() {
    for action in ["dynamodb:Scan", "dynamodb:PartiQLSelect"] {
        let found = faults(&with("RecordQueuedRole", on("AccessKeysTable", action, like(SENDERS))));
        assert!(found.iter().any(|fault| fault.contains("without a key")), "{action}: {found:?}");
    }
}

#[test]
fn a_right_that_is_missing_is_seen() {
    let mut template = Template::read();
    template.0["Resources"]["SweepRole"]["Properties"]["Policies"] = json!([]);
    assert_eq!(faults(&template), ["SweepFunction needs UpdateItem on PushesTable"]);
}
