//! What a command is about, in up to three words.

use revocation_http::route::PushName;
use revocation_rules::ids::{PushKind, RevocationId};

use crate::arguments;
use crate::failure::Failure;
use crate::plan::PlanId;

#[derive(Debug, PartialEq, Eq)]
pub enum Subject {
    /// A plan that is kept here.
    Plan(PlanId),
    /// A revocation, with no word of its push.
    Revocation(RevocationId),
    Push(PushName),
    /// A revocation of a push.
    Both(PushName, RevocationId),
}

impl Subject {
    /// # Errors
    /// Words that name nothing.
    pub fn read(of: &arguments::Subject) -> Result<Self, Failure> {
        let words: Vec<&str> = of.words.iter().map(String::as_str).collect();
        match words[..] {
            [one] => match (one.parse(), one.parse()) {
                (Ok(plan), _) => Ok(Self::Plan(plan)),
                (Err(_), Ok(revocation)) => Ok(Self::Revocation(revocation)),
                (Err(_), Err(_)) => Err(nothing(one)),
            },
            [kind, id] => Ok(Self::Push(push(kind, id)?)),
            [kind, id, revocation] => {
                let wrong = |error| Failure::Input(format!("`{revocation}` is no revocation: it {error}"));
                Ok(Self::Both(push(kind, id)?, revocation.parse().map_err(wrong)?))
            }
            [] | [_, _, _, _, ..] => Err(nothing(&words.join(" "))),
        }
    }
}

fn nothing(words: &str) -> Failure {
    Failure::Input(format!(
        "`{words}` names nothing: give `task ID`, `message ID`, a plan (plan_...) or a revocation (rvk_...)"
    ))
}

fn push(kind: &str, id: &str) -> Result<PushName, Failure> {
    let kind = PushKind::ALL.into_iter().find(|one| one.as_str() == kind);
    let kind = kind.ok_or_else(|| Failure::Input("the first word is `task` or `message`".to_owned()))?;
    let id = id.parse().map_err(|error| Failure::Input(format!("the id {error}")))?;
    Ok(PushName { kind, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Subject, Failure> {
        Subject::read(&arguments::Subject {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        })
    }

    #[test]
    fn words_name_a_push_a_revocation_or_a_plan() {
        let push = || PushName {
            kind: PushKind::Message,
            id: "task".parse().unwrap(),
        };
        let revocation: RevocationId = "rvk_1".parse().unwrap();
        let plan = "plan_0123456789abcdef";
        assert_eq!(read(&["message", "task"]).unwrap(), Subject::Push(push()));
        assert_eq!(
            read(&["message", "task", "rvk_1"]).unwrap(),
            Subject::Both(push(), revocation.clone())
        );
        assert_eq!(read(&["rvk_1"]).unwrap(), Subject::Revocation(revocation));
        assert_eq!(read(&[plan]).unwrap(), Subject::Plan(plan.parse().unwrap()));
        for wrong in [
            &["20842863"][..],
            &["push", "1"],
            &["task", "1", "2"],
            &["task", ""],
            &["a", "b", "c", "d"],
        ] {
            assert!(matches!(read(wrong), Err(Failure::Input(_))), "{wrong:?}");
        }
    }
}
