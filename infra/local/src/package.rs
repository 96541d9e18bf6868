//! Packs debug binaries as the template wants them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::{StackError, file};
use crate::{project, template};

/// The folder cargo put this program's neighbours in: `target/debug`, or wherever it builds to.
pub fn built_binaries() -> Result<PathBuf, StackError> {
    let program = std::env::current_exe().map_err(file("finding this program", Path::new("/proc/self/exe")))?;
    let folder = program
        .ancestors()
        .skip(1)
        .find(|folder| !(folder.ends_with("deps") || folder.ends_with("examples")));
    Ok(folder.unwrap_or(&program).to_owned())
}

/// Packs each function's binary from `built` into `.tools/lambda/<name>/bootstrap.zip`, the same file that
/// `cargo lambda build --output-format zip` makes in `target/lambda` for AWS. Symbols are left out when `strip` is installed, and
/// nothing is compressed: locally, time counts and size does not. What did not change is left alone.
pub fn package_local(built: &Path) -> Result<(), StackError> {
    for name in template::binaries()? {
        let binary = built.join(&name);
        let Ok(changed) = binary.metadata().and_then(|file| file.modified()) else {
            return Err(StackError::NotBuilt(binary));
        };
        let folder = project::packages_folder().join(name);
        let package = folder.join("bootstrap.zip");
        let packed = package.metadata().and_then(|file| file.modified());
        // A package carries the time of its binary, so a binary from another folder is noticed too.
        if packed.is_ok_and(|packed| packed == changed) {
            continue;
        }
        std::fs::create_dir_all(&folder).map_err(file("making a package", &folder))?;
        // Elsewhere first, then renamed: who deploys at this moment sees the old or the new, never half.
        let next = folder.join(format!("{}.new", std::process::id()));
        let written = pack(&without_symbols(&binary, &folder)?, &next)?;
        written
            .set_modified(changed)
            .and_then(|()| std::fs::rename(&next, &package))
            .map_err(file("making a package", &package))?;
    }
    Ok(())
}

fn without_symbols(binary: &Path, folder: &Path) -> Result<Vec<u8>, StackError> {
    let stripped = folder.join(format!("{}.stripped", std::process::id()));
    let strip = Command::new("strip")
        .arg("-o")
        .args([&stripped, binary])
        .stdin(Stdio::null())
        // It complains of what is no binary, such as a script that starts one.
        .stderr(Stdio::null())
        .status();
    let read = if strip.is_ok_and(|status| status.success()) {
        let read = std::fs::read(&stripped);
        // A file that stays behind harms nothing.
        let _ = std::fs::remove_file(&stripped);
        read
    } else {
        std::fs::read(binary)
    };
    read.map_err(file("reading a binary", binary))
}

fn pack(binary: &[u8], to: &Path) -> Result<File, StackError> {
    use std::io::Write as _;

    let write = || {
        let mut package = ZipWriter::new(File::create(to)?);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .unix_permissions(0o755);
        package.start_file("bootstrap", options)?;
        package.write_all(binary)?;
        Ok(package.finish()?)
    };
    write().map_err(file("making a package", to))
}
