//! The pinned programs of `infra/tools/requirements.txt`, in `.tools/venv`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::error::{StackError, file};
use crate::project;

/// The installed tools.
#[derive(Debug, Clone)]
pub struct Tools {
    venv: PathBuf,
}

impl Tools {
    /// Installs the tools unless exactly these pins are installed already.
    ///
    /// Needs `python3` with its `venv` module and the Python package index, the first time only. Two
    /// processes that ask at once install once.
    pub async fn ensure() -> Result<Self, StackError> {
        let folder = project::tools_folder();
        std::fs::create_dir_all(&folder).map_err(file("making the tools folder", &folder))?;
        let _alone = lock(&folder.join("lock")).await?;

        let requirements = project::root().join("infra/tools/requirements.txt");
        let wanted = std::fs::read(&requirements).map_err(file("reading the pins", &requirements))?;
        let tools = Self { venv: folder.join("venv") };
        let stamp = tools.venv.join("installed-pins.txt");
        if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(tools);
        }

        eprintln!("installing the local AWS into .tools/venv, once");
        if !tools.program("python").exists() {
            let made = Command::new("python3")
                .args(["-m", "venv"])
                .arg(&tools.venv)
                .stdin(Stdio::null())
                .output();
            finished("making a Python environment (python3 -m venv)", made).await?;
        }
        let installed = Command::new(tools.program("python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&requirements)
            .stdin(Stdio::null())
            .output();
        finished("installing the pinned tools (pip install)", installed).await?;
        std::fs::write(&stamp, wanted).map_err(file("noting the installed pins", &stamp))?;
        Ok(tools)
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.venv.join("bin").join(name)
    }
}

async fn lock(path: &Path) -> Result<File, StackError> {
    let path = path.to_owned();
    let waited = tokio::task::spawn_blocking(move || {
        let lock = File::create(&path).map_err(file("opening the lock", &path))?;
        lock.lock().map_err(file("waiting for the lock", &path))?;
        Ok(lock)
    });
    waited.await.unwrap_or_else(|error| {
        Err(StackError::NotStarted {
            doing: "waiting for the lock",
            source: error.into(),
        })
    })
}

/// Waits for a program to end; its output is shown only when it failed.
pub(crate) async fn finished(
    doing: &'static str,
    program: impl Future<Output = std::io::Result<std::process::Output>>,
) -> Result<(), StackError> {
    let output = program.await.map_err(|source| StackError::NotStarted { doing, source })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(StackError::Failed {
        doing,
        output: String::from_utf8_lossy(&said).into_owned(),
    })
}
