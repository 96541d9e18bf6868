//! Where things are in the repository, and what the stack is called.

use std::path::{Path, PathBuf};

pub(crate) const STACK: &str = "message-revoke";

/// The root of the repository this crate was built from.
pub fn root() -> PathBuf {
    // This crate is the folder infra/local of the repository.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

pub(crate) fn template() -> PathBuf {
    root().join("infra/template.yaml")
}

/// The folder for everything that is fetched or written at run time; ignored by git.
pub(crate) fn tools_folder() -> PathBuf {
    root().join(".tools")
}

/// The functions as they are deployed here.
pub(crate) fn packages_folder() -> PathBuf {
    tools_folder().join("lambda")
}
