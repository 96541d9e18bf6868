//! Node.js, its packages, and a browser.

use std::path::PathBuf;

use tokio::process::Command;

use crate::{Failure, here};

pub struct Tools {
    pub node: PathBuf,
    /// Where `node_modules` is.
    pub packages: PathBuf,
    pub chromium: PathBuf,
}

pub enum Browser {
    Found(Tools),
    /// There is none here and none could be installed.
    None(String),
}

/// Finds a browser, or gets one: `chromium.sh` says how.
pub async fn find() -> Result<Browser, Failure> {
    let root = here().join("../..").canonicalize()?;
    let node = root.join(".tools/clients/venv/bin/node");
    let packages = root.join(".tools/browser/node");
    // Never skipped: without them these tests prove nothing.
    let installed = std::fs::read(packages.join("installed-lock.json")).unwrap_or_default();
    if !node.exists() || installed != std::fs::read(here().join("package-lock.json"))? {
        return Err(
            "Playwright is not installed as tests/browser/package-lock.json says: run `make .tools/browser/node/installed-lock.json`"
                .into(),
        );
    }
    let found = Command::new(here().join("chromium.sh")).kill_on_drop(true).output().await?;
    let said = String::from_utf8_lossy(&found.stderr).trim().to_owned();
    if !found.status.success() {
        return if std::env::var_os("CI").is_some() {
            Err(format!("no browser: {said}").into())
        } else {
            Ok(Browser::None(said))
        };
    }
    let chromium = PathBuf::from(String::from_utf8(found.stdout)?.trim());
    eprintln!("  the browser is {}", chromium.display());
    Ok(Browser::Found(Tools { node, packages, chromium }))
}
