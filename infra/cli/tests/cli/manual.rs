//! Help, completions, manual pages and the schema: made by the command itself, and without the network.

use std::process::Command;
use std::time::{Duration, Instant};

/// With nothing but itself.
fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_message-revoke"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stderr.is_empty());
    String::from_utf8(output.stdout).unwrap()
}

const COMMANDS: [&str; 11] = [
    "plan",
    "apply",
    "status",
    "outcomes",
    "replay",
    "gate",
    "list",
    "notice",
    "keys",
    "completions",
    "man",
];

#[test]
fn each_command_is_in_the_help_in_completions_and_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    said(&["man", "--to", folder.path().to_str().unwrap()]);
    let help = said(&["--help"]);
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{command}\n{help}");
        let page = std::fs::read_to_string(folder.path().join(format!("revoke-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
        for shell in ["bash", "zsh", "fish"] {
            assert!(said(&["completions", shell]).contains(command), "{command} in {shell}");
        }
    }
    assert!(said(&["man"]).contains(".TH revoke 1"));
    assert!(help.contains("Exit codes") && help.contains("revoke apply plan_"), "{help}");
    assert!(!help.contains('\u{1b}'), "colours without a terminal");
}

#[test]
fn the_first_answer_is_there_in_a_tenth_of_a_second() {
    let took = |arguments: &[&str]| {
        let began = Instant::now();
        said(arguments);
        began.elapsed()
    };
    for arguments in [&["--help"][..], &["--version"], &["completions", "bash"], &["plan", "--help"]] {
        // Others work on this machine, too.
        let best = (0..10).map(|_| took(arguments)).min().unwrap();
        assert!(best < Duration::from_millis(100), "{arguments:?} took {best:?}");
    }
}

#[test]
fn the_documentation_has_every_exit_code_and_every_command() {
    let docs = include_str!("../../../../docs/cli.md");
    for command in COMMANDS {
        assert!(docs.contains(&format!("revoke {command}")), "{command}");
    }
    for code in ["0", "1", "2", "3", "4", "5", "6", "130", "143"] {
        assert!(docs.contains(&format!("\n| {code} |")), "{code}");
    }
    // Every line that calls the command is one that it understands.
    let blocks = docs.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut seen = 0;
    for line in blocks.flat_map(str::lines).filter(|line| line.starts_with("revoke ")) {
        let line = line.split(['#', '>', '|', '&']).next().unwrap();
        let script = format!("{} --help", line.trim().replacen("revoke", "\"$REVOKE\"", 1));
        let output = Command::new("sh")
            .args(["-c", &script])
            .env("REVOKE", env!("CARGO_BIN_EXE_message-revoke"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}
