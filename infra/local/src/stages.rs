//! The commands with which people deploy to AWS, run against the local AWS as they are typed.

use std::fmt::Write as _;
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::calls;
use crate::error::StackError;
use crate::local_aws::LocalAws;
use crate::project;

/// Who deploys: an access key and its secret.
#[derive(Debug, Clone)]
pub struct Deployer {
    pub access_key: String,
    pub secret_key: String,
}

impl LocalAws {
    /// `make <target> NAME=VALUE ...`, with the template and the packages of this machine; what it said, and whether
    /// it was content. Without a `deployer` it is the account's root who asks.
    pub async fn make(&self, target: &str, variables: &[(&str, &str)], deployer: Option<&Deployer>) -> Result<Output, StackError> {
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
        if let Some(deployer) = deployer {
            command
                .env("AWS_ACCESS_KEY_ID", &deployer.access_key)
                .env("AWS_SECRET_ACCESS_KEY", &deployer.secret_key);
        }
        let doing = "make";
        command.output().await.map_err(|source| StackError::NotStarted { doing, source })
    }

    /// A user who may do what `policy` says, a JSON document, and nothing else.
    pub async fn make_deployer(&self, policy: &str) -> Result<Deployer, StackError> {
        let user = "UserName=deployer&Version=2010-05-08";
        calls::iam(self.port, "CreateUser", user).await?;
        let body = format!("{user}&PolicyName=deployer&PolicyDocument={}", encoded(policy));
        calls::iam(self.port, "PutUserPolicy", &body).await?;
        let key = calls::iam(self.port, "CreateAccessKey", user).await?;
        let text = |name: &str| {
            let (_, rest) = key.split_once(&format!("<{name}>"))?;
            rest.split_once("</").map(|(text, _)| text.to_owned())
        };
        text("AccessKeyId")
            .zip(text("SecretAccessKey"))
            .map(|(access_key, secret_key)| Deployer { access_key, secret_key })
            .ok_or_else(|| StackError::NoOutput("AccessKeyId".to_owned()))
    }
}

/// As a form wants it.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            // Cannot fail: writing to a String.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_or_digit_is_encoded() {
        assert_eq!(encoded("{\"a\": 1}"), "%7B%22a%22%3A%201%7D");
    }
}
