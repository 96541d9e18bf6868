//! Stands in a function's package: `upgrade-launcher FOLDER BINARY`.
//!
//! Takes each invocation from Lambda's Runtime API, and hands it to BINARY of the version that the function is at
//! (`upgrade::Versions`). A binary of the other version is ended first; it waits for an event then, and nothing is lost.

mod child;

use std::path::PathBuf;
use std::process::ExitCode;

use child::{Child, Event};
use upgrade::Versions;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match launch().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("upgrade-launcher: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns when the binary has ended in an invocation, as it would have alone.
async fn launch() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(binary)) = (arguments.next(), arguments.next()) else {
        return Err("usage: upgrade-launcher FOLDER BINARY".into());
    };
    let versions = Versions::in_folder(PathBuf::from(folder));
    let setting = |wanted: &str| {
        std::env::vars()
            .find_map(|(name, value)| (name == wanted).then_some(value))
            .ok_or(format!("{wanted} is not set"))
    };
    let name = setting("AWS_LAMBDA_FUNCTION_NAME")?;
    let function = name.strip_prefix("message-revoke-").unwrap_or(&name).to_owned();
    let runtime = format!("http://{}/2018-06-01/runtime", setting("AWS_LAMBDA_RUNTIME_API")?);
    let http = reqwest::Client::new();

    let mut child: Option<Child> = None;
    loop {
        let event = Event::next(&http, &runtime).await?;
        let version = versions.of(&function)?;
        child = match child {
            Some(running) if running.version == version => Some(running),
            Some(running) => {
                running.end().await;
                None
            }
            None => None,
        };
        let running = match &mut child {
            Some(running) => running,
            None => child.insert(Child::start(&versions, version, &binary, &http, &runtime).await?),
        };
        versions.count(&function, version)?;
        running.handle(event).await?;
    }
}
