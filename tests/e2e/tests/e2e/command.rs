//! The operator's command, against the deployed system: at a terminal, killed there, and gone on with without one.

use std::process::{Command, Output};
use std::time::Duration;

use libtest_mimic::Failed;
use local_stack::built_binaries;
use rexpect::session::spawn_command;
use serde_json::{Value, json};
use stand::{Stand, Tenant};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::Outcome;
use crate::fixture::{PATIENCE, all_show, check, deliver, task, tokens};
use crate::turns::Alone;

/// A home of its own, and a key.
struct Operator {
    home: TempDir,
    api: String,
    key: String,
}

impl Operator {
    fn of(stand: &Stand, tenant: &Tenant) -> Result<Self, Failed> {
        Ok(Self {
            home: tempfile::tempdir()?,
            api: stand.stack.api_url().to_owned(),
            key: tenant.operator.key.clone(),
        })
    }

    fn command(&self, arguments: &[&str]) -> Result<Command, Failed> {
        let mut command = Command::new(built_binaries()?.join("message-revoke"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("TERM", "xterm");
        command.env("REVOKE_API", &self.api).env("REVOKE_KEY", &self.key);
        Ok(command)
    }

    async fn run(&self, arguments: &[&str]) -> Result<Output, Failed> {
        let mut command = self.command(arguments)?;
        Ok(spawn_blocking(move || command.output()).await??)
    }

    /// The last line of `--json`, with this exit code.
    async fn json(&self, code: i32, arguments: &[&str]) -> Result<Value, Failed> {
        let output = self.run(&[arguments, &["--json"]].concat()).await?;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        check(output.status.code() == Some(code), || {
            format!("{arguments:?} is {}: {err}", output.status)
        })?;
        let last = out.lines().last().ok_or_else(|| format!("{arguments:?} says nothing: {err}"))?;
        Ok(serde_json::from_str(last)?)
    }
}

pub async fn a_plan_is_applied_at_a_terminal_killed_and_gone_on_with(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("command", "default").await?;
    let push = task(&tenant, "20842863").await?;
    let devices = tokens("huawei", "command", 20);
    deliver(stand, &tenant, &push, "huawei", "b1", &devices).await?;
    let operator = Operator::of(stand, &tenant)?;

    let planned = operator.json(0, &["plan", "task", "20842863", "--reason", "wrong price"]).await?;
    check(planned["plan"]["preview"]["deliveries"] == 20, || planned.to_string())?;
    let plan = planned["plan"]["id"].as_str().ok_or("no plan")?.to_owned();
    operator.json(4, &["apply", &plan]).await?;

    let command = operator.command(&["apply", &plan, "--watch"])?;
    let patience = u64::try_from(Duration::as_millis(&PATIENCE)).ok();
    spawn_blocking(move || {
        let mut session = spawn_command(command, patience)?;
        session.exp_string("Type the id 20842863 to revoke it: ")?;
        session.send_line("20842863")?;
        session.exp_string("the gate is closed")?;
        // Not asked to end: it is gone.
        session.process_mut().kill(rexpect::process::Signal::SIGKILL)
    })
    .await??;

    let settled = operator.json(0, &["apply", &plan, "--watch", "--confirm", "20842863"]).await?;
    check(settled["revocation"]["summary"]["taken_back"] == 20, || settled.to_string())?;
    all_show(stand, "huawei", &devices, "Message revoked").await?;
    let seen = operator.json(0, &["status", "task", "20842863"]).await?;
    let revocations = seen["push"]["revocations"].as_array().map_or(0, Vec::len);
    check(revocations == 1, || format!("{revocations} revocations: {seen}"))?;

    let csv = operator.run(&["outcomes", &plan, "--csv"]).await?;
    let lines = String::from_utf8_lossy(&csv.stdout).lines().count();
    check(lines == 21, || format!("{lines} lines"))?;
    operator.json(3, &["gate", "task", "20842863"]).await?;
    operator.json(4, &["status", "task", "no-such-task"]).await?;

    // Ours is not told of a new secret: that goes on for minutes.
    tenant.change_secret_at(stand, "huawei").await?;
    let later = task(&tenant, "20842864").await?;
    deliver(stand, &tenant, &later, "huawei", "b2", &tokens("huawei", "command-later", 2)).await?;
    let planned = operator.json(0, &["plan", "task", "20842864", "--reason", "wrong price"]).await?;
    let plan = planned["plan"]["id"].as_str().ok_or("no plan")?;
    let unsettled = ["apply", plan, "--watch", "--confirm", "20842864", "--timeout", "3s"];
    operator.json(5, &unsettled).await?;

    let nowhere = ["status", "task", "1", "--api", "http://127.0.0.1:1", "--timeout", "1s"];
    operator.json(6, &nowhere).await?;
    Ok(())
}

pub async fn what_has_failed_is_an_exit_code_and_is_replayed(stand: &Stand, alone: &mut Alone<'_>) -> Outcome {
    let tenant = stand.tenant("command-2", "default").await?;
    let push = task(&tenant, "t1").await?;
    let devices = tokens("oppo", "command-2", 5);
    deliver(stand, &tenant, &push, "oppo", "b1", &devices).await?;
    let operator = Operator::of(stand, &tenant)?;
    // OPPO takes no more today.
    let used_up = json!({ "vendor": "oppo", "error_next": { "n": 1, "status": 200, "code": "33" } });
    stand.devices.fault(&used_up).await?;
    let planned = operator.json(0, &["plan", "task", "t1", "--reason", "wrong price"]).await?;
    let plan = planned["plan"]["id"].as_str().ok_or("no plan")?;
    let settled = operator.json(2, &["apply", plan, "--watch", "--confirm", "t1"]).await?;
    let failed = &settled["revocation"]["progress"]["total"]["outcomes"]["failed"];
    check(*failed == 5, || settled.to_string())?;
    alone.is_over().await?;
    operator.json(0, &["replay", "task", "t1", "--watch"]).await?;
    all_show(stand, "oppo", &devices, "Message revoked").await
}
