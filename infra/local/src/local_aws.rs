//! The process of the local AWS, and its end.

use std::net::TcpListener;
use std::time::Duration;

use crate::counted::{CallCounts, Counted};
use crate::error::{StackError, file};
use crate::iam::Decision;
use crate::keeper::Keeper;
use crate::project;
use crate::run_folder::RunFolder;
use crate::tools::Tools;
use crate::wire;

pub const REGION: &str = "eu-west-1";
/// The account's root: may do everything, as the one who deploys.
pub const ACCESS_KEY: &str = "test";
pub const SECRET_KEY: &str = "test";

const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A running local AWS. Dropping it ends it and everything it started, and removes its files.
#[derive(Debug)]
pub struct LocalAws {
    pub(crate) port: u16,
    pub(crate) tools: Tools,
    counted: Option<Counted>,
    // Dropped before the folder that it writes to.
    keeper: Keeper,
    pub(crate) folder: RunFolder,
}

impl LocalAws {
    /// Starts one on a free port of 127.0.0.1 and waits until it answers.
    pub async fn start(tools: &Tools) -> Result<Self, StackError> {
        Self::start_on(tools, free_port()?, None).await
    }

    /// The same, and counts what the functions ask of it.
    pub async fn start_counted(tools: &Tools) -> Result<Self, StackError> {
        let port = free_port()?;
        let counted = Counted::before(port).await.map_err(|source| StackError::NotStarted {
            doing: "counting calls",
            source,
        })?;
        Self::start_on(tools, port, Some(counted)).await
    }

    async fn start_on(tools: &Tools, port: u16, counted: Option<Counted>) -> Result<Self, StackError> {
        let folder = RunFolder::create(port)?;
        let log = std::fs::File::create(folder.log()).map_err(file("opening the log", folder.path()))?;
        let errors = log.try_clone().map_err(file("opening the log", folder.path()))?;
        let of_functions = counted.as_ref().map_or(port, |counted| counted.port);
        let environment = environment(port, of_functions, &folder);
        let keeper = Keeper::start(tools.program("python"), |program| {
            // The functions inherit this environment, so it holds nothing of ours.
            program
                .arg(project::root().join("infra/local/iam.py"))
                .env_clear()
                .envs(environment)
                .current_dir(folder.path())
                .stdout(log)
                .stderr(errors)
        });
        let keeper = keeper.map_err(|source| StackError::NotStarted {
            doing: "the local AWS",
            source,
        })?;
        let mut aws = Self {
            port,
            tools: tools.clone(),
            counted,
            keeper,
            folder,
        };
        aws.wait_until_up().await?;
        Ok(aws)
    }

    async fn wait_until_up(&mut self) -> Result<(), StackError> {
        let up = async {
            loop {
                if self.keeper.has_ended() {
                    return false;
                }
                let health = wire::call(self.port, "GET", "/_ministack/health", &[], "").await;
                if health.is_ok_and(|answer| answer.status == 200) {
                    return true;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        match tokio::time::timeout(START_TIMEOUT, up).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(StackError::NotUp {
                log: self.folder.end_of_log(),
            }),
        }
    }

    /// Where the SDK finds every service: `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where the functions find it, which is elsewhere when their calls are counted.
    pub fn functions_endpoint(&self) -> String {
        format!(
            "http://127.0.0.1:{}",
            self.counted.as_ref().map_or(self.port, |counted| counted.port)
        )
    }

    /// What the functions asked for so far; nothing unless that is counted.
    pub fn calls(&self) -> CallCounts {
        self.counted.as_ref().map(Counted::counts).unwrap_or_default()
    }

    /// What its IAM allowed and refused so far, each decision once. Root is asked for nothing.
    pub fn decisions(&self) -> Result<Vec<Decision>, StackError> {
        crate::iam::read(&self.folder.decisions())
    }

    /// The environment with which an AWS SDK or tool reaches this local AWS and nothing else.
    pub fn client_env(&self) -> Vec<(&'static str, String)> {
        client_env(self.port)
    }

    /// What the local AWS itself wrote, for when something is not understood.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.log()).unwrap_or_default()
    }
}

fn free_port() -> Result<u16, StackError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| StackError::NotStarted {
            doing: "the local AWS (no free port)",
            source,
        })
}

fn client_env(port: u16) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        // Nobody's own profiles: a wrong one must not reach a real account.
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ]
}

/// Functions inherit it, so what it says of the endpoint is what they call.
fn environment(port: u16, of_functions: u16, folder: &RunFolder) -> Vec<(&'static str, String)> {
    let decisions = folder.decisions();
    let folder = folder.path().display();
    let mut environment = client_env(of_functions);
    environment.extend([
        ("IAM_DECISIONS", decisions.display().to_string()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("HOME", folder.to_string()),
        ("TMPDIR", format!("{folder}/tmp")),
        ("STATE_DIR", format!("{folder}/state")),
        ("S3_DATA_DIR", format!("{folder}/s3")),
        ("GATEWAY_PORT", port.to_string()),
        ("MINISTACK_REGION", REGION.to_owned()),
        // Every function acts under its own role of the template.
        ("AUTH", "true".to_owned()),
        // It listens on every address otherwise.
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("IOT_MTLS_ENABLED", "0".to_owned()),
        ("SFTP_ENABLED", "0".to_owned()),
    ]);
    environment
}
