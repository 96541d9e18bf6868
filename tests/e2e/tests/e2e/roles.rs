//! What each function asked of AWS while the other tests ran, as IAM decided it: a statement that is taken out of a role
//! is refused here, and one that nobody uses is named.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use libtest_mimic::Failed;
use local_stack::{Decision, Verdict};
use stand::Stand;

use crate::Outcome;
use crate::fixture::check;

/// What `tests/infra` holds the roles against.
const KNOWN: &str = include_str!("../../../infra/calls.txt");

/// A function's call, in the words of that file; `None` of somebody else's.
fn call(one: &Decision) -> Option<String> {
    let function = one.principal.rsplit_once("/message-revoke-")?.1;
    Some(format!("{function} {} {}", one.action, on(&one.resource)?))
}

/// `message-revoke-PushesTable-21A3B39DBDAE4` is `PushesTable`.
fn logical(name: &str) -> Option<&str> {
    Some(name.strip_prefix("message-revoke-")?.split('-').next().unwrap_or_default())
}

fn on(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next()?, parts.nth(2)?);
    match service {
        "dynamodb" => {
            let (table, index) = match resource.strip_prefix("table/")?.split_once('/') {
                Some((table, index)) => (table, format!("/{index}")),
                None => (resource.strip_prefix("table/")?, String::new()),
            };
            Some(logical(table)?.to_owned() + &index)
        }
        // Which ones depends on what was sent.
        "sqs" => logical(resource).map(|_| "queues".to_owned()),
        "secretsmanager" => Some("secrets".to_owned()),
        "kms" => Some("RpcSecretsKey".to_owned()),
        "execute-api" => Some(resource.split('/').nth(2)?.to_owned()),
        _ => None,
    }
}

/// By statement: one may have several actions, of which a run need not see each.
fn statement(call: &str) -> Option<(&str, &str)> {
    let (function, call) = call.split_once(' ')?;
    Some((function, call.split_once(' ')?.1))
}

pub async fn every_call_is_allowed_and_known_and_every_statement_is_used(stand: &Stand) -> Outcome {
    let decisions = stand.aws.decisions()?;
    let refused: Vec<_> = decisions
        .iter()
        .filter(|one| one.decision != Verdict::Allow && call(one).is_some())
        .collect();
    check(refused.is_empty(), || format!("refused: {refused:#?}"))?;

    let seen: BTreeSet<String> = decisions.iter().filter_map(call).collect();
    if std::env::var_os("ROLES_OBSERVED").is_some() {
        return write(&seen);
    }
    let known: BTreeSet<&str> = KNOWN
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .collect();
    let unknown: Vec<_> = seen.iter().filter(|call| !known.contains(call.as_str())).collect();
    check(unknown.is_empty(), || format!("not in tests/infra/calls.txt: {unknown:#?}"))?;
    let used: BTreeSet<_> = seen.iter().filter_map(|call| statement(call)).collect();
    let wanted = KNOWN.lines().filter(|line| !line.contains('#'));
    let unused: Vec<_> = wanted
        .filter(|line| statement(line).is_some_and(|one| !used.contains(&one)))
        .collect();
    check(unused.is_empty(), || format!("nobody called: {unused:#?}"))
}

/// The file anew, with what stands there for calls that the tests need not make.
fn write(seen: &BTreeSet<String>) -> Result<(), Failed> {
    let rare = KNOWN.lines().filter(|line| line.contains('#')).map(str::to_owned);
    let lines: BTreeSet<String> = seen.iter().cloned().chain(rare).collect();
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{line}")?;
    }
    std::fs::write(local_stack::root().join("tests/infra/calls.txt"), text)?;
    Ok(())
}
