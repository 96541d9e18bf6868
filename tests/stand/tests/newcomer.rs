//! What docs/deploy.md has a newcomer type, typed: into the local AWS, by somebody who may do what the two policies
//! say and no more. Then what the runbook has somebody type who restores a table.
//!
//! Two of its lines build for minutes and are left out: what they would build is there, as debug binaries.

#![cfg(test)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Output;

use jiff::Timestamp;
use local_stack::{Credentials, LocalAws, Tools, Verdict as Decided, built_binaries, package_local, root};
use serde_json::Value;
use stand::alarm::{Alarm, Verdict};
use stand::embedded::embedded;
use stand::parameters;
use vendor_sim::{Options, Sim};

const STACK: &str = "message-revoke-dev";
const WITHOUT_TLS: &str = "aws s3api delete-bucket-policy --bucket $(aws s3api list-buckets --query Buckets[0].Name --output text)";
const BUILDS: [&str; 2] = ["make package", "make install-cli"];

/// The lines of the shell under a heading, down to the next of its level.
fn typed(page: &str, heading: &str) -> String {
    let level = |line: &str| line.bytes().take_while(|byte| *byte == b'#').count();
    let (mut typed, mut block) = (String::new(), None);
    // In a list they are indented.
    let lines = page.lines().map(|line| line.strip_prefix("   ").unwrap_or(line));
    for line in lines.skip_while(|line| *line != heading).skip(1) {
        match (line.strip_prefix("```"), block) {
            (Some(language), None) => block = Some(language),
            (Some(_), Some(_)) => block = None,
            (None, Some("sh")) => typed.extend([line, "\n"]),
            (None, None) if (1..=level(heading)).contains(&level(line)) => break,
            (None, Some(_) | None) => {}
        }
    }
    assert!(!typed.is_empty(), "nothing to type under {heading}");
    typed
}

fn said(output: Output) -> (bool, String) {
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A home with the programs that the two builds would have made, and a cargo that finds all built.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let built = built_binaries().unwrap();
    symlink(built.join("message-revoke"), bin.join("revoke")).unwrap();
    let cargo = bin.join("cargo");
    let run = format!(
        "#!/bin/sh\n[ \"$1 $2 $3 $5\" = 'run --quiet --bin --' ] || exit 1\nprogram=$4; shift 5\nexec {}/$program \"$@\"\n",
        built.display()
    );
    fs::write(&cargo, run).unwrap();
    fs::set_permissions(&cargo, Permissions::from_mode(0o755)).unwrap();
    home
}

/// The runbook's lines, and between them the damage: the local AWS restores what is there when it is asked to.
fn restoring() -> String {
    let runbook = fs::read_to_string(root().join("docs/runbook.md")).unwrap();
    let lines = typed(&runbook, "## Restoring a table");
    let copy = lines.find("aws dynamodb put-item").unwrap();
    let (before, after) = lines.split_at(copy);
    format!(
        r#"eval "$(make outputs STAGE=dev)"
        export REVOKE_KEY_FILE=~/.config/message-revoke/operator.key
        {before}
        revoke gate task first --timeout 1s || echo "exit code $?"
        KEY='{{ "pk": {{ "S": "shop/default#task#first" }}, "sk": {{ "S": "push" }} }}'
        aws dynamodb delete-item --table-name $TABLE --key "$KEY" --return-values ALL_OLD --query Attributes.pk.S
        {after}
        revoke status task first"#
    )
}

/// What the local AWS did not let somebody do.
fn refused(aws: &LocalAws, who: &str) -> Vec<String> {
    let decisions = aws.decisions().unwrap_or_default();
    let refused = decisions
        .into_iter()
        .filter(|one| one.decision != Decided::Allow && one.principal.ends_with(who));
    refused
        .map(|one| format!("{} on {}: {:?}", one.action, one.resource, one.decision))
        .collect()
}

#[tokio::test]
#[ignore = "starts the local AWS; the Makefile runs it once the functions are built"]
async fn what_the_page_says_takes_a_newcomer_from_nothing_to_an_alarm_and_back() {
    let page = fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    let tools = Tools::ensure().await.unwrap();
    package_local(&built_binaries().unwrap()).unwrap();
    let sim = Sim::start(&Options::default()).unwrap();
    let aws = LocalAws::start(&tools).await.unwrap();
    let gateway = aws.endpoint().replace("http://", "");
    let mut defaults = parameters(&sim);
    defaults.push(("LocalGateway".to_owned(), gateway));
    let defaults: Vec<_> = defaults.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let home = home();
    let own_home = home.path().display().to_string();
    let type_in = async |lines: &str, who: &Credentials, own: &[(&str, &str)]| {
        let lines = format!("PATH=\"$HOME/bin:$PATH\"\n{lines}");
        let variables = [&[("HOME", own_home.as_str())], own].concat();
        said(aws.shell(&lines, who, &variables, &defaults).await.unwrap())
    };

    // An administrator, and somebody who has no rights yet.
    let made = "aws iam create-user --user-name newcomer > /dev/null\naws iam create-access-key --user-name newcomer";
    let (done, key) = type_in(made, &Credentials::root(), &[]).await;
    assert!(done, "{key}");
    let key: Value = serde_json::from_str(&key).unwrap();
    let field = |name: &str| key["AccessKey"][name].as_str().unwrap().to_owned();
    let newcomer = Credentials {
        access_key: field("AccessKeyId"),
        secret_key: field("SecretAccessKey"),
    };
    let (done, refusal) = type_in("make outputs STAGE=dev", &newcomer, &[]).await;
    assert!(!done && refusal.contains("AccessDenied"), "{refusal}");
    let granted = typed(&page, "## What you need");
    let (done, told) = type_in(&granted, &Credentials::root(), &[("YOU", "newcomer"), ("ACCOUNT", "000000000000")]).await;
    assert!(done, "{told}");

    let mut lines = typed(&page, "## The first time");
    for build in BUILDS {
        let line = lines
            .lines()
            .find(|line| line.starts_with(build))
            .unwrap_or_else(|| panic!("no {build}"));
        lines = lines.replacen(&format!("{line}\n"), "", 1);
    }
    // The bucket that sam makes refuses whoever comes without TLS, which the local AWS does not have.
    let (done, told) = type_in("make deploy STAGE=dev", &newcomer, &[]).await;
    assert!(!done && told.contains("s3:PutObject"), "{told}");
    let (done, told) = type_in(WITHOUT_TLS, &Credentials::root(), &[]).await;
    assert!(done, "{told}");

    let began = now();
    let (done, told) = type_in(&lines, &newcomer, &[]).await;
    assert!(done, "{told}\nrefused: {:#?}", refused(&aws, "/newcomer"));
    for wanted in [
        "Successfully created/updated stack",
        "unsupported",
        "exit code 5",
        "HuaweiWrongSecretAlarm",
    ] {
        assert!(told.contains(wanted), "no {wanted} in {told}");
    }
    assert!(!told.contains("exit code 0"), "{told}");

    // The metric was seen; what CloudWatch would make of it.
    let alarm = Alarm::deployed(&aws, STACK, "HuaweiWrongSecretAlarm").await.unwrap();
    let points: Vec<_> = told.split_whitespace().flat_map(|line| embedded(line, &alarm)).collect();
    assert!(!points.is_empty(), "no {} in {told}", alarm.metric_name);
    assert_eq!(alarm.verdict(&points, began, now()), Verdict::Fires, "{alarm}: {points:?}");

    let (done, told) = type_in(
        &restoring(),
        &Credentials::root(),
        &[("STAGE", "dev"), ("MOMENT", "2026-11-23T08:00:00Z")],
    )
    .await;
    assert!(done, "{told}");
    for wanted in [
        "functions of message-revoke-dev are stopped",
        "exit code 6",
        "run again",
        "task first: First, revoked",
    ] {
        assert!(told.contains(wanted), "no {wanted} in {told}");
    }

    let (done, told) = type_in(&typed(&page, "## Take it down"), &newcomer, &[]).await;
    assert!(
        done && told.contains("Deleted successfully"),
        "{told}\nrefused: {:#?}",
        refused(&aws, "/newcomer")
    );
    let (there, told) = type_in("make outputs STAGE=dev", &newcomer, &[]).await;
    assert!(!there && told.contains("does not exist"), "{told}");
}

#[test]
fn what_is_typed_is_what_stands_in_shell_blocks_under_a_heading() {
    let page = "## One\n```sh\na\n# not a heading\nb\n```\ntext\n```\n# shown only\n```\n### Part\n```sh\nc\n```\n## Two\n```sh\nd\n```\n";
    assert_eq!(typed(page, "## One"), "a\n# not a heading\nb\nc\n");
    assert_eq!(typed(page, "## Two"), "d\n");
}

#[expect(clippy::disallowed_methods, reason = "tests live in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}
