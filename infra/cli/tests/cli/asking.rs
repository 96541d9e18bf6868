//! What is said of pushes, gates, notices and outcomes.

use revocation_testkit::Mood;
use serde_json::{Value, json};

use crate::support::{Api, Fault, Home, How, unread};

#[test]
fn a_plan_says_what_would_happen_and_changes_nothing() {
    let api = Api::start();
    let home = Home::of(&api);
    let arguments = [
        "plan",
        "task",
        "20842863",
        "--reason",
        "wrong price",
        "--channel",
        "huawei",
        "--target",
        "user-1",
    ];
    let more = [
        "--target",
        "nobody",
        "--notice-title",
        "Correction",
        "--notice-text",
        "Please ignore it.",
    ];
    let ran = home.run(&[&arguments[..], &more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    for said in [
        "task 20842863 of app shop, workspace default",
        "scope: 2 targets on huawei",
        "devices show: Correction | Please ignore it.",
        "huawei            1          1",
        "Without a delivery: 1 target: nobody",
        "good until",
        "revoke apply plan_",
    ] {
        assert!(ran.out.contains(said), "{said}\n{}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'), "colours without a terminal");
    assert_eq!(api.revocations(), 0);
    // The same dry run is the same plan.
    assert_eq!(home.plan(), home.plan());
}

#[test]
fn targets_come_from_a_file() {
    let api = Api::start();
    let home = Home::of(&api);
    let file = home.folder.path().join("users.txt");
    std::fs::write(&file, "user-0\r\nuser-2\r\n").unwrap();
    let arguments = [
        "plan",
        "task",
        "20842863",
        "--reason",
        "r",
        "--targets-from",
        file.to_str().unwrap(),
    ];
    let (code, lines) = home.json(&arguments);
    assert_eq!((code, &lines[0]["plan"]["preview"]["deliveries"]), (0, &json!(2)));
    let plan = lines[0]["plan"]["id"].as_str().unwrap();
    let ran = home.run(&["apply", plan, "--confirm", "20842863"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let gate = |target| home.run(&["gate", "task", "20842863", "--target", target]).code;
    assert_eq!((gate("user-0"), gate("user-1")), (3, 0));
}

#[test]
fn many_outcomes_come_in_pages() {
    let api = Api::start();
    for nth in 0..3 {
        api.record(&format!("more-{nth}"), 1_000);
    }
    let home = Home::of(&api);
    let plan = home.plan();
    api.works_after(0, Mood::Well);
    assert_eq!(home.run(&["apply", &plan, "--watch", "--confirm", "20842863"]).code, 0);
    let csv = home.run(&["outcomes", &plan, "--csv"]);
    assert_eq!((csv.code, csv.out.lines().count()), (0, 3_004), "{}", csv.err);
    let (code, lines) = home.json(&["outcomes", &plan]);
    let pages: Vec<usize> = lines.iter().map(|line| line["outcomes"].as_array().map_or(0, Vec::len)).collect();
    assert_eq!((code, pages.iter().sum::<usize>()), (0, 3_003));
    assert!(pages.len() > 2, "{pages:?}");
    assert_eq!(home.json(&["outcomes", &plan, "--failed"]).1.len(), 1);
    assert_eq!(home.json(&["outcomes", &plan, "--channel", "apns"]).1.len(), 1);
}

#[test]
fn pushes_are_listed_up_to_a_limit() {
    let api = Api::start();
    for nth in 0..3 {
        let sent_at = format!("2035-01-01T12:0{nth}:00Z");
        let message = json!({"type": "simple", "title": format!("Parcel {nth}\u{85}"), "sent_at": sent_at});
        api.ask("sender", &format!("PUT /v1/messages/m{nth}"), &message);
    }
    let home = Home::of(&api);
    let listed = home.run(&["list", "simple", "--limit", "2"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let lines: Vec<_> = listed.out.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("2035-01-01 12:02:00  open            message  m2  Parcel 2"),
        "{lines:?}"
    );
    assert!(listed.err.contains("there are more"), "{}", listed.err);
    let (_, lines) = home.json(&["list", "simple", "--name", "parcel 1"]);
    let ids: Vec<&Value> = lines
        .iter()
        .filter_map(|line| Some(&line["pushes"].as_array()?.first()?["id"]))
        .collect();
    assert_eq!(ids, ["m1"]);
}

#[test]
fn a_push_a_gate_and_a_notice_are_shown() {
    let api = Api::start();
    let home = Home::of(&api);
    let status = home.run(&["status", "task", "20842863"]);
    assert_eq!(status.code, 0);
    assert!(
        status.out.starts_with("task 20842863: Autumn sale, open\n") && status.out.contains("no revocation"),
        "{}",
        status.out
    );
    let gate = home.run(&["gate", "task", "20842863", "--channel", "huawei"]);
    assert_eq!((gate.code, gate.out.as_str()), (0, "open\n"));
    assert_eq!(home.json(&["gate", "task", "20842863"]).1[0]["gate"]["gate"], "open");
    let set = home.run(&["notice", "set", "--notice-title", "Correction", "--notice-text", "Sorry."]);
    assert_eq!((set.code, set.out.as_str()), (0, "Correction | Sorry.\n"), "{}", set.err);
    assert_eq!(
        home.json(&["notice", "show"]).1[0]["notice"],
        json!({"title": "Correction", "text": "Sorry."})
    );
    assert_eq!(home.run(&["notice", "set"]).code, 4);
    let file = home.folder.path().join("notice.json");
    std::fs::write(
        &file,
        r#"{"title": "Correction", "text": "Sorry.", "locales": {"zh": {"title": "更正", "text": "抱歉。"}}}"#,
    )
    .unwrap();
    let set = home.run(&["notice", "set", "--notice-file", file.to_str().unwrap()]);
    assert_eq!(
        (set.code, set.out.as_str()),
        (0, "Correction | Sorry.\n更正 | 抱歉。 (zh)\n"),
        "{}",
        set.err
    );
}

#[test]
fn a_profile_says_where_and_as_whom() {
    let api = Api::start();
    let home = Home::of(&api);
    let folder = home.folder.path().join(".config/message-revoke");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("shop.key"), format!("operator.{}\n", api::SECRET)).unwrap();
    let config = format!("[profiles.shop]\napi = \"{}\"\nkey_file = \"shop.key\"\n", api.address);
    std::fs::write(folder.join("config.toml"), config).unwrap();
    #[cfg(unix)]
    let may_be_read_by = |mode| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder.join("shop.key"), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let said = |arguments: &[&str]| {
        let mut command = home.command(&[&["gate", "task", "20842863", "--profile", "shop"], arguments].concat());
        let output = command.env_remove("REVOKE_API").env_remove("REVOKE_KEY").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        said
    };
    #[cfg(unix)]
    may_be_read_by(0o640);
    assert_eq!(said(&[]), "");
    #[cfg(unix)]
    {
        may_be_read_by(0o644);
        let warned = said(&["--json"]);
        assert!(
            warned.contains("everybody on this machine may read the key") && warned.contains("shop.key"),
            "{warned}"
        );
    }
}

#[test]
fn who_stops_reading_gets_no_error() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    api.works_after(0, Mood::Well);
    assert_eq!(home.run(&["apply", &plan, "--watch", "--confirm", "20842863"]).code, 0);
    let ended = |arguments: &[&str]| {
        let ran = unread(home.command(arguments));
        (ran.code, ran.err)
    };
    assert_eq!(ended(&["outcomes", &plan]), (0, String::new()));
    // How it ended is still said, to whoever acts on it.
    assert_eq!(ended(&["gate", "task", "20842863"]), (3, String::new()));
}

#[test]
fn who_stops_reading_while_it_watches_is_not_told_that_it_settled() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    assert_eq!(home.run(&["apply", &plan, "--confirm", "20842863"]).code, 0);
    let ran = unread(home.command(&["status", &plan, "--watch", "--json"]));
    assert_eq!((ran.code, ran.err.as_str()), (5, ""));
}

#[test]
fn words_that_are_newer_than_the_command_are_said_as_they_are() {
    let api = Api::start();
    let home = Home::of(&api);
    let newer = |at| Fault {
        at,
        times: 1_000,
        how: How::Says(&[("\"huawei\"", "\"pigeon\""), ("\"overwritten\"", "\"evaporated\"")]),
    };
    api.goes_wrong(newer("\"dry_run\":true"));
    let plan = home.plan();
    api.works_after(0, Mood::Well);
    let ran = home.run(&["apply", &plan, "--watch", "--confirm", "20842863"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    api.goes_wrong(newer("GET /v1/tasks"));
    let status = home.run(&["status", &plan]).out;
    assert!(status.contains("\npigeon ") && status.contains(" evaporated 3"), "{status}");
    let (code, lines) = home.json(&["status", "task", "20842863"]);
    let progress = &lines[0]["push"]["revocations"][0]["progress"]["channels"]["pigeon"];
    assert_eq!((code, &progress["outcomes"]["evaporated"]), (0, &json!(3)), "{lines:?}");
    let (code, lines) = home.json(&["outcomes", &plan]);
    let first = &lines[0]["outcomes"][0];
    assert_eq!(
        (code, &first["channel"], &first["outcome"]),
        (0, &json!("pigeon"), &json!("evaporated"))
    );
    let csv = home.run(&["outcomes", &plan, "--csv"]).out;
    assert!(csv.contains(",pigeon,user-0,evaporated,"), "{csv}");
}

#[test]
fn a_proxy_is_asked_for_the_api_and_never_for_this_machine() {
    let api = Api::start();
    let home = Home::of(&api);
    let gate = ["gate", "task", "20842863", "--timeout", "1s"];
    let mut command = home.command(&gate);
    command
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1");
    assert!(command.output().unwrap().status.success());

    api.goes_wrong(Fault {
        at: "CONNECT",
        times: 1_000,
        how: How::Status(502, None),
    });
    let mut command = home.command(&[&gate[..], &["--api", "https://api.example"]].concat());
    let output = command.env("HTTPS_PROXY", &api.address).output().unwrap();
    assert_eq!(output.status.code(), Some(6));
    assert!(api.asked("CONNECT api.example:443") > 0);
}

#[test]
fn a_name_below_localhost_is_this_machine() {
    let api = Api::start();
    let home = Home::of(&api);
    let named = api.address.replace("127.0.0.1", "abc123.execute-api.localhost");
    let ran = home.run(&["status", "task", "20842863", "--api", &named]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}
