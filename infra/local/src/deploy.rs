//! Deploys `infra/template.yaml` as it is, with the tool that also deploys it to AWS.
//!
//! From a folder of its own, in which debug binaries lie where the template looks for functions. The packages
//! in `target/lambda` are those for AWS and stay what they are.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use crate::error::{StackError, file};
use crate::local_aws::LocalAws;
use crate::project::STACK;
use crate::tools::finished;
use crate::{calls, project};

/// The `Outputs` of the template.
#[derive(Debug, Clone)]
pub struct StackOutputs {
    api_url: String,
    outputs: BTreeMap<String, String>,
}

impl StackOutputs {
    /// Put a path such as `/v1/pushes` behind it.
    ///
    /// Not the output `ApiUrl`: names under `.localhost` do not resolve everywhere.
    pub fn api_url(&self) -> &str {
        &self.api_url
    }

    pub fn get(&self, name: &str) -> Result<&str, StackError> {
        let no_output = || StackError::NoOutput(name.to_owned());
        self.outputs.get(name).map(String::as_str).ok_or_else(no_output)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outputs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl LocalAws {
    /// Deploys the functions that [`crate::package_local`] packed and everything else; quiet unless it fails.
    ///
    /// `parameters` are the template's. One that is left out keeps its value from the deployment before.
    pub async fn deploy(&self, parameters: &[(&str, &str)]) -> Result<StackOutputs, StackError> {
        let gateway = format!("127.0.0.1:{}", self.port);
        let overrides = self.write_overrides(&gateway, parameters)?;
        let deployed = Command::new(self.tools.program("sam"))
            .args(["deploy", "--stack-name", STACK, "--template-file"])
            .arg(self.lay_out()?)
            .args(["--resolve-s3", "--capabilities", "CAPABILITY_IAM"])
            .args(["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"])
            .arg("--parameter-overrides")
            .arg(overrides)
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .envs(self.client_env())
            .env("SAM_CLI_TELEMETRY", "0")
            .env("__SAM_CLI_APP_DIR", self.write_sam_state()?)
            // Seconds between two looks at the stack; its default of 5 is most of the waiting.
            .env("SAM_CLI_POLL_DELAY", "0.2")
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        finished("sam deploy", deployed).await?;

        let outputs = calls::stack_outputs(self.port).await?;
        let api = outputs.get("ApiId").ok_or_else(|| StackError::NoOutput("ApiId".to_owned()))?;
        Ok(StackOutputs {
            api_url: format!("{}/_aws/execute-api/{api}", self.endpoint()),
            outputs,
        })
    }

    fn lay_out(&self) -> Result<PathBuf, StackError> {
        self.lay_out_with(&[])
    }

    /// Returns a copy of the template that finds the local packages, and whose parameters have these defaults.
    pub(crate) fn lay_out_with(&self, defaults: &[(&str, &str)]) -> Result<PathBuf, StackError> {
        let stack = self.folder.path().join("stack");
        let (template, packages) = (stack.join("infra/template.yaml"), stack.join("target/lambda"));
        let lay_out = || {
            if !packages.exists() {
                std::fs::create_dir_all(stack.join("infra"))?;
                std::fs::create_dir_all(stack.join("target"))?;
                std::os::unix::fs::symlink(project::packages_folder(), &packages)?;
            }
            let text = std::fs::read_to_string(project::template())?;
            std::fs::write(&template, with_defaults(text, defaults)?)
        };
        lay_out().map_err(file("copying the template", &template))?;
        Ok(template)
    }

    /// Without a note of when it last looked, sam asks the package index for a newer sam at every run.
    fn write_sam_state(&self) -> Result<PathBuf, StackError> {
        const YEAR_2100: f64 = 4_102_444_800.0;
        let folder = self.folder.path().join("sam");
        let state = folder.join("metadata.json");
        let text = serde_json::json!({ "lastVersionCheck": YEAR_2100 }).to_string();
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&state, text))
            .map_err(file("writing sam's state", &state))?;
        Ok(folder)
    }

    /// A file, because a certificate has line ends that a command line would need quoting for.
    fn write_overrides(&self, gateway: &str, parameters: &[(&str, &str)]) -> Result<OsString, StackError> {
        let all: BTreeMap<_, _> = [("Architecture", this_architecture()), ("LocalGateway", gateway)]
            .into_iter()
            .chain(parameters.iter().copied())
            .collect();
        // JSON is YAML, and sam takes only the latter.
        let path = self.folder.path().join("parameters.yaml");
        std::fs::write(&path, serde_json::json!(all).to_string()).map_err(file("writing the parameters", &path))?;
        let mut reference = OsString::from("file://");
        reference.push(&path);
        Ok(reference)
    }
}

/// The template is generated, so that each parameter begins in one way.
fn with_defaults(mut template: String, defaults: &[(&str, &str)]) -> std::io::Result<String> {
    for (parameter, default) in defaults {
        let begin = format!("\n  {parameter}:\n");
        let unknown = || std::io::Error::new(std::io::ErrorKind::NotFound, format!("there is no parameter {parameter}"));
        let at = template.find(&begin).ok_or_else(unknown)? + begin.len();
        let (before, after) = template.split_at(at);
        let of_it: Vec<_> = after.split_inclusive('\n').take_while(|line| line.starts_with("    ")).collect();
        let length: usize = of_it.iter().map(|line| line.len()).sum();
        let is_default = |line: &&str| line.trim_start().starts_with("Default:");
        let own: String = of_it.into_iter().filter(|line| !is_default(line)).collect();
        // A JSON text is a YAML one, line ends and all.
        template = format!("{before}{own}    Default: {}\n{}", serde_json::json!(default), &after[length..]);
    }
    Ok(template)
}

pub(crate) fn this_architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}
