//! Runs a program that cannot outlive us.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, ChildStdin, Command};

/// Runs a program until our input closes, which it does however the parent ends. Then asks it to end, for
/// what it started in groups of their own, and two seconds later kills the whole process group. When the
/// program ends, the group ends too.
const SCRIPT: &str = r#"trap : TERM; (trap : TERM; "$@"; kill -KILL 0) & read -r _; kill -TERM 0; sleep 2; kill -KILL 0"#;

/// Dropping it ends the program and all its children.
#[derive(Debug)]
pub struct Keeper {
    input: Option<ChildStdin>,
    shell: Child,
}

impl Keeper {
    /// Starts `program`; `prepare` gives it its arguments, environment, folder and output.
    ///
    /// # Errors
    /// When there is no shell to keep it with. A program that is not there is noticed as one that has ended.
    pub fn start(program: impl AsRef<std::ffi::OsStr>, prepare: impl FnOnce(&mut Command) -> &mut Command) -> std::io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "keeper"]).arg(program);
        let mut shell = prepare(&mut command).stdin(Stdio::piped()).process_group(0).spawn()?;
        Ok(Self {
            input: shell.stdin.take(),
            shell,
        })
    }

    pub fn has_ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.input.take());
        // The shell is in the group and is killed with it, after two seconds at the latest.
        for _ in 0..400 {
            if self.has_ended() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    /// Starts a program with a child of its own, both of which would live for minutes.
    async fn family(name: &str) -> (Keeper, Vec<String>) {
        let ids = std::env::temp_dir().join(format!("keeper-{name}-{}", std::process::id()));
        let script = format!("sleep 300 & echo $$ $! > {0}.new; mv {0}.new {0}; wait", ids.display());
        let keeper = Keeper::start("/bin/sh", |program| program.args(["-c", &script])).unwrap();
        let read = until(|| std::fs::read_to_string(&ids).ok()).await;
        std::fs::remove_file(&ids).unwrap();
        (keeper, read.split_whitespace().map(str::to_owned).collect())
    }

    async fn until<T>(mut ready: impl FnMut() -> Option<T>) -> T {
        for _ in 0..500 {
            if let Some(ready) = ready() {
                return ready;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited for 5 seconds");
    }

    /// A process that is dead but not collected yet counts as ended.
    fn alive(id: &str) -> bool {
        let stat: PathBuf = Path::new("/proc").join(id).join("stat");
        std::fs::read_to_string(stat).is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[tokio::test]
    async fn nothing_of_the_family_is_left_after_the_drop() {
        let (keeper, ids) = family("drop").await;
        assert_eq!(ids.iter().filter(|id| alive(id)).count(), 2);
        drop(keeper);
        until(|| ids.iter().all(|id| !alive(id)).then_some(())).await;
    }

    #[tokio::test]
    async fn the_family_ends_when_its_parent_ends_without_a_drop() {
        let (mut keeper, ids) = family("kill").await;
        // All that is left of a killed parent: its end of the pipe closes.
        keeper.input.take();
        until(|| ids.iter().all(|id| !alive(id)).then_some(())).await;
        std::mem::forget(keeper);
    }

    #[tokio::test]
    async fn a_program_that_ends_by_itself_is_noticed() {
        let mut keeper = Keeper::start("/bin/true", |program| program).unwrap();
        until(|| keeper.has_ended().then_some(())).await;
    }
}
