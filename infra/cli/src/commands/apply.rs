//! `revoke apply`: as planned, if nothing has changed since.
//!
//! Before the revocation is asked for, the plan is marked as sent, and afterwards it keeps which revocation it became.
//! Whoever was killed in between finds it sent, and asks again: the API knows a scope that is revoked already, and
//! answers with the same revocation.

use std::io::{self, Write as _};

use revocation_client::Until;
use revocation_http::wire::PreviewAnswer;
use revocation_rules::ids::RevocationId;

use super::{Session, now};
use crate::arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::key::Somebody;
use crate::line::Said;
use crate::plan::{Plan, Progress, Stale};
use crate::screen::{clean, quoted};
use crate::text;
use crate::watch::watch;

/// A change of a plan that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Nothing,
    More,
}

impl Session<'_> {
    pub(super) async fn apply(&self, arguments: arguments::Apply) -> Result<Exit, Failure> {
        let mut plan = self.planned(&arguments.plan)?;
        let allowed = if arguments.allow_more { Allowed::More } else { Allowed::Nothing };
        match &plan.progress {
            Progress::Applied { revocation } => self.screen.note(&format!("{} is applied already, as {revocation}", plan.plan)),
            Progress::Planned | Progress::Sent => {
                self.screen.note(text::asked(&plan.asked).trim_end());
                self.confirmed(&plan, arguments.confirm.as_deref())?;
            }
        }
        // Who is asked may take their time.
        let until = self.until(arguments.watch.into());
        let revocation = match &plan.progress {
            Progress::Applied { revocation } => revocation.clone(),
            Progress::Planned | Progress::Sent => self.revoke(&mut plan, allowed, until).await?,
        };
        let push = plan.asked.push();
        if arguments.watch {
            let resume = format!("revoke apply {} --watch", plan.plan);
            return watch(&self.client, self.screen, &push, &revocation, until, &resume).await;
        }
        let found = self.client.revocation(&push, &revocation, until).await?;
        let said = Said::revocation(&found);
        let shown = format!(
            "{}\nFollow it with:\n  revoke status {revocation} --watch\n",
            text::revocation(&found)
        );
        self.screen.end(&shown, said, Exit::Done)
    }

    /// The id once more: typed on a terminal, or given.
    fn confirmed(&self, plan: &Plan, confirm: Option<&str>) -> Result<(), Failure> {
        let id = plan.asked.id.as_str();
        let typed = match (confirm, self.screen.somebody) {
            (Some(given), _) => given.to_owned(),
            (None, Somebody::There) => {
                let mut line = String::new();
                let asked =
                    write!(io::stderr(), "Type the id {} to revoke it: ", clean(id)).and_then(|()| io::stdin().read_line(&mut line));
                asked.map_err(Failure::local("asking for the id"))?;
                line.trim().to_owned()
            }
            (None, Somebody::Nobody) => {
                return Err(Failure::Input(format!("say that you mean it: --confirm {}", quoted(id))));
            }
        };
        if typed == id {
            return Ok(());
        }
        Err(Failure::Input(format!("that is not the id {}: nothing was revoked", clean(id))))
    }

    async fn revoke(&self, plan: &mut Plan, allowed: Allowed, until: Until) -> Result<RevocationId, Failure> {
        let me = self.client.me(until).await?;
        if (&*me.app, &*me.workspace) != (plan.asked.app.as_str(), plan.asked.workspace.as_str()) {
            return Err(Failure::Input(format!(
                "the plan is of app {}, workspace {}, and the key of app {}, workspace {}",
                plan.asked.app, plan.asked.workspace, me.app, me.workspace
            )));
        }
        let push = plan.asked.push();
        let preview = self.client.preview(&push, &plan.asked.wanted, until).await?;
        // Another process may have applied it since it was read. It says so before it revokes, so that a push that is
        // revoked by this plan has a plan that was sent.
        plan.progress = self.plans.load(&plan.plan)?.progress;
        match (&*preview.verdict, &plan.progress) {
            // Sent before, and answered to nobody: the same call brings the same revocation.
            ("already_revoked", Progress::Sent) => {}
            (_, Progress::Applied { revocation }) => return Ok(revocation.clone()),
            ("accept", Progress::Planned | Progress::Sent) => self.still_good(plan, &preview, allowed)?,
            ("already_revoked", Progress::Planned) => return Err(covered(&preview)),
            (_, Progress::Planned | Progress::Sent) => {
                let why = preview.refusal.as_deref().unwrap_or("for a reason that this version does not know");
                return Err(Failure::Refused {
                    code: "refused",
                    detail: format!("the API refuses it: {}", clean(why)),
                    advice: "docs/problems.md says what to do".to_owned(),
                });
            }
        }
        plan.progress = Progress::Sent;
        self.plans.save(plan)?;
        let revoked = self.client.revoke(&push, &plan.asked.wanted, until).await?;
        let revocation = revoked.revocation.id.into_owned();
        self.screen.note(&if revoked.new {
            format!("revoked, as {revocation}: the gate is closed")
        } else {
            format!("{revocation} covers it")
        });
        plan.progress = Progress::Applied {
            revocation: revocation.clone(),
        };
        self.plans.save(plan)?;
        Ok(revocation)
    }

    fn still_good(&self, plan: &Plan, preview: &PreviewAnswer, allowed: Allowed) -> Result<(), Failure> {
        let stale = plan.age(now()).or_else(|| plan.against(preview));
        let refused = |detail: String, advice: &str| {
            Err(Failure::Refused {
                code: "stale-plan",
                detail,
                advice: advice.to_owned(),
            })
        };
        match (stale, allowed) {
            (None, _) | (Some(Stale::More(_)), Allowed::More) => Ok(()),
            (Some(Stale::Old(age)), _) if age.is_negative() => refused(
                "the plan is stale: it was made later than it is now by this machine's clock".to_owned(),
                "look at the clock, and plan again",
            ),
            (Some(Stale::Old(age)), _) => refused(
                format!("the plan is stale: it was made {} minutes ago, and is good for 15", age.as_mins()),
                "plan again, and look at the numbers",
            ),
            (Some(Stale::More(more)), Allowed::Nothing) => refused(
                format!(
                    "the plan is stale: {} were recorded since",
                    text::of_many(more, "more delivery", "more deliveries")
                ),
                "plan again; or, while the push is still being sent, add --allow-more",
            ),
            (Some(Stale::Changed), _) => {
                self.screen
                    .note(&format!("now it would be:\n{}", text::preview(preview).trim_end()));
                refused(
                    "the plan is stale: what it would do has changed since".to_owned(),
                    "plan again, and look at the numbers",
                )
            }
        }
    }
}

fn covered(preview: &PreviewAnswer) -> Failure {
    let by = preview
        .revocation_id
        .as_ref()
        .map_or_else(|| "another revocation".to_owned(), ToString::to_string);
    Failure::Refused {
        code: "already-revoked",
        detail: format!("the plan is stale: {by} has revoked it meanwhile"),
        advice: "look at it with `revoke status`".to_owned(),
    }
}
