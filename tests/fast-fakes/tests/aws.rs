//! The fake table service: what is written is read, page by page, and counted as the documents say.

#![expect(clippy::unwrap_used, reason = "in tests, helpers included, a failure is a panic")]

use fast_fakes::{FastAws, Swarm};
use serde_json::{Value, json};

fn ask(aws: &FastAws, operation: &str, asked: &Value) -> Value {
    let answer = aws.answer(&format!("DynamoDB_20120810.{operation}"), asked.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

fn put(aws: &FastAws, pk: &str, sk: &str, more: &Value) {
    let mut item = json!({"pk": {"S": pk}, "sk": {"S": sk}});
    for (name, value) in more.as_object().unwrap() {
        item[name] = value.clone();
    }
    ask(aws, "PutItem", &json!({"TableName": "t", "Item": item}));
}

fn get(aws: &FastAws, pk: &str, sk: &str) -> Value {
    let key = json!({"pk": {"S": pk}, "sk": {"S": sk}});
    ask(aws, "GetItem", &json!({"TableName": "t", "Key": key, "ConsistentRead": true}))["Item"].take()
}

fn page(aws: &FastAws, pk: &str, prefix: &str, after: &Value) -> (Vec<String>, Value) {
    let mut asked = json!({
        "TableName": "t", "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)", "Limit": 2,
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":prefix": {"S": prefix}}, "ProjectionExpression": "#sk",
        "ExpressionAttributeNames": {"#sk": "sk"}, "ConsistentRead": true,
    });
    if !after.is_null() {
        asked["ExclusiveStartKey"] = after.clone();
    }
    let mut answer = ask(aws, "Query", &asked);
    let items = answer["Items"].as_array().unwrap().iter();
    let keys = items.map(|item| item["sk"]["S"].as_str().unwrap().to_owned()).collect();
    (keys, answer["LastEvaluatedKey"].take())
}

#[test]
fn pages_follow_each_other_and_end() {
    let aws = FastAws::default();
    for sk in ["a#1", "b#1", "b#2", "b#3", "c#1"] {
        put(&aws, "p", sk, &json!({}));
    }
    let (first, last) = page(&aws, "p", "b#", &Value::Null);
    assert_eq!(first, ["b#1", "b#2"]);
    let (second, last) = page(&aws, "p", "b#", &last);
    assert_eq!((second, last), (vec!["b#3".to_owned()], Value::Null));
}

#[test]
fn an_update_sets_adds_and_removes() {
    let aws = FastAws::default();
    put(&aws, "p", "s", &json!({"a": {"N": "1"}, "b": {"S": "x"}, "c": {"S": "y"}}));
    let update = json!({
        "TableName": "t", "Key": {"pk": {"S": "p"}, "sk": {"S": "s"}}, "UpdateExpression": "SET #b = :b ADD #a :a, #d :a REMOVE #c",
        "ExpressionAttributeNames": {"#a": "a", "#b": "b", "#c": "c", "#d": "d"},
        "ExpressionAttributeValues": {":a": {"N": "-3"}, ":b": {"S": "z"}},
    });
    ask(&aws, "UpdateItem", &update);
    let expected = json!({"pk": {"S": "p"}, "sk": {"S": "s"}, "a": {"N": "-2"}, "b": {"S": "z"}, "d": {"N": "-3"}});
    assert_eq!(get(&aws, "p", "s"), expected);
}

#[test]
fn frozen_it_answers_and_counts_and_changes_nothing() {
    let aws = FastAws::default();
    put(&aws, "p", "s", &json!({"a": {"N": "1"}}));
    aws.freeze(true);
    aws.take_counts();
    put(&aws, "p", "s", &json!({"a": {"N": "2"}}));
    assert_eq!(get(&aws, "p", "s")["a"]["N"], "1");
    let counts = aws.take_counts();
    assert_eq!((counts.all_calls(), counts.read_units.to_bits()), (2, 1.0_f64.to_bits()));
    assert_eq!(counts.write_units.to_bits(), 1.0_f64.to_bits());
}

#[test]
fn units_are_counted_as_documented() {
    let aws = FastAws::default();
    let large = json!({"text": {"S": "x".repeat(4_090)}});
    put(&aws, "p", "s", &large);
    // 2 + 1, 2 + 1 and 4 + 4,090 bytes: 4,100.
    assert_eq!(aws.take_counts().write_units.to_bits(), 5.0_f64.to_bits());
    get(&aws, "p", "s");
    assert_eq!(aws.take_counts().read_units.to_bits(), 2.0_f64.to_bits());
    get(&aws, "p", "nothing");
    assert_eq!(aws.take_counts().read_units.to_bits(), 1.0_f64.to_bits());
    let put =
        json!({"Put": {"TableName": "t", "Item": {"pk": {"S": "q"}, "sk": {"S": "s"}, "open_pk": {"S": "open"}, "due_at": {"N": "1"}}}});
    ask(&aws, "TransactWriteItems", &json!({"TransactItems": [put]}));
    // Twice one, and twice one for the entry of the index.
    assert_eq!(aws.take_counts().write_units.to_bits(), 4.0_f64.to_bits());
}

#[test]
fn an_index_is_in_the_order_of_its_own_key() {
    let aws = FastAws::default();
    for (sk, due) in [("a", "30"), ("b", "4"), ("c", "100")] {
        put(&aws, "p", sk, &json!({"open_pk": {"S": "open"}, "due_at": {"N": due}}));
    }
    let asked = json!({
        "TableName": "t", "IndexName": "open", "KeyConditionExpression": "open_pk = :open AND due_at <= :now",
        "ExpressionAttributeValues": {":open": {"S": "open"}, ":now": {"N": "30"}},
    });
    let answer = ask(&aws, "Query", &asked);
    let found: Vec<&str> = answer["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["sk"]["S"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["b", "a"]);
}

#[test]
fn what_is_not_understood_is_refused() {
    let aws = FastAws::default();
    for (target, body) in [
        ("DynamoDB_20120810.Scan", "{}"),
        ("DynamoDB_20120810.PutItem", "no json"),
        (
            "DynamoDB_20120810.UpdateItem",
            r#"{"TableName":"t","Key":{"pk":{"S":"p"}},"UpdateExpression":"SET a = size(b)"}"#,
        ),
        ("AmazonSQS.ReceiveMessage", r#"{"QueueUrl":"q"}"#),
        ("secretsmanager.GetSecretValue", r#"{"SecretId":"none"}"#),
    ] {
        assert_eq!(aws.answer(target, body.as_bytes()).status, 400, "{target} {body}");
    }
}

#[test]
fn one_batch_is_read_as_many() {
    let aws = FastAws::default();
    put(&aws, "push#3", "batch#b-000000000", &json!({"count": {"N": "1000"}}));
    put(&aws, "push#3#batch#b-000000000", "payload#d", &json!({"payload": {"B": "AA=="}}));
    aws.swarm(Some(Swarm {
        push: "push".to_owned(),
        stem: "b-".to_owned(),
        number: 0,
        shard: 3,
        shards: 16,
        batches: 100,
    }));
    // 2, 18, ... 98 lie in shard 2.
    let (first, last) = page(&aws, "push#2", "batch#", &Value::Null);
    assert_eq!(first, ["batch#b-000000002", "batch#b-000000018"]);
    let (mut seen, mut after) = (first.len(), last);
    while !after.is_null() {
        let (more, last) = page(&aws, "push#2", "batch#", &after);
        seen += more.len();
        after = last;
    }
    assert_eq!(seen, 7);
    assert_eq!(get(&aws, "push#2", "batch#b-000000018")["count"]["N"], "1000");
    let payload = get(&aws, "push#2#batch#b-000000018", "payload#d");
    assert_eq!(payload["pk"]["S"], "push#2#batch#b-000000018");
    // It does not lie in another shard, and there is no hundredth.
    assert!(get(&aws, "push#3", "batch#b-000000018").is_null());
    assert!(get(&aws, "push#4", "batch#b-000000100").is_null());
}

#[test]
fn queues_answer_with_the_digest_that_clients_check() {
    let aws = FastAws::default();
    let asked = json!({"QueueUrl": "q", "Entries": [{"Id": "0", "MessageBody": "hello"}]});
    let answer = aws.answer("AmazonSQS.SendMessageBatch", asked.to_string().as_bytes());
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer["Successful"][0]["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(aws.take_messages().len(), 1);
    assert_eq!(aws.take_counts().messages, 1);
}
