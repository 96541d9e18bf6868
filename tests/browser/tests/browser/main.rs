//! The console in a real browser, against the deployed system.
//!
//! One local AWS with the real functions serves all scenarios. They are in `tests/browser/scenarios`, and
//! Node.js runs them, some files beside each other; each file has a tenant of its own.
//! `cargo test -p browser -- WORDS` runs those whose names have these words; README.md says more.

mod many_pushes;
mod tools;
mod world;

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use futures::future::try_join;
use stand::Stand;
use tokio::process::Command;

use crate::tools::{Browser, Tools};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The folder tests/browser.
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[tokio::main]
async fn main() -> ExitCode {
    // Whoever collects tests is not to start a stack: the scenarios are no tests of Rust's.
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    match run(std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("browser: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Have all scenarios held? Yes, too, if there is no browser to be had and this is not CI.
async fn run(words: Vec<String>) -> Result<bool, Failure> {
    let tools = match tools::find().await? {
        Browser::Found(tools) => tools,
        Browser::None(why) => {
            eprintln!("THE BROWSER TESTS ARE SKIPPED: {why}");
            return Ok(true);
        }
    };
    let files = files()?;
    let stand = Stand::start(|doing| eprintln!("  {doing}")).await?;
    let world = world::prepare(&stand, &tools, &files).await?;
    if std::env::var_os("BROWSER_STAY").is_some() {
        world.write_many_pushes(&stand).await?;
        return stay(&world.file, &tools).await;
    }
    let run = async |files, beside| scenarios(&world.file, &tools, files, beside, &words).await;
    let groups = Groups::of(files)?;
    let many_pushes = async {
        world.write_many_pushes(&stand).await?;
        run(&groups.many_pushes, 1).await
    };
    let (beside, many_pushes) = try_join(run(&groups.beside, 6), many_pushes).await?;
    let alone = run(&groups.alone, 1).await?;
    let held = beside && many_pushes && alone;
    if !held {
        eprintln!("{}", stand.complaints().await);
    }
    Ok(held)
}

/// The files of scenarios. The largest begin first: at the end the others are short.
fn files() -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for file in std::fs::read_dir(here().join("scenarios"))? {
        let file = file?;
        files.push((Reverse(file.metadata()?.len()), file.path()));
    }
    files.sort();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// Which files of scenarios may run beside which.
#[derive(Default)]
struct Groups {
    beside: Vec<PathBuf>,
    /// Begins when they are written.
    many_pushes: Vec<PathBuf>,
    /// A line that begins with `// Alone:` says why.
    alone: Vec<PathBuf>,
}

impl Groups {
    fn of(files: Vec<PathBuf>) -> Result<Self, Failure> {
        let mut groups = Self::default();
        for file in files {
            let text = std::fs::read_to_string(&file)?;
            let group = if text.contains("\n// Alone:") {
                &mut groups.alone
            } else if world::name(&file).as_deref() == Some(many_pushes::SCENARIOS) {
                &mut groups.many_pushes
            } else {
                &mut groups.beside
            };
            group.push(file);
        }
        Ok(groups)
    }
}

async fn scenarios(world: &Path, tools: &Tools, files: &[PathBuf], beside: usize, words: &[String]) -> Result<bool, Failure> {
    let mut node = Command::new(&tools.node);
    node.args(["--test", "--test-force-exit", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={beside}"))
        .env("BROWSER_WORLD", world)
        // Addresses of this machine only: no proxy stands between.
        .env_remove("NODE_OPTIONS")
        .kill_on_drop(true);
    for word in words {
        node.arg(format!("--test-name-pattern={word}"));
    }
    Ok(node.args(files).status().await?.success())
}

/// Leaves everything up, for whoever writes a scenario and runs it again and again.
async fn stay(world: &Path, tools: &Tools) -> Result<bool, Failure> {
    println!(
        "BROWSER_WORLD={} {} --test tests/browser/scenarios/NAME.test.mjs\nCtrl-C ends everything.",
        world.display(),
        tools.node.display()
    );
    std::future::pending().await
}
