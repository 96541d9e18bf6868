//! Programs of others, that do the same work.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::error::BenchError;
use crate::options::Options;

pub struct Peers {
    pub node: PathBuf,
    pub python: PathBuf,
    /// `peers/node/revoke.mjs` with the AWS SDK in one file, as one would deploy it.
    pub node_revoke: PathBuf,
    pub folder: PathBuf,
}

impl Peers {
    /// Bundles what is to be bundled.
    pub async fn ready(options: &Options) -> Result<Self, BenchError> {
        let tools = std::path::absolute(&options.tools)?;
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers"));
        let node_revoke = std::path::absolute(options.out.join("revoke.cjs"))?;
        let path = format!("{}:/usr/bin:/bin", tools.join("venv/bin").display());
        let bundled = Command::new(tools.join("node/node_modules/.bin/esbuild"))
            .arg(folder.join("node/revoke.mjs"))
            .args([
                "--bundle",
                "--minify",
                "--platform=node",
                "--target=node24",
                "--format=cjs",
                "--log-level=error",
            ])
            .arg(format!("--outfile={}", node_revoke.display()))
            .env("NODE_PATH", tools.join("node/node_modules"))
            .env("PATH", path)
            .status()
            .await
            .map_err(|error| BenchError::new(format!("esbuild is not in {}: {error}", tools.display())))?;
        if !bundled.success() {
            return Err(BenchError::new("the Node peer was not bundled"));
        }
        Ok(Self {
            node: tools.join("venv/bin/node"),
            python: tools.join("venv/bin/python"),
            node_revoke,
            folder,
        })
    }

    pub fn node_command(&self) -> [&Path; 2] {
        [&self.node, &self.node_revoke]
    }

    pub fn python_revoke(&self) -> PathBuf {
        self.folder.join("python/revoke.py")
    }
}

/// What a client that prints its own time took: requests a second, and seconds of CPU for all.
pub struct Took {
    pub seconds: f64,
    pub cpu_seconds: f64,
}

/// Runs a program to its end.
pub async fn run(command: &[&Path], arguments: &[String]) -> Result<Took, BenchError> {
    let output = Command::new(command[0])
        .args(&command[1..])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await?;
    if !output.status.success() {
        return Err(BenchError::new(format!("{} failed", command[command.len() - 1].display())));
    }
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| {
        told[name]
            .as_f64()
            .ok_or_else(|| BenchError::new(format!("it does not say {name}")))
    };
    Ok(Took {
        seconds: number("seconds")?,
        cpu_seconds: number("cpu_seconds")?,
    })
}
