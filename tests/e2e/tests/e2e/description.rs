//! A client that we did not write reads the API's description and asks a thousand odd questions.

use std::path::Path;
use std::process::Command;

use stand::Stand;

use crate::Outcome;
use crate::fixture::{check, deliver, revoke, settled, task, tokens};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

pub async fn a_stranger_that_knows_only_the_description_finds_no_contradiction(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("fuzz", "default").await?;
    // Something to find.
    let push = task(&tenant, "20842863").await?;
    deliver(stand, &tenant, &push, "huawei", "b1", &tokens("huawei", "fuzz", 3)).await?;
    let revocation = revoke(&tenant, &push).await?;
    settled(&tenant, &revocation, 3).await?;

    let schemathesis = Path::new(ROOT).join(".tools/fuzz/bin/schemathesis");
    check(schemathesis.exists(), || {
        "schemathesis is not installed: run `make test`, which installs it".to_owned()
    })?;
    let output = Command::new("sh")
        .arg(Path::new(ROOT).join("tests/openapi/fuzz.sh"))
        .env("SCHEMATHESIS", &schemathesis)
        .env("API_URL", stand.stack.api_url())
        .env("ACCESS_KEY", &tenant.admin.key)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    println!(
        "{}",
        said.lines()
            .rev()
            .take(12)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n")
    );
    check(output.status.success(), || said.into_owned())
}
