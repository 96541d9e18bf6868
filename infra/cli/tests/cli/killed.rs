//! Killed, cut off, asked to wait: nothing is lost, and nothing is done twice.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use revocation_testkit::Mood;
use serde_json::Value;

use crate::support::{Api, Fault, Home, How, REVOKE};

fn apply(plan: &str) -> [&str; 5] {
    ["apply", plan, "--watch", "--confirm", "20842863"]
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn progress(home: &Home, plan: &str) -> Value {
    let text = std::fs::read_to_string(home.plan_file(plan)).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    kept["progress"]["is"].clone()
}

#[test]
fn who_is_killed_while_watching_goes_on_with_the_same_command() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let mut watching = home
        .command(&apply(&plan))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("it watches", || api.asked("/revocations/rvk_") > 1);
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert_eq!((progress(&home, &plan), api.revocations()), ("applied".into(), 1));

    api.works_after(1, Mood::Well);
    let (code, lines) = home.json(&apply(&plan));
    assert_eq!(code, 0);
    assert_eq!(lines.last().unwrap()["revocation"]["summary"]["taken_back"], 3);
    assert_eq!(api.revocations(), 1);
    assert_eq!(home.run(&["status", &plan, "--watch"]).code, 0);
}

#[test]
fn who_is_killed_before_the_answer_finds_the_same_revocation() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    api.goes_wrong(Fault {
        at: REVOKE,
        times: 1,
        how: How::Silent,
    });
    let mut sending = home
        .command(&apply(&plan))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("it was asked for", || api.revocations() == 1);
    sending.kill().unwrap();
    sending.wait().unwrap();
    assert_eq!(progress(&home, &plan), "sent");

    // Though the counts are others by now, and the plan is old: it was carried out.
    api.record("b2", 2);
    api.works_after(1, Mood::Well);
    let (code, lines) = home.json(&apply(&plan));
    assert_eq!(code, 0);
    assert_eq!(lines.last().unwrap()["revocation"]["summary"]["taken_back"], 5);
    assert_eq!((progress(&home, &plan), api.revocations()), ("applied".into(), 1));
}

#[test]
fn two_who_apply_one_plan_at_once_get_one_revocation() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let once = ["apply", plan.as_str(), "--confirm", "20842863"];
    // One has read the plan, and has to wait.
    api.goes_wrong(Fault {
        at: "GET /v1/me",
        times: 1,
        how: How::Status(503, Some(2)),
    });
    let asked = api.asked("GET /v1/me");
    let slow = home.command(&once).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until("it has begun", || api.asked("GET /v1/me") > asked);
    // The other is there before it.
    assert_eq!(home.run(&once).code, 0);
    let slow = slow.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&slow.stderr);
    assert_eq!((slow.status.code(), api.revocations()), (Some(0), 1), "{said}");
}

#[cfg(unix)]
#[test]
fn a_pipeline_that_is_cancelled_stops_watching_and_nothing_else() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let watching = home
        .command(&apply(&plan))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("it watches", || api.asked("/revocations/rvk_") > 1);
    let kill = format!("kill -TERM {}", watching.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let ended = watching.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(143), "{said}");
    assert!(said.contains("the revocation goes on"), "{said}");
    assert_eq!(progress(&home, &plan), "applied");
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    api.goes_wrong(Fault {
        at: REVOKE,
        times: 1,
        how: How::Lost,
    });
    api.works_after(0, Mood::Well);
    let ran = home.run(&apply(&plan));
    assert_eq!((ran.code, api.revocations()), (0, 1), "{}", ran.err);
}

#[test]
fn who_is_asked_to_wait_waits() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    api.works_after(0, Mood::Well);
    for (status, after) in [(429, Some(2)), (502, None), (503, None)] {
        api.goes_wrong(Fault {
            at: "/revocations/rvk_",
            times: 1,
            how: How::Status(status, after),
        });
    }
    let began = Instant::now();
    let ran = home.run(&apply(&plan));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn no_key_is_kept_and_nobody_else_reads_a_plan() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let file = home.plan_file(&plan);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("wrong price") && !text.contains(api::SECRET), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(file.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}
