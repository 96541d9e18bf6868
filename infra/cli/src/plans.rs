//! Where plans lie: one file each, which nobody else may read.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use revocation_rules::ids::RevocationId;
use serde::Deserialize;

use crate::failure::Failure;
use crate::plan::{Plan, PlanId, Progress, VERSION};

/// A revocation is kept for 30 days; then nothing is left that a plan could lead to.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

pub struct Plans {
    folder: PathBuf,
}

impl Plans {
    pub fn in_state(state: &Path) -> Self {
        Self {
            folder: state.join("plans"),
        }
    }

    /// # Errors
    /// No such plan; a file that cannot be read, or is damaged, or of another version.
    pub fn load(&self, plan: &PlanId) -> Result<Plan, Failure> {
        let file = self.file(plan);
        match read(&file) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(Failure::Input(format!(
                "there is no plan {plan} on this machine: make one with `revoke plan`"
            ))),
            Err(failure) => Err(failure),
        }
    }

    /// Whole or not at all, and on the disk when it returns: what is sent next must be known after a crash.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn save(&self, plan: &Plan) -> Result<(), Failure> {
        let doing = || format!("keeping the plan in {}", self.folder.display());
        self.written(plan).map_err(|error| Failure::local(doing())(error))
    }

    fn written(&self, plan: &Plan) -> io::Result<()> {
        make_folder(&self.folder)?;
        let beside = self.folder.join(format!(".{}.{}", plan.plan, std::process::id()));
        let mut file = own_file(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(plan)?)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&beside, self.file(&plan.plan))?;
        sync_folder(&self.folder)
    }

    /// The plan that became this revocation here.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of(&self, revocation: &RevocationId) -> Result<Option<Plan>, Failure> {
        for file in self.files()? {
            // One that is damaged is another's trouble.
            let Ok(Some(plan)) = read(&file) else { continue };
            match &plan.progress {
                Progress::Applied { revocation: applied } if applied == revocation => return Ok(Some(plan)),
                Progress::Applied { .. } | Progress::Planned | Progress::Sent => {}
            }
        }
        Ok(None)
    }

    /// Removes those that lead nowhere any more. What cannot be removed stays.
    pub fn prune(&self, now: Timestamp) {
        for file in self.files().unwrap_or_default() {
            if let Ok(Some(plan)) = read(&file)
                && now.duration_since(plan.made_at) > KEPT
            {
                let _ = fs::remove_file(file);
            }
        }
    }

    fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let folder = match fs::read_dir(&self.folder) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Failure::local(format!("looking into {}", self.folder.display()))(error)),
        };
        let files = folder.filter_map(|file| Some(file.ok()?.path()));
        Ok(files
            .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
            .collect())
    }

    fn file(&self, plan: &PlanId) -> PathBuf {
        self.folder.join(format!("{plan}.json"))
    }
}

fn read(file: &Path) -> Result<Option<Plan>, Failure> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::local(format!("reading {}", file.display()))(error)),
    };
    let unreadable = |why: String, advice| Failure::Unreadable {
        file: file.to_owned(),
        why,
        advice,
    };
    let damaged = |error: serde_json::Error| unreadable(format!("is damaged: {error}"), "remove it and plan again");
    let Versioned { version } = serde_json::from_slice(&text).map_err(damaged)?;
    if version != u64::from(VERSION) {
        let why = format!("is of version {version}, and this command knows version {VERSION}");
        return Err(unreadable(why, "bring this command up to date, or plan again"));
    }
    serde_json::from_slice(&text).map(Some).map_err(damaged)
}

/// What a file of every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn own_file(file: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
}

/// A file's new name is kept by its folder.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn own_file(file: &Path) -> io::Result<fs::File> {
    fs::File::create(file)
}
