//! `revoke apply`: as planned, if nothing has changed since.
//!
//! Before the revocation is asked for, the plan is marked as sent, and afterwards it keeps which revocation it became.
//! Whoever was killed in between finds it sent, and asks again: the API knows a scope that is revoked already, and
//! answers with the same revocation.

use std::io::{self, Write as _};

use revocation_client::Until;
use revocation_http::wire::PreviewAnswer;

use super::{Session, now};
use crate::arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::key::Somebody;
use crate::line::Said;
use crate::plan::{Plan, Progress, Stale};
use crate::screen::clean;
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
        let until = if arguments.watch { self.later() } else { self.soon() };
        match &plan.progress {
            Progress::Applied { revocation } => self.screen.note(&format!("{} is applied already, as {revocation}", plan.plan)),
            Progress::Planned | Progress::Sent => {
                self.screen.note(text::asked(&plan.asked).trim_end());
                self.confirmed(&plan, arguments.confirm.as_deref())?;
                self.revoke(&mut plan, allowed, until).await?;
            }
        }
        let Progress::Applied { revocation } = &plan.progress else {
            return Err(Failure::Input(format!("{} is not applied", plan.plan)));
        };
        let push = plan.asked.push();
        if arguments.watch {
            let resume = format!("revoke apply {} --watch", plan.plan);
            return watch(&self.client, self.screen, &push, revocation, until, &resume).await;
        }
        let found = self.client.revocation(&push, revocation, until).await?;
        let said = Said {
            revocation: Some(&found),
            ..Said::default()
        };
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
                return Err(Failure::Input(format!("say that you mean it: --confirm {}", clean(id))));
            }
        };
        if typed == id {
            return Ok(());
        }
        Err(Failure::Input(format!("that is not the id {}: nothing was revoked", clean(id))))
    }

    async fn revoke(&self, plan: &mut Plan, allowed: Allowed, until: Until) -> Result<(), Failure> {
        let me = self.client.me(until).await?;
        if (&*me.app, &*me.workspace) != (plan.asked.app.as_str(), plan.asked.workspace.as_str()) {
            return Err(Failure::Input(format!(
                "the plan is of app {}, workspace {}, and the key of app {}, workspace {}",
                plan.asked.app, plan.asked.workspace, me.app, me.workspace
            )));
        }
        let push = plan.asked.push();
        let preview = self.client.preview(&push, &plan.asked.wanted, until).await?;
        match (&*preview.verdict, &plan.progress) {
            // Sent before, and answered to nobody: the same call brings the same revocation.
            ("already_revoked", Progress::Sent) => {}
            ("accept", Progress::Planned | Progress::Sent) => still_good(plan, &preview, allowed)?,
            ("already_revoked", Progress::Planned | Progress::Applied { .. }) => return Err(covered(&preview)),
            (_, Progress::Planned | Progress::Sent | Progress::Applied { .. }) => {
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
        self.screen.note(&match revoked.new {
            true => format!("revoked, as {revocation}: the gate is closed"),
            false => format!("{revocation} covers it"),
        });
        plan.progress = Progress::Applied { revocation };
        self.plans.save(plan)
    }
}

fn still_good(plan: &Plan, preview: &PreviewAnswer, allowed: Allowed) -> Result<(), Failure> {
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
        (Some(Stale::Changed), _) => refused(
            format!("the plan is stale: it would now be\n{}", text::preview(preview).trim_end()),
            "plan again, and look at the numbers",
        ),
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
