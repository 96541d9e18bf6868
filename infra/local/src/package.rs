//! Puts debug binaries where the template looks for functions.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{StackError, file};
use crate::project;

/// The binaries; a binary can be deployed as more than one function.
pub const FUNCTIONS: [&str; 6] = ["record", "revoke", "lookup", "fanout", "dispatch", "sweep"];

/// The folder cargo put this program's neighbours in: `target/debug`, or wherever it builds to.
pub fn built_binaries() -> Result<PathBuf, StackError> {
    let path = Path::new("/proc/self/exe");
    let program = std::env::current_exe().map_err(file("finding this program", path))?;
    let folder = program.parent().unwrap_or(path);
    let inner = ["deps", "examples"]
        .iter()
        .any(|inner| folder.ends_with(inner));
    let folder = if inner {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    };
    Ok(folder.to_owned())
}

/// Copies each function's binary from `built` to `target/lambda/<name>/bootstrap`, without its symbols when
/// `strip` is installed: what is smaller is deployed sooner. What did not change is left alone.
pub fn package_local(built: &Path) -> Result<(), StackError> {
    for name in FUNCTIONS {
        let binary = built.join(name);
        let Ok(changed) = binary.metadata().and_then(|file| file.modified()) else {
            return Err(StackError::NotBuilt(binary));
        };
        let folder = project::root().join("target/lambda").join(name);
        let bootstrap = folder.join("bootstrap");
        let packaged = bootstrap.metadata().and_then(|file| file.modified());
        // The copy carries the time of its binary, so a binary from another folder is noticed too.
        if packaged.is_ok_and(|packaged| packaged == changed) {
            continue;
        }
        std::fs::create_dir_all(&folder).map_err(file("making a package", &folder))?;
        // Elsewhere first, then renamed: who deploys at this moment sees the old or the new, never half.
        let next = folder.with_extension(format!("{}.new", std::process::id()));
        copy(&binary, &next)?;
        std::fs::File::options()
            .write(true)
            .open(&next)
            .and_then(|file| file.set_modified(changed))
            .map_err(file("making a package", &next))?;
        std::fs::rename(&next, &bootstrap).map_err(file("making a package", &bootstrap))?;
    }
    Ok(())
}

fn copy(binary: &Path, to: &Path) -> Result<(), StackError> {
    let stripped = Command::new("strip").arg("-o").arg(to).arg(binary).status();
    if stripped.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    std::fs::copy(binary, to).map_err(file("copying a binary", binary))?;
    Ok(())
}
