//! Which version each function is at, in a folder that the test writes and every launcher reads.
//!
//! | file | holds |
//! |---|---|
//! | `older`, `newer` | the folders of the binaries, as links |
//! | `without` | the channels that the older version does not have, one a line |
//! | `at/<function>` | `older` or `newer` |
//! | `calls` | a line for each invocation: function and version |

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// One of the two that run side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    Older,
    Newer,
}

impl Version {
    pub const BOTH: [Self; 2] = [Self::Older, Self::Newer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Older => "older",
            Self::Newer => "newer",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|version| version.as_str() == text)
    }
}

/// The lists of channels in a function's environment, whose entries begin with a channel's name.
const LISTS: [&str; 2] = ["CHANNELS", "DISPATCH_QUEUE_URLS"];

/// How often each function was invoked, by version.
pub type Invocations = BTreeMap<String, BTreeMap<Version, u64>>;

#[derive(Debug, Clone)]
pub struct Versions(PathBuf);

impl Versions {
    /// What somebody else made in `folder`.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Makes the folder anew, with all `functions` at the older version but those `only_newer`, which it does not have.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn make(
        folder: PathBuf,
        older: &Path,
        newer: &Path,
        without: &[String],
        functions: &[String],
        only_newer: &[String],
    ) -> io::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("at"))?;
        symlink(older, folder.join(Version::Older.as_str()))?;
        symlink(newer, folder.join(Version::Newer.as_str()))?;
        fs::write(folder.join("without"), without.join("\n"))?;
        fs::write(folder.join("calls"), "")?;
        let versions = Self(folder);
        for function in functions {
            let version = if only_newer.contains(function) {
                Version::Newer
            } else {
                Version::Older
            };
            versions.switch(function, version)?;
        }
        Ok(versions)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// From its next invocation on, a function is of this version.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn switch(&self, function: &str, version: Version) -> io::Result<()> {
        let at = self.0.join("at").join(function);
        // Renamed, so that nobody reads half of it.
        let next = at.with_extension("next");
        fs::write(&next, version.as_str())?;
        fs::rename(next, at)
    }

    /// # Errors
    /// When nobody has said so.
    pub fn of(&self, function: &str) -> io::Result<Version> {
        let said = fs::read_to_string(self.0.join("at").join(function))?;
        Version::parse(&said).ok_or_else(|| io::Error::other(format!("{function} is at {said:?}")))
    }

    pub fn binary(&self, version: Version, name: &str) -> PathBuf {
        self.0.join(version.as_str()).join(name)
    }

    /// What a version's own template would have in a variable: the lists of channels name those that it knows, as it
    /// does not start with others.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn setting(&self, version: Version, name: &str, value: &str) -> io::Result<String> {
        if version == Version::Newer || !LISTS.contains(&name) {
            return Ok(value.to_owned());
        }
        let without = fs::read_to_string(self.0.join("without"))?;
        let known = |entry: &&str| !without.lines().any(|channel| entry.split('=').next() == Some(channel));
        Ok(value.split(',').filter(known).collect::<Vec<_>>().join(","))
    }

    /// Notes an invocation. One short line in one call, so lines of many processes do not mix.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn count(&self, function: &str, version: Version) -> io::Result<()> {
        let mut calls = OpenOptions::new().append(true).open(self.0.join("calls"))?;
        calls.write_all(format!("{function} {}\n", version.as_str()).as_bytes())
    }

    /// # Errors
    /// When the folder cannot be read.
    pub fn invocations(&self) -> io::Result<Invocations> {
        let mut all = Invocations::new();
        for line in fs::read_to_string(self.0.join("calls"))?.lines() {
            let (function, version) = line.split_once(' ').unwrap_or((line, ""));
            if let Some(version) = Version::parse(version) {
                *all.entry(function.to_owned()).or_default().entry(version).or_default() += 1;
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Versions {
        let folder = std::env::temp_dir().join(format!("upgrade-versions-{}", std::process::id()));
        let functions = ["record", "dispatch-pigeon"].map(str::to_owned);
        let (older, newer) = (Path::new("/a"), Path::new("/b"));
        Versions::make(folder, older, newer, &["pigeon".to_owned()], &functions, &functions[1..]).unwrap()
    }

    #[test]
    fn a_function_is_at_the_version_that_it_was_switched_to_and_its_invocations_are_counted() {
        let versions = made();
        assert_eq!(versions.of("record").unwrap(), Version::Older);
        assert_eq!(
            versions.of("dispatch-pigeon").unwrap(),
            Version::Newer,
            "the older version has no such function"
        );
        versions.count("record", Version::Older).unwrap();
        versions.switch("record", Version::Newer).unwrap();
        assert_eq!(versions.of("record").unwrap(), Version::Newer);
        versions.count("record", Version::Newer).unwrap();
        versions.count("record", Version::Newer).unwrap();
        let expected = BTreeMap::from([(Version::Older, 1), (Version::Newer, 2)]);
        assert_eq!(versions.invocations().unwrap()["record"], expected);

        // The older one is told of the channels that it has.
        let of = |version, name| versions.setting(version, name, "huawei=a,pigeon=b,pigeons=c").unwrap();
        assert_eq!(of(Version::Older, "DISPATCH_QUEUE_URLS"), "huawei=a,pigeons=c");
        assert_eq!(of(Version::Newer, "DISPATCH_QUEUE_URLS"), "huawei=a,pigeon=b,pigeons=c");
        assert_eq!(of(Version::Older, "OTHER"), "huawei=a,pigeon=b,pigeons=c");
        fs::remove_dir_all(versions.folder()).unwrap();
    }
}
