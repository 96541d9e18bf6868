//! Forward under a revocation, back under another, and what only the newer version knows in between.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use revocation_rules::channel::Channel;
use serde_json::json;
use stand::{Stand, StandError};

use crate::big::Big;
use crate::calls::Calls;
use crate::lives::Lives;
use crate::load::{Current, load};
use crate::report::{Report, Switched};
use crate::rule::{Said, Unknown};
use crate::switch::{shuffled, switch};
use crate::versions::{Version, Versions};

/// After each function that is switched.
const PAUSE: Duration = Duration::from_millis(1_200);
/// A vendor takes so long to answer, so that jobs are under way whenever a function is switched.
const LATENCY_MS: u64 = 2_000;

/// What `tests/upgrade/older.sh` built.
pub struct Older {
    pub commit: String,
    /// The folder of its binaries.
    pub binaries: PathBuf,
    /// Its sources.
    pub tree: PathBuf,
}

/// Everything that the parts of a run share.
struct Scene<'a> {
    stand: &'a Stand,
    calls: &'a Calls,
    versions: &'a Versions,
    /// That both versions have.
    functions: &'a [String],
    seed: u64,
}

/// Runs all of it. `folder` is written anew.
pub async fn run(older: Older, folder: &Path, deliveries: u64, seed: u64, say: impl Fn(&str)) -> Result<Report, StandError> {
    let (before, now) = (Template::of(&older.tree)?, Template::of(&local_stack::root())?);
    let without: Vec<String> = now.channels.difference(&before.channels).cloned().collect();
    let only_newer: Vec<String> = now.functions.difference(&before.functions).cloned().collect();
    let all: Vec<String> = now.functions.iter().cloned().collect();
    let both: Vec<String> = now.functions.intersection(&before.functions).cloned().collect();
    say(&format!(
        "{} functions in both versions; only in the newer: {only_newer:?}, channels {without:?}",
        both.len()
    ));
    let newer = local_stack::built_binaries()?;
    let versions =
        Versions::make(folder.join("versions"), &older.binaries, &newer, &without, &all, &only_newer).map_err(io("making the folder"))?;
    let launchers = launchers(&folder.join("launchers"), &newer, &versions)?;

    let stand = Stand::start_from(&launchers, &[], &say).await?;
    let calls = Calls::default();
    let scene = Scene {
        stand: &stand,
        calls: &calls,
        versions: &versions,
        functions: &both,
        seed,
    };
    let unknown = Channel::ALL
        .into_iter()
        .filter(|channel| without.iter().any(|name| name == channel.as_str()));
    match scene.all(&unknown.collect::<Vec<_>>(), deliveries, &say).await {
        Ok((switched, lives, unknown)) => Ok(Report::new(
            (older.commit, seed),
            switched,
            lives,
            unknown,
            calls.answers(),
            versions.invocations().map_err(io("reading the invocations"))?,
            calls.all_wrong(),
        )),
        Err(error) => {
            eprintln!("{}\n{:#?}\n{:?}", stand.complaints().await, calls.all_wrong(), calls.answers());
            Err(error)
        }
    }
}

impl Scene<'_> {
    async fn all(
        &self,
        unknown: &[Channel],
        deliveries: u64,
        say: &impl Fn(&str),
    ) -> Result<(Vec<Switched>, (u64, u64), Option<Said>), StandError> {
        say("recording a push with the older version");
        let forward = Rc::new(Big::record(self.stand, self.calls, "forward", 0, deliveries).await?);
        for channel in ["huawei", "xiaomi", "oppo", "vivo", "apns"] {
            let fault = json!({"vendor": channel, "latency_ms": LATENCY_MS});
            self.stand.devices.fault(&fault).await?;
        }
        let (lives, stop) = (Lives::begin(self.stand).await?, Cell::new(false));
        let current: Current = RefCell::new(Rc::clone(&forward));
        let switching = async {
            let switched = self.there_and_back(&current, unknown, deliveries, say).await;
            stop.set(true);
            switched
        };
        let ((), switched) = tokio::join!(load(self.stand, self.calls, &current, &lives, &stop), switching);
        let (switched, said) = switched?;
        say("holding the small pushes against their devices");
        Ok((switched, lives.check(self.stand, self.calls).await?, said))
    }

    async fn there_and_back(
        &self,
        current: &Current,
        unknown: &[Channel],
        deliveries: u64,
        say: &impl Fn(&str),
    ) -> Result<(Vec<Switched>, Option<Said>), StandError> {
        let forward = Rc::clone(&current.borrow());
        let there = self.switch_under(&forward, Version::Newer, self.seed, say).await?;

        say("recording a push with the newer version");
        let back = Rc::new(Big::record(self.stand, self.calls, "back", 1, deliveries).await?);
        current.replace(Rc::clone(&back));
        let pushed_over_new = if unknown.is_empty() {
            None
        } else {
            Some(Unknown::record(self.stand, self.calls, unknown).await?)
        };
        let back = self.switch_under(&back, Version::Older, self.seed.wrapping_add(1), say).await?;

        let mut said = None;
        if let Some(mut pushed) = pushed_over_new {
            say("taking back with the older version what it does not know");
            let mut of_older = pushed.meets_the_older(self.stand, self.calls).await?;
            let order = shuffled(self.functions, self.seed.wrapping_add(2));
            switch(self.versions, &order, Version::Newer, Duration::ZERO).await?;
            say("the newer version is there again");
            pushed.meets_the_newer(self.stand, self.calls, &mut of_older).await?;
            pushed.is_looked_at_by_the_older(self.calls, self.versions, &mut of_older).await?;
            said = Some(of_older);
        }
        Ok((vec![there, back], said))
    }

    /// Takes a push back, and switches all functions while that goes on.
    async fn switch_under(&self, big: &Big, to: Version, seed: u64, say: &impl Fn(&str)) -> Result<Switched, StandError> {
        let order = shuffled(self.functions, seed);
        say(&format!("taking {} deliveries back, switching to {}", big.deliveries, to.as_str()));
        big.revoke(self.calls).await?;
        switch(self.versions, &order, to, PAUSE).await?;
        let ended = big.ended(self.calls).await;
        say(&format!("all are switched, and {ended} have ended; waiting for the others"));
        if ended == big.deliveries {
            self.calls.wrong(format!(
                "all had ended before the last function was switched to {}: take more",
                to.as_str()
            ));
        }
        let (checked, settled) = big.settled(self.stand, self.calls).await?;
        Ok(Switched {
            to,
            order,
            deliveries: big.deliveries,
            ended,
            settled,
            checked,
        })
    }
}

/// What a version deploys.
struct Template {
    functions: BTreeSet<String>,
    channels: BTreeSet<String>,
}

impl Template {
    fn of(tree: &Path) -> Result<Self, StandError> {
        let text = std::fs::read_to_string(tree.join("infra/template.yaml")).map_err(io("reading a template"))?;
        let after = |line: &str, begin| line.trim_start().strip_prefix(begin).map(str::to_owned);
        let lists = text.lines().find_map(|line| after(line, "CHANNELS: !Sub "));
        let names = lists
            .iter()
            .flat_map(|list| list.split(','))
            .filter_map(|entry| entry.split('=').next());
        Ok(Self {
            channels: names.map(str::to_owned).collect(),
            functions: text
                .lines()
                .filter_map(|line| after(line, "FunctionName: !Sub ${AWS::StackName}-"))
                .collect(),
        })
    }
}

/// What is packed instead of the functions: each a line that starts the launcher.
fn launchers(folder: &Path, newer: &Path, versions: &Versions) -> Result<PathBuf, StandError> {
    let write = || -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(folder)?;
        for binary in local_stack::binaries().map_err(std::io::Error::other)? {
            let (launcher, versions) = (newer.join("upgrade-launcher"), versions.folder().display().to_string());
            let script = folder.join(&binary);
            std::fs::write(
                &script,
                format!("#!/bin/sh\nexec '{}' '{versions}' '{binary}'\n", launcher.display()),
            )?;
            std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(folder.to_owned())
    };
    write().map_err(io("writing the launchers"))
}

fn io(doing: &'static str) -> impl Fn(std::io::Error) -> StandError {
    move |error| StandError::Unexpected(format!("{doing}: {error}"))
}
