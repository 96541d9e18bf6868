//! Which revocation is meant.

use revocation_client::Until;
use revocation_http::route::PushName;
use revocation_rules::ids::RevocationId;

use super::Session;
use crate::failure::Failure;
use crate::plan::{Plan, PlanId, Progress};
use crate::screen::clean;
use crate::subject::Subject;

impl Session<'_> {
    /// A plan that was made for this API.
    pub(super) fn planned(&self, id: &PlanId) -> Result<Plan, Failure> {
        self.of_this_api(self.plans.load(id)?)
    }

    fn of_this_api(&self, plan: Plan) -> Result<Plan, Failure> {
        let here = self.client.address().as_str();
        if plan.asked.api == here {
            return Ok(plan);
        }
        Err(Failure::Input(format!(
            "{} was made for {}, and this is {here}: choose with --profile or --api",
            plan.plan, plan.asked.api
        )))
    }

    /// The one revocation that a subject means.
    pub(super) async fn revocation_of(&self, subject: Subject, until: Until) -> Result<(PushName, RevocationId), Failure> {
        match subject {
            Subject::Both(push, revocation) => Ok((push, revocation)),
            Subject::Plan(id) => {
                let plan = self.planned(&id)?;
                match plan.progress.clone() {
                    Progress::Applied { revocation } => Ok((plan.asked.push(), revocation)),
                    Progress::Planned | Progress::Sent => Err(Failure::Input(format!("{id} is not applied yet: `revoke apply {id}`"))),
                }
            }
            Subject::Revocation(id) => {
                let unknown = || {
                    Failure::Input(format!(
                        "{id} was not applied from this machine: name its push, too, as in `task 20842863 {id}`"
                    ))
                };
                let plan = self.of_this_api(self.plans.of(&id)?.ok_or_else(unknown)?)?;
                Ok((plan.asked.push(), id))
            }
            Subject::Push(push) => {
                let mut revocations = self.client.push(&push, until).await?.revocations;
                let (kind, id) = (push.kind.as_str(), clean(push.id.as_str()));
                match (revocations.pop(), &revocations[..]) {
                    (None, _) => Err(Failure::Input(format!("nothing of {kind} {id} is revoked"))),
                    (Some(one), []) => Ok((push, one.id.into_owned())),
                    (Some(last), before) => {
                        let ids: Vec<_> = before.iter().chain([&last]).map(|one| one.id.to_string()).collect();
                        Err(Failure::Input(format!(
                            "{kind} {id} has {} revocations: name one of {}",
                            ids.len(),
                            ids.join(", ")
                        )))
                    }
                }
            }
        }
    }
}
