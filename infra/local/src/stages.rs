//! The commands with which people deploy to AWS, run against the local AWS as they are typed.

use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::deploy::this_architecture;
use crate::error::StackError;
use crate::local_aws::{ACCESS_KEY, LocalAws, SECRET_KEY};
use crate::project;

/// Who types.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub access_key: String,
    pub secret_key: String,
}

impl Credentials {
    /// The account's root, who may do everything.
    pub fn root() -> Self {
        Self {
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
        }
    }
}

impl LocalAws {
    /// `make <target> NAME=VALUE ...`, with the template and the packages of this machine; what it said, and whether
    /// it was content.
    pub async fn make(&self, target: &str, variables: &[(&str, &str)]) -> Result<Output, StackError> {
        let mut command = Command::new("make");
        command
            .arg("--no-print-directory")
            .arg(target)
            .args(variables.iter().map(|(name, value)| format!("{name}={value}")));
        self.typed(command, &Credentials::root(), &[]).await
    }

    /// The lines of a shell, in the folder of the project and with the tools' `aws`, until one of them fails, which is
    /// then said; what they said, and how that ended.
    ///
    /// `defaults` are defaults of the template's parameters here, such as where the vendors are.
    pub async fn shell(
        &self,
        lines: &str,
        who: &Credentials,
        variables: &[(&str, &str)],
        defaults: &[(&str, &str)],
    ) -> Result<Output, StackError> {
        let mut command = Command::new("bash");
        let tools = self.tools.program("");
        let script = format!(
            "PATH=\"{}:$PATH\"\ntrap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n{lines}",
            tools.display()
        );
        command.args(["-Eeuo", "pipefail", "-c", &script]).envs(variables.iter().copied());
        self.typed(command, who, defaults).await
    }

    async fn typed(&self, mut command: Command, who: &Credentials, defaults: &[(&str, &str)]) -> Result<Output, StackError> {
        let template = self.lay_out_with(defaults)?;
        command
            .current_dir(project::root())
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            // Of the `make` that runs the tests.
            .env_remove("MAKEFLAGS")
            .env_remove("MAKELEVEL")
            .envs(self.client_env())
            .env("AWS_ACCESS_KEY_ID", &who.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &who.secret_key)
            .env("TEMPLATE", template)
            .env("ARCH", this_architecture())
            .env("SAM_CLI_POLL_DELAY", "0.2")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let doing = "what is typed";
        command.output().await.map_err(|source| StackError::NotStarted { doing, source })
    }
}
