//! The senders of docs/clients.md, each over the client that its ecosystem's generator makes of the API's description.

use std::path::{Path, PathBuf};
use std::process::Output;

use libtest_mimic::Failed;
use stand::{Stand, Tenant};
use tokio::process::Command;

use crate::Outcome;
use crate::fixture::{check, ended, expect, revoke, settled};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn in_project(path: &str) -> PathBuf {
    Path::new(ROOT).join(path)
}

/// A folder of its own for what is generated, with the sender in it.
fn workshop(stand: &Stand, name: &str, files: &[&str]) -> Result<PathBuf, Failed> {
    let gateway = stand.aws.endpoint();
    let port = gateway.rsplit(':').next().unwrap_or_default();
    let folder = in_project(&format!(".tools/run/senders-{port}/{name}"));
    std::fs::create_dir_all(&folder)?;
    for file in files {
        std::fs::copy(in_project(&format!("tests/senders/{name}/{file}")), folder.join(file))?;
    }
    Ok(folder)
}

async fn run(command: &mut Command) -> Result<String, Failed> {
    let Output { status, stdout, stderr } = command.kill_on_drop(true).output().await?;
    let said = String::from_utf8_lossy(&stdout).into_owned();
    check(status.success(), || format!("{said}{}", String::from_utf8_lossy(&stderr)))?;
    Ok(said)
}

/// Has a push sent, and revokes it: what the sender recorded ends, and what it said was opened is left alone.
async fn sends(stand: &Stand, language: &str, sender: impl AsyncFn(&Tenant, &str) -> Result<String, Failed>) -> Outcome {
    let tenant = stand.tenant("senders", language).await?;
    let said = sender(&tenant, "t1").await?;
    check(said == "gate open, recorded 3, receipts 1\n", || said)?;
    let revocation = revoke(&tenant, "/v1/tasks/t1").await?;
    let settled = settled(&tenant, &revocation, 3).await?;
    let opened = ended(&settled, "huawei", "skipped_opened");
    check(opened == 1, || settled.to_string())?;
    let gate = tenant.sender.get("/v1/tasks/t1/gate").await?;
    expect(&gate, 200)?;
    check(gate.body["gate"] == "revoked", || gate.body.to_string())
}

pub async fn the_python_sender_over_its_generated_client(stand: &Stand) -> Outcome {
    let folder = workshop(stand, "python", &["sender.py"])?;
    let tools = in_project(".tools/senders/python/bin");
    check(tools.join("python").exists(), || {
        "the generators are not installed: run `make test`, which installs them".to_owned()
    })?;
    let mut generate = Command::new(tools.join("openapi-python-client"));
    generate
        .arg("generate")
        .arg("--path")
        .arg(in_project("shared/http/src/openapi.json"));
    generate.args(["--meta", "none", "--output-path", "message_revoke", "--overwrite"]);
    run(generate.current_dir(&folder)).await?;
    sends(stand, "python", async |tenant: &Tenant, task: &str| {
        let mut sender = Command::new(tools.join("python"));
        sender
            .args(["sender.py", task])
            .current_dir(&folder)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        run(sender.env("API", stand.stack.api_url()).env("SENDER_KEY", &tenant.sender.key)).await
    })
    .await
}

pub async fn the_typescript_sender_over_its_generated_types(stand: &Stand) -> Outcome {
    let folder = workshop(stand, "typescript", &["sender.ts", "tsconfig.json", "package.json"])?;
    let modules = in_project(".tools/senders/typescript/node_modules").canonicalize()?;
    if !folder.join("node_modules").exists() {
        std::os::unix::fs::symlink(&modules, folder.join("node_modules"))?;
    }
    let node = in_project(".tools/clients/venv/bin/node");
    let tool = |name: &str| {
        let mut tool = Command::new(&node);
        tool.arg(modules.join(name)).current_dir(&folder);
        tool
    };
    let mut generate = tool("openapi-typescript/bin/cli.js");
    generate.arg(in_project("shared/http/src/openapi.json")).args(["-o", "schema.d.ts"]);
    run(&mut generate).await?;
    run(tool("typescript/bin/tsc").args(["-p", "."])).await?;
    sends(stand, "typescript", async |tenant: &Tenant, task: &str| {
        let mut sender = Command::new(&node);
        sender.args(["sender.ts", task]).current_dir(&folder);
        run(sender.env("API", stand.stack.api_url()).env("SENDER_KEY", &tenant.sender.key)).await
    })
    .await
}
