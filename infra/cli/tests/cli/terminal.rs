//! At a terminal: questions, bars, colours, Ctrl-C.

use std::time::Duration;

use revocation_testkit::Mood;
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::support::{Api, Fault, Home, How};

const PATIENCE_MS: u64 = 30_000;

fn at_a_terminal(home: &Home, arguments: &[&str], environment: &[(&str, &str)]) -> PtySession {
    let mut command = home.command(arguments);
    command.envs(environment.iter().copied());
    spawn_command(command, Some(PATIENCE_MS)).unwrap()
}

fn code(session: &PtySession) -> i32 {
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        // As a shell says it.
        WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_id_is_asked_for_and_a_bar_is_drawn_until_it_is_settled() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let mut session = at_a_terminal(&home, &["apply", &plan, "--watch"], &[]);
    session.exp_string("reason: wrong price").unwrap();
    session.exp_string("Type the id 20842863 to revoke it: ").unwrap();
    session.send_line("20842836").unwrap();
    session.exp_string("nothing was revoked").unwrap();
    session.exp_eof().unwrap();
    assert_eq!((code(&session), api.revocations()), (4, 0));

    api.works_after(2, Mood::Well);
    let mut session = at_a_terminal(&home, &["apply", &plan, "--watch"], &[]);
    session.exp_string("to revoke it: ").unwrap();
    session.send_line("20842863").unwrap();
    session.exp_string("the gate is closed").unwrap();
    session.exp_string("huawei [").unwrap();
    session.exp_string("3/3").unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("3 taken back of 3") && rest.contains("\u{1b}[32m"), "{rest:?}");
    assert_eq!((code(&session), api.revocations()), (0, 1));

    let mut session = at_a_terminal(&home, &["status", &plan], &[("NO_COLOR", "1")]);
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("settled") && !rest.contains('\u{1b}'), "{rest:?}");
}

#[test]
fn whoever_is_asked_may_take_their_time() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let mut session = at_a_terminal(&home, &["apply", &plan, "--timeout", "2s"], &[]);
    session.exp_string("to revoke it: ").unwrap();
    std::thread::sleep(Duration::from_millis(2_200));
    api.goes_wrong(Fault {
        at: "GET /v1/me",
        times: 1,
        how: How::Status(503, None),
    });
    session.send_line("20842863").unwrap();
    session.exp_eof().unwrap();
    assert_eq!((code(&session), api.revocations()), (0, 1));
}

#[test]
fn ctrl_c_at_a_question_revokes_nothing() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let mut session = at_a_terminal(&home, &["apply", &plan], &[]);
    session.exp_string("to revoke it: ").unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    assert_eq!((code(&session), api.revocations()), (130, 0));
}

#[test]
fn no_input_asks_nothing_even_at_a_terminal() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let mut session = at_a_terminal(&home, &["apply", &plan, "--no-input"], &[]);
    session.exp_string("--confirm 20842863").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(code(&session), 4);
}

#[test]
fn a_key_that_nobody_named_is_asked_for_and_not_shown() {
    let api = Api::start();
    let home = Home::of(&api);
    let mut command = home.command(&["gate", "task", "20842863"]);
    command.env_remove("REVOKE_KEY");
    let mut session = spawn_command(command, Some(PATIENCE_MS)).unwrap();
    session.exp_string("Access key: ").unwrap();
    let key = format!("operator.{}", api::SECRET);
    session.send_line(&key).unwrap();
    let rest = session.exp_eof().unwrap();
    assert!(rest.contains("open") && !rest.contains(api::SECRET), "{rest:?}");
    assert_eq!(code(&session), 0);
}

#[test]
fn ctrl_c_stops_watching_and_nothing_else() {
    let api = Api::start();
    let home = Home::of(&api);
    let plan = home.plan();
    let mut session = at_a_terminal(&home, &["apply", &plan, "--watch", "--confirm", "20842863"], &[]);
    session.exp_string("the gate is closed").unwrap();
    while api.asked("/revocations/rvk_") == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    session.send_control('c').unwrap();
    session.exp_string("the revocation goes on").unwrap();
    session.exp_string(&format!("revoke apply {plan} --watch")).unwrap();
    session.exp_eof().unwrap();
    assert_eq!(code(&session), 130);

    api.works_after(0, Mood::Well);
    let mut session = at_a_terminal(&home, &["apply", &plan, "--watch"], &[]);
    session.exp_string("is applied already").unwrap();
    session.exp_string("3 taken back of 3").unwrap();
    session.exp_eof().unwrap();
    assert_eq!((code(&session), api.revocations()), (0, 1));
}
