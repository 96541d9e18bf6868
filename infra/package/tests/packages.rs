//! A package depends on its binary and on nothing else.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use revocation_package::{pack, pack_folder};
use revocation_rules::hex::hex;
use sha2::{Digest as _, Sha256};

/// Bytes that compress a little, as a binary does.
fn binary() -> Vec<u8> {
    (0..200_000_u32)
        .flat_map(|n| (n / 3).wrapping_mul(2_654_435_761).to_le_bytes())
        .collect()
}

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_same_binary_of_another_day_mode_and_folder_gives_the_same_bytes() {
    use std::os::unix::fs::PermissionsExt as _;

    let (first, second) = (folder("first"), folder("second-folder"));
    std::fs::write(first.join("bootstrap"), binary()).unwrap();
    std::fs::write(second.join("bootstrap"), binary()).unwrap();
    let old = std::fs::File::open(second.join("bootstrap")).unwrap();
    old.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000))
        .unwrap();
    old.set_permissions(std::fs::Permissions::from_mode(0o600)).unwrap();

    let packed = pack_folder(&first).unwrap();
    assert_eq!(packed, pack_folder(&second).unwrap());
    let bytes = std::fs::read(first.join("bootstrap.zip")).unwrap();
    assert_eq!(bytes, std::fs::read(second.join("bootstrap.zip")).unwrap());
    assert_eq!(packed.bytes, bytes.len());
}

#[test]
fn another_binary_gives_another_package() {
    let mut other = binary();
    other[100_000] ^= 1;
    assert_ne!(pack(&binary()).unwrap(), pack(&other).unwrap());
}

/// What Lambda needs: one file of that name, at the top, that may be run; and nothing of this machine or this day.
#[test]
fn a_package_has_one_file_that_may_be_run_and_the_time_that_all_have() {
    let package = pack(&binary()).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&package)).unwrap();
    assert_eq!(archive.len(), 1);
    let mut file = archive.by_index(0).unwrap();
    assert_eq!(file.name().unwrap(), "bootstrap");
    assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    assert_eq!(file.last_modified(), Some(zip::DateTime::DEFAULT));
    let mut unpacked = Vec::new();
    file.read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, binary());
}

/// On every machine: what compresses is pinned in `Cargo.lock`. A new version of it may change this, and then every
/// function is deployed anew, once.
#[test]
fn the_bytes_are_those_that_they_were() {
    let digest = Sha256::digest(pack(&binary()).unwrap());
    assert_eq!(hex(&digest), "0c0109d72682918edc3bc1579ae501151208a87df03d0bf6b818e811d1d7d961");
}

#[test]
fn a_binary_that_was_not_built_is_named() {
    let error = pack_folder(Path::new("nowhere/revoke")).unwrap_err();
    assert_eq!(error.to_string(), "reading nowhere/revoke/bootstrap");
}
