//! The program itself.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

fn start(flags: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_vendor-sim"))
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn it_prints_one_json_line_and_ends_with_its_stdin() {
    let mut child = start(&["--exit-with-stdin"]);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).await.unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    assert!(said["ca_pem"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let counted = stats_at(said["control"].as_str().unwrap()).await;
    assert_eq!(counted["huawei"]["calls"], 0);
    for vendor in counted.as_object().unwrap().keys() {
        assert!(said[vendor].as_str().unwrap().starts_with("https://127.0.0.1:"), "{vendor}");
    }

    drop(child.stdin.take());
    let status = timeout(Duration::from_secs(5), child.wait()).await;
    assert!(status.unwrap().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "");
}

#[tokio::test]
async fn it_stays_when_stdin_closes_without_the_flag_and_ends_on_sigterm() {
    let mut child = start(&[]);
    drop(child.stdin.take());
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).await.unwrap();
    let early = timeout(Duration::from_millis(300), child.wait()).await;
    assert!(early.is_err(), "it should still run");
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").arg(pid).status().await.unwrap().success());
    let status = timeout(Duration::from_secs(5), child.wait()).await;
    assert!(status.unwrap().unwrap().success());
}

#[tokio::test]
async fn a_wrong_flag_is_explained() {
    for (flags, explained) in [
        (&["--port", "1"][..], "usage"),
        (&["--apns-port", "many"], "usage"),
        (&["--nokia-port", "1"], "there is no vendor nokia"),
    ] {
        let output = start(flags).wait_with_output().await.unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8(output.stderr).unwrap().contains(explained));
    }
}

async fn stats_at(control: &str) -> Value {
    let client = crate::support::bare().build().unwrap();
    let url = format!("{control}/stats");
    client.get(url).send().await.unwrap().json().await.unwrap()
}
