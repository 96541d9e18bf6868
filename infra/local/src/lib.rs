//! The whole system on this machine, without Docker.
//!
//! Starts a local AWS, deploys `infra/template.yaml` to it unchanged, and takes it down again. Access
//! is checked as on AWS: a function may do what its role in the template says, and no more. Nothing
//! outlives the process that started it, not even when that process is killed.
//!
//! ```no_run
//! # async fn f() -> Result<(), local_stack::StackError> {
//! let tools = local_stack::Tools::ensure().await?;
//! local_stack::package_local(&local_stack::built_binaries()?)?;
//! let aws = local_stack::LocalAws::start(&tools).await?;
//! let stack = aws.deploy(&[("HuaweiPushUrl", "https://127.0.0.1:8443")]).await?;
//! println!("{}", stack.api_url());
//! # Ok(()) }
//! ```

mod calls;
mod counted;
mod deploy;
mod error;
mod iam;
mod keeper;
mod local_aws;
mod package;
mod project;
mod run_folder;
mod stages;
mod template;
mod tools;
mod wire;

pub use counted::CallCounts;
pub use deploy::StackOutputs;
pub use error::StackError;
pub use iam::{Decision, Verdict};
pub use keeper::Keeper;
pub use local_aws::{ACCESS_KEY, LocalAws, REGION, SECRET_KEY};
pub use package::{built_binaries, package_local};
pub use project::root;
pub use stages::Credentials;
pub use template::{binaries, functions};
pub use tools::Tools;
