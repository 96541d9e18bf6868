//! One folder under `.tools/run` for each running local AWS: state, log and temporary files.

use std::path::{Path, PathBuf};

use crate::error::{StackError, file};
use crate::project;

/// Removed on drop; folders of processes that were killed are removed by the next start.
#[derive(Debug)]
pub(crate) struct RunFolder(PathBuf);

impl RunFolder {
    pub(crate) fn create(port: u16) -> Result<Self, StackError> {
        let all = project::tools_folder().join("run");
        remove_left_over(&all);
        let folder = all.join(format!("{}-{port}", std::process::id()));
        let temporary = folder.join("tmp");
        std::fs::create_dir_all(&temporary).map_err(file("making a run folder", &temporary))?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    pub(crate) fn decisions(&self) -> PathBuf {
        self.0.join("iam")
    }

    pub(crate) fn end_of_log(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // Cannot be reported from here; what stays behind is removed by the next start.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders whose process is gone. Their names begin with its id.
fn remove_left_over(all: &Path) {
    for entry in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.split('-').next());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
