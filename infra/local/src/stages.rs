//! The commands with which people deploy to AWS, run against the local AWS as they are typed.

use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::error::StackError;
use crate::local_aws::LocalAws;
use crate::project;

impl LocalAws {
    /// `make <target> NAME=VALUE ...`, with the template and the packages of this machine; what it said, and whether
    /// it was content.
    pub async fn make(&self, target: &str, variables: &[(&str, &str)]) -> Result<Output, StackError> {
        let template = self.lay_out()?;
        let mut command = Command::new("make");
        command
            .arg("--no-print-directory")
            .arg(target)
            .args(variables.iter().map(|(name, value)| format!("{name}={value}")))
            .current_dir(project::root())
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            // Of the `make` that runs the tests.
            .env_remove("MAKEFLAGS")
            .env_remove("MAKELEVEL")
            .envs(self.client_env())
            .env("TEMPLATE", template)
            .env("SAM_CLI_POLL_DELAY", "0.2")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let doing = "make";
        command.output().await.map_err(|source| StackError::NotStarted { doing, source })
    }
}
