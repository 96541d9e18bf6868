//! `revoke plan`: the API's dry run, kept.

use std::collections::BTreeSet;

use revocation_http::wire::RevokeBody;
use revocation_rules::ids::{IdError, TargetId};
use revocation_rules::scope::Scope;
use revocation_rules::visible::visible;

use super::{Session, notice_of, now, text_of};
use crate::arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::{PlanSaid, Said};
use crate::plan::{Asked, Plan};
use crate::screen::clean;
use crate::text;

impl Session<'_> {
    pub(super) async fn plan(&self, arguments: arguments::Plan) -> Result<Exit, Failure> {
        let wanted = wanted(&arguments)?;
        let until = self.soon();
        self.screen.note(&format!("asking {} what that would do", self.client.address()));
        let me = self.client.me(until).await?;
        let asked = Asked {
            api: self.client.address().to_string(),
            app: me.app.into_owned(),
            workspace: me.workspace.into_owned(),
            kind: arguments.kind.into(),
            id: arguments.id,
            wanted,
        };
        let preview = self.client.preview(&asked.push(), &asked.wanted, until).await?;
        let plan = Plan::new(asked, &preview, now());
        let mut said = PlanSaid {
            id: None,
            good_until: None,
            api: &plan.asked.api,
            app: &plan.asked.app,
            workspace: &plan.asked.workspace,
            kind: plan.asked.kind.as_str(),
            push_id: plan.asked.id.as_str(),
            preview: &preview,
        };
        let (next, exit) = match &*preview.verdict {
            "accept" => {
                self.plans.prune(now());
                self.plans.save(&plan)?;
                said.id = Some(plan.plan.as_str());
                said.good_until = Some(plan.good_until().to_string());
                (text::next_step(&plan), Exit::Done)
            }
            "already_revoked" => {
                let by = preview.revocation_id.as_ref().map_or_else(String::new, ToString::to_string);
                (format!("\nNothing to apply: {by} covers it already.\n"), Exit::Done)
            }
            _ => {
                let why = preview.refusal.as_deref().unwrap_or("a reason that this version does not know");
                (format!("\nIt would be refused: {}.\n", clean(why)), Exit::Refused)
            }
        };
        let shown = format!("{}{}{next}", text::asked(&plan.asked), text::preview(&preview));
        let said = Said {
            plan: Some(said),
            ..Said::default()
        };
        self.screen.end(&shown, said, exit)
    }
}

fn wanted(arguments: &arguments::Plan) -> Result<RevokeBody, Failure> {
    let channels = (!arguments.channel.is_empty()).then(|| arguments.channel.iter().copied().collect());
    let mut targets: BTreeSet<TargetId> = arguments.target.iter().cloned().collect();
    if let Some(file) = &arguments.targets_from {
        let listed = listed(&text_of(file)?)?;
        if listed.is_empty() {
            return Err(Failure::Input(format!("{} names no target", file.display())));
        }
        targets.extend(listed);
    }
    for target in &targets {
        // As the API says it, but with the place in what was typed.
        visible(target.as_str()).map_err(|error| Failure::Input(format!("the target `{}` {error}", clean(target.as_str()))))?;
    }
    let scope = Scope {
        channels,
        targets: (!targets.is_empty()).then_some(targets),
    };
    Ok(RevokeBody::new(arguments.reason.clone(), scope, notice_of(&arguments.notice)?))
}

/// A target a line. What a spreadsheet's file begins with is none, nor is an empty line; a guard that our CSV has is left out.
fn listed(text: &str) -> Result<Vec<TargetId>, Failure> {
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    lines
        .map(|(nth, line)| (nth + 1, super::outcomes::unguarded(line.trim())))
        .filter(|(_, line)| !line.is_empty())
        .map(|(nth, line)| {
            line.parse()
                .map_err(|error: IdError| Failure::Input(format!("line {nth}: the target {error}")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_targets_is_one_a_line() {
        let read = listed("\u{feff}user-1\r\n\n  user 2  \n'=user-3\n'user-4").unwrap();
        let read: Vec<_> = read.iter().map(TargetId::as_str).collect();
        assert_eq!(read, ["user-1", "user 2", "=user-3", "'user-4"]);
        let failure = listed("user-1\nuser\u{7}").unwrap_err();
        assert!(failure.to_string().starts_with("line 2: "), "{failure}");
    }
}
