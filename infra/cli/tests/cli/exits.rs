//! Every exit code, without a terminal.

use revocation_testkit::Mood;
use serde_json::json;

use crate::support::{Api, Fault, Home, How, TASK};

fn apply(plan: &str) -> [&str; 5] {
    ["apply", plan, "--watch", "--confirm", "20842863"]
}

#[test]
fn code_0_is_settled_and_nothing_failed() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    api.works_after(2, Mood::Well);
    let (code, lines) = home.json(&apply(&plan));
    assert_eq!(code, 0);
    let last = &lines.last().unwrap()["revocation"];
    assert_eq!((&last["state"], &last["summary"]["taken_back"]), (&json!("settled"), &json!(3)));
    assert_eq!(lines[0]["revocation"]["state"], "requested");
    // What is applied is applied: again it is the same, whenever that is.
    let again = home.run(&apply(&plan));
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.out.contains("3 taken back of 3"), "{}", again.out);
    assert_eq!(api.revocations(), 1);
    // It is known here by its own name, and everywhere by its push's, too.
    let id = last["id"].as_str().unwrap();
    for arguments in [&["status", id][..], &["status", "task", "20842863", id, "--watch"]] {
        assert_eq!(home.run(arguments).code, 0, "{arguments:?}");
    }
    let elsewhere = Home::of(&api);
    assert_eq!(elsewhere.run(&["status", id]).code, 4);
    assert_eq!(elsewhere.run(&["status", "task", "20842863", id]).code, 0);
}

#[test]
fn code_2_is_settled_with_failures_which_are_listed_and_replayed() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    api.works_after(0, Mood::Down);
    let ran = home.run(&apply(&plan));
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.out.contains("3 failed: try again with `revoke replay`"), "{}", ran.out);

    let failed = home.run(&["outcomes", "task", "20842863", "--failed", "--csv"]);
    assert_eq!(failed.code, 0, "{}", failed.err);
    let lines: Vec<_> = failed.out.lines().collect();
    assert_eq!(lines[0], "batch_id,slot,channel,target,outcome,reason");
    assert_eq!(lines[1], "b1,0,huawei,user-0,failed,fake:503");
    assert_eq!(lines.len(), 4);
    let (_, seen) = home.json(&["status", "task", "20842863"]);
    assert_eq!(seen[0]["push"]["revocations"][0]["summary"]["groups"][0]["why"], "failed");
    assert_eq!(home.run(&["status", &plan]).code, 2);

    api.works_after(1, Mood::Well);
    let (code, lines) = home.json(&["replay", "task", "20842863", "--watch"]);
    assert_eq!(code, 0);
    assert_eq!(lines.last().unwrap()["revocation"]["replays"], 1);
}

#[test]
fn code_3_is_a_plan_that_is_stale_a_no_and_a_closed_gate() {
    let api = Api::start();
    let home = Home::of(&api);
    let old = home.plan();
    let file = home.plan_file(&old);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut kept: serde_json::Value = serde_json::from_str(&text).unwrap();
    kept["made_at"] = json!("2026-01-01T00:00:00Z");
    std::fs::write(&file, kept.to_string()).unwrap();
    let ran = home.run(&apply(&old));
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("is good for 15") && ran.err.contains("plan again"), "{}", ran.err);

    let plan = home.plan();
    api.record("b2", 2);
    let (code, lines) = home.json(&apply(&plan));
    assert_eq!(code, 3);
    assert_eq!(lines[0]["error"]["code"], "stale-plan");
    assert!(
        lines[0]["error"]["detail"].as_str().unwrap().contains("2 more deliveries"),
        "{lines:?}"
    );
    assert_eq!(api.revocations(), 0);

    home.run(&["notice", "set", "--notice-title", "Correction", "--notice-text", "Sorry."]);
    let ran = home.run(&apply(&plan));
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("what it would do has changed"), "{}", ran.err);
    assert!(ran.err.contains("\n  devices show: Correction | Sorry.\nchannel "), "{}", ran.err);

    // It is still being sent, and that is known.
    let plan = home.plan();
    api.record("b3", 1);
    let (code, _) = home.json(&["apply", &plan, "--allow-more", "--confirm", "20842863"]);
    assert_eq!(code, 0);
    let gate = home.run(&["gate", "task", "20842863"]);
    assert_eq!((gate.code, gate.out.starts_with("revoked by rvk_")), (3, true), "{}", gate.out);

    let viewer = Home::of(&api).with_key("viewer");
    let ran = viewer.run(&["plan", "task", "20842863", "--reason", "wrong price"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("use a key of the role operator"), "{}", ran.err);
    assert!(ran.err.contains("\n  problem forbidden, request "), "{}", ran.err);
    let nobody = Home::of(&api).with_key("disabled");
    assert_eq!(nobody.run(&["status", "task", "20842863"]).code, 3);
}

#[test]
fn a_plan_that_somebody_else_carried_out_is_refused() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    api.ask("operator", &format!("POST {TASK}/revocations"), &json!({"reason": "wrong price"}));
    let (code, lines) = home.json(&apply(&plan));
    assert_eq!((code, &lines[0]["error"]["code"]), (3, &json!("already-revoked")));
    // Planned now, there is nothing to apply.
    let (code, lines) = home.json(&["plan", "task", "20842863", "--reason", "wrong price"]);
    assert_eq!((code, lines[0]["plan"].get("id")), (0, None));
}

#[test]
fn code_4_is_input_that_can_not_be() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    for (arguments, said) in [
        (&["apply", &plan][..], "--confirm 20842863"),
        (&["apply", &plan, "--no-input"], "--confirm 20842863"),
        (&["apply", &plan, "--confirm", "2084286"], "that is not the id"),
        (&["apply", "plan_0000000000000000", "--confirm", "1"], "no plan"),
        (&["apply", "20842863"], "a plan looks like"),
        (&["plan", "task", "20842863"], "--reason"),
        (&["plan", "task", "20842863", "--reason", "r", "--channel", "pigeon"], "huawei"),
        (
            &["plan", "task", "20842863", "--reason", "r", "--target", "user-1\u{200b}"],
            "U+200B",
        ),
        (&["plan", "task", "20842863", "--reason", " "], "/reason"),
        (&["plan", "task", "1", "--reason", "r"], "revoke list"),
        (&["status", "20842863"], "names nothing"),
        (&["outcomes", "task", "20842863"], "nothing of task 20842863 is revoked"),
        (&["status", "rvk_1"], "was not applied from this machine"),
        (&["outcomes", &plan], "is not applied yet"),
        (&["apply", &plan, "--api", "http://127.0.0.1:1"], "was made for"),
        (&["keys", "list"], "ACCESS_KEYS_TABLE"),
        (&["list", "parcel"], "broadcast"),
        (&["frobnicate"], "Usage"),
        (&["status", "task", "20842863", "--profile", "none"], "no profile `none`"),
        (&["status", "task", "20842863", "--api", "http://api.example"], "https://"),
    ] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 4, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
    let keyless = home
        .command(&["status", "task", "20842863"])
        .env_remove("REVOKE_KEY")
        .output()
        .unwrap();
    assert_eq!(keyless.status.code(), Some(4));
    assert_eq!(api.revocations(), 0);
}

#[test]
fn code_5_is_not_settled_in_time_and_it_goes_on() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let (code, lines) = home.json(&[&apply(&plan)[..], &["--timeout", "1s"]].concat());
    assert_eq!((code, &lines.last().unwrap()["error"]["code"]), (5, &json!("not-settled")));
    api.works_after(0, Mood::Well);
    let ran = home.run(&["status", &plan, "--watch"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn code_6_is_nobody_who_answers() {
    let api = Api::start();
    let home = Home::of(&api);
    let ran = home.run(&["status", "task", "20842863", "--api", "http://127.0.0.1:1", "--timeout", "2s"]);
    assert_eq!(ran.code, 6, "{}", ran.err);
    assert!(ran.err.contains("check the address"), "{}", ran.err);
    api.goes_wrong(Fault {
        at: "GET /v1/tasks",
        times: 1_000,
        how: How::Status(503, None),
    });
    let (code, lines) = home.json(&["status", "task", "20842863", "--timeout", "2s"]);
    assert_eq!((code, &lines[0]["error"]["code"]), (6, &json!("busy")));
    assert!(api.asked("GET /v1/tasks") > 1);
}

#[test]
fn code_1_is_this_machine_s_fault() {
    let api = Api::start();
    let home = Home::of(&api);
    std::fs::write(home.folder.path().join(".local"), "a file").unwrap();
    let ran = home.run(&["plan", "task", "20842863", "--reason", "wrong price"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("keeping the plan"), "{}", ran.err);
}

#[test]
fn code_1_is_a_plan_that_can_not_be_read() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let once = ["apply", plan.as_str(), "--confirm", "20842863"];
    let file = home.plan_file(&plan);
    let text = std::fs::read_to_string(&file).unwrap();
    let half = &text[..text.len() / 2];
    let newer = text.replace("\"version\": 1", "\"version\": 2");
    for (written, said) in [(half, "is damaged"), (&newer, "bring this command up to date")] {
        std::fs::write(&file, written).unwrap();
        let ran = home.run(&once);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    assert_eq!(api.revocations(), 0);
    // Planned again, it is whole again.
    assert_eq!(home.plan(), plan);
    assert_eq!(home.run(&once).code, 0);
}

#[test]
fn which_of_several_revocations_has_to_be_said() {
    let api = Api::start();
    let home = Home::of(&api);
    for target in ["user-0", "user-1"] {
        let wanted = json!({"reason": "wrong price", "scope": {"targets": [target]}});
        api.ask("operator", &format!("POST {TASK}/revocations"), &wanted);
    }
    let ran = home.run(&["outcomes", "task", "20842863"]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.err.contains("has 2 revocations: name one of rvk_"), "{}", ran.err);
}
