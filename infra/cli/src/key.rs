//! The access key: from the environment, a file or a prompt.

use std::path::{Path, PathBuf};

use console::Term;
use revocation_app::ports::SecretText;

use crate::failure::Failure;

/// Where the key comes from.
#[derive(Debug)]
pub enum KeySource {
    /// The environment had it.
    Text(SecretText),
    File(PathBuf),
    /// Nobody named one.
    Prompt,
}

/// Whether somebody is there to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Somebody {
    There,
    Nobody,
}

/// More is no key.
const MOST_BYTES: u64 = 4_096;

/// The file of a key that everybody on this machine may read.
pub fn exposed(source: &KeySource) -> Option<&Path> {
    match source {
        KeySource::File(file) => is_exposed(file).then_some(file),
        KeySource::Text(_) | KeySource::Prompt => None,
    }
}

#[cfg(unix)]
fn is_exposed(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> bool {
    false
}

/// # Errors
/// No key; a file that cannot be read, or holds something else.
pub fn read(source: KeySource, somebody: Somebody) -> Result<SecretText, Failure> {
    match (source, somebody) {
        (KeySource::Text(key), _) => Ok(key),
        (KeySource::File(file), _) => from_file(&file),
        (KeySource::Prompt, Somebody::There) => {
            let terminal = Term::stderr();
            let asked = terminal.write_str("Access key: ").and_then(|()| terminal.read_secure_line());
            of(&asked.map_err(Failure::local("asking for the access key"))?, "what was typed")
        }
        (KeySource::Prompt, Somebody::Nobody) => Err(Failure::Input(
            "no access key: name a file with --key-file, REVOKE_KEY_FILE or in the profile, or set REVOKE_KEY".to_owned(),
        )),
    }
}

fn from_file(file: &Path) -> Result<SecretText, Failure> {
    let unreadable = |error| Failure::Input(format!("the key file {} can not be read: {error}", file.display()));
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    if size > MOST_BYTES {
        return Err(Failure::Input(format!("{} holds more than a key", file.display())));
    }
    of(&std::fs::read_to_string(file).map_err(unreadable)?, &file.display().to_string())
}

/// `<key id>.<secret>`, and nothing else. What is wrong is never said back.
fn of(text: &str, from: &str) -> Result<SecretText, Failure> {
    let key = text.trim();
    let whole = key.split_once('.').is_some_and(|(id, secret)| !id.is_empty() && !secret.is_empty());
    if !whole || key.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Failure::Input(format!(
            "{from} holds no access key: one is <key id>.<secret> and nothing else"
        )));
    }
    Ok(SecretText::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_key_that_everybody_may_read_is_exposed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "key-1.secret").unwrap();
        for (mode, is) in [(0o644, true), (0o604, true), (0o640, false), (0o600, false)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(exposed(&KeySource::File(file.clone())).is_some(), is, "{mode:o}");
        }
        assert_eq!(exposed(&KeySource::Prompt), None);
    }

    #[test]
    fn a_file_holds_a_key_and_a_line_s_end_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        for (text, key) in [
            ("key-1.secret\n", Some("key-1.secret")),
            ("key-1.secret\r\n", Some("key-1.secret")),
            ("key-1\n", None),
            (".secret", None),
            ("key-1.secret key-2.secret", None),
            ("", None),
        ] {
            std::fs::write(&file, text).unwrap();
            let read = read(KeySource::File(file.clone()), Somebody::Nobody);
            assert_eq!(read.as_ref().ok().map(SecretText::expose), key, "{text:?}");
            if let Err(failure) = read {
                assert!(!failure.to_string().contains("secret key-2"), "{failure}");
            }
        }
        assert!(read(KeySource::File(folder.path().join("none")), Somebody::There).is_err());
        assert!(matches!(read(KeySource::Prompt, Somebody::Nobody), Err(Failure::Input(_))));
    }
}
