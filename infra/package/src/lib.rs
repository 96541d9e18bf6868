//! Packs a binary as Lambda wants it. What is in a package depends on the binary alone: no time of a build, no name of
//! a machine, no order of a folder. So a package that was built again can be compared with the one that is deployed,
//! and a deployment of what did not change changes no function.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use revocation_rules::hex::hex;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What Lambda starts.
const BINARY: &str = "bootstrap";

#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("{doing} {}", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("packing {}", path.display())]
    Pack { path: PathBuf, source: zip::result::ZipError },
}

/// A package that was written.
#[derive(Debug, PartialEq, Eq)]
pub struct Packed {
    pub bytes: usize,
    /// Its SHA-256, in hexadecimal digits.
    pub digest: String,
}

/// Packs `<folder>/bootstrap` into `<folder>/bootstrap.zip`.
///
/// # Errors
/// When the binary can not be read, or its package not be written.
pub fn pack_folder(folder: &Path) -> Result<Packed, PackageError> {
    let path = folder.join(BINARY);
    let file = |doing| move |path: PathBuf| move |source| PackageError::File { doing, path, source };
    let binary = std::fs::read(&path).map_err(file("reading")(path.clone()))?;
    let package = pack(&binary).map_err(|source| PackageError::Pack { path, source })?;
    // Elsewhere first, then renamed: who deploys at this moment sees the old or the new, never half.
    let (next, to) = (folder.join("bootstrap.zip.new"), folder.join("bootstrap.zip"));
    std::fs::write(&next, &package)
        .and_then(|()| std::fs::rename(&next, &to))
        .map_err(file("writing")(to))?;
    let digest = Sha256::digest(&package);
    Ok(Packed {
        bytes: package.len(),
        digest: hex(&digest),
    })
}

/// One file that may be run, deflated.
///
/// # Errors
/// When the binary is larger than an archive takes, 4 GiB.
pub fn pack(binary: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(i64::from(Compression::best().level())))
        // 1980, the first moment that an archive can name
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o755);
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    package.start_file(BINARY, options)?;
    package.write_all(binary)?;
    Ok(package.finish()?.into_inner())
}
