//! Calls to the local AWS that tests need beside those of the product.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::error::StackError;
use crate::local_aws::LocalAws;
use crate::project::STACK;
use crate::wire;

/// Under which the account's root is recognised; its signature is not checked.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}

async fn ask(port: u16, asked: &'static str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<String, StackError> {
    let answer = wire::call(port, "POST", path, headers, body)
        .await
        .map_err(|source| StackError::NoAnswer { asked, source })?;
    if answer.status < 300 {
        return Ok(answer.body);
    }
    Err(StackError::Refused {
        asked,
        status: answer.status,
        answer: answer.body,
    })
}

async fn ask_json(port: u16, service: &str, target: &'static str, body: &Value) -> Result<Value, StackError> {
    let headers = [
        ("authorization", authorization(service)),
        ("x-amz-target", target.to_owned()),
        ("content-type", "application/x-amz-json-1.1".to_owned()),
    ];
    let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = ask(port, target, "/", &headers, &body.to_string()).await?;
    serde_json::from_str(&answer).map_err(|error| StackError::NoAnswer {
        asked: target,
        source: error.into(),
    })
}

pub(crate) async fn stack_outputs(port: u16) -> Result<BTreeMap<String, String>, StackError> {
    let authorization = authorization("cloudformation");
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = format!("Action=DescribeStacks&Version=2010-05-15&StackName={STACK}");
    let xml = ask(port, "DescribeStacks", "/", &headers, &body).await?;
    Ok(outputs_of(&xml))
}

/// Names and addresses hold nothing that XML would have escaped.
fn outputs_of(xml: &str) -> BTreeMap<String, String> {
    xml.split("<OutputKey>")
        .skip(1)
        .filter_map(|rest| {
            let (key, rest) = rest.split_once("</OutputKey>")?;
            let (_, rest) = rest.split_once("<OutputValue>")?;
            let (value, _) = rest.split_once("</OutputValue>")?;
            Some((key.to_owned(), value.to_owned()))
        })
        .collect()
}

impl LocalAws {
    /// Asks a service as its root, in the JSON protocol: `ask("sqs", "AmazonSQS.ListQueues", &json!({}))`.
    pub async fn ask(&self, service: &str, target: &'static str, body: &Value) -> Result<Value, StackError> {
        ask_json(self.port, service, target, body).await
    }

    /// Runs a function now and waits for its answer, such as `sweep`, which else runs once a minute.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value, StackError> {
        let authorization = authorization("lambda");
        let answer = ask(
            self.port,
            "Invoke",
            &format!("/2015-03-31/functions/{STACK}-{function}/invocations"),
            &[("authorization", &authorization)],
            &event.to_string(),
        )
        .await?;
        Ok(serde_json::from_str(&answer).unwrap_or(Value::Null))
    }

    /// What a function wrote so far, in order. Empty before its first run.
    pub async fn function_log(&self, function: &str) -> Result<String, StackError> {
        let mut lines = Vec::new();
        let mut request = json!({ "logGroupName": format!("/aws/lambda/{STACK}-{function}") });
        loop {
            let page = ask_json(self.port, "logs", "Logs_20140328.FilterLogEvents", &request).await?;
            for event in page["events"].as_array().into_iter().flatten() {
                let at = event["timestamp"].as_i64().unwrap_or_default();
                lines.push((at, event["message"].as_str().unwrap_or_default().to_owned()));
            }
            match page["nextToken"].as_str() {
                Some(token) => request["nextToken"] = token.into(),
                None => break,
            }
        }
        // Stable, so the lines of one invocation stay together.
        lines.sort_by_key(|(at, _)| *at);
        Ok(lines.into_iter().map(|(_, line)| line + "\n").collect())
    }

    /// Stores what a channel of a tenant is called with.
    pub async fn put_secret(&self, name: &str, value: &str) -> Result<(), StackError> {
        let request = json!({ "Name": name, "SecretString": value });
        ask_json(self.port, "secretsmanager", "secretsmanager.CreateSecret", &request).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_with_and_without_a_description() {
        let xml = "<Outputs><member><OutputKey>ApiId</OutputKey><OutputValue>a1</OutputValue></member>\
                   <member><OutputKey>Q</OutputKey><Description>x</Description>\
                   <OutputValue>http://q</OutputValue></member></Outputs>";
        let outputs = outputs_of(xml);
        assert_eq!(outputs["ApiId"], "a1");
        assert_eq!(outputs["Q"], "http://q");
    }
}
