//! What may be asked.

use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use revocation_http::route::PushName;
use revocation_http::wire::{
    GateAnswer, MeAnswer, NoticeBody, OutcomesAnswer, PreviewAnswer, PushAnswer, PushListAnswer, RevocationAnswer, RevokeBody,
};
use revocation_rules::channel::Channel;
use revocation_rules::ids::{RevocationId, TargetId};
use revocation_rules::notice::Notices;
use revocation_rules::outcome::Outcome;
use revocation_rules::push::{PushState, PushType};

use crate::error::CallError;
use crate::send::{Client, Until};

/// A revocation, and whether it is new.
#[derive(Debug)]
pub struct Revoked {
    /// False: it was there before, and covers what was asked for.
    pub new: bool,
    pub revocation: RevocationAnswer<'static>,
}

/// Which outcomes.
#[derive(Debug, Clone, Default)]
pub struct OutcomesQuestion {
    pub channel: Option<Channel>,
    pub outcome: Option<Outcome>,
    /// What the page before gave.
    pub cursor: Option<String>,
}

/// Which pushes. Times are as RFC 3339 has them; left out, the last 7 days.
#[derive(Debug, Clone)]
pub struct ListQuestion {
    pub push_type: PushType,
    pub from: Option<String>,
    pub to: Option<String>,
    pub name: Option<String>,
    pub state: Option<PushState>,
    pub target: Option<TargetId>,
    /// Of one page: 1 to 100.
    pub limit: usize,
    pub cursor: Option<String>,
}

impl Client {
    /// Whose key this is.
    pub async fn me(&self, until: Until) -> Result<MeAnswer<'static>, CallError> {
        self.get("/v1/me", until).await
    }

    pub async fn push(&self, push: &PushName, until: Until) -> Result<PushAnswer<'static>, CallError> {
        self.get(&push.path(), until).await
    }

    /// What a revocation would do.
    pub async fn preview(&self, push: &PushName, wanted: &RevokeBody, until: Until) -> Result<PreviewAnswer, CallError> {
        let mut wanted = wanted.clone();
        wanted.dry_run = true;
        let (_, answer) = self.write(Method::POST, &revocations(push), &wanted, until).await?;
        Ok(answer)
    }

    /// Takes it back. Asked twice, it is the same revocation.
    pub async fn revoke(&self, push: &PushName, wanted: &RevokeBody, until: Until) -> Result<Revoked, CallError> {
        let (status, revocation) = self.write(Method::POST, &revocations(push), wanted, until).await?;
        Ok(Revoked {
            new: status == StatusCode::ACCEPTED,
            revocation,
        })
    }

    pub async fn revocation(&self, push: &PushName, id: &RevocationId, until: Until) -> Result<RevocationAnswer<'static>, CallError> {
        self.get(&revocation(push, id), until).await
    }

    /// Tries again what failed.
    pub async fn replay(&self, push: &PushName, id: &RevocationId, until: Until) -> Result<RevocationAnswer<'static>, CallError> {
        let path = format!("{}/replays", revocation(push, id));
        let (_, answer) = self.call(Method::POST, &path, None, until).await?;
        Ok(answer)
    }

    /// One page of what became of every delivery.
    pub async fn outcomes(
        &self,
        push: &PushName,
        id: &RevocationId,
        question: &OutcomesQuestion,
        until: Until,
    ) -> Result<OutcomesAnswer, CallError> {
        self.get(&outcomes(push, id, question), until).await
    }

    /// May its sender go on?
    pub async fn gate(
        &self,
        push: &PushName,
        channel: Option<Channel>,
        target: Option<&TargetId>,
        until: Until,
    ) -> Result<GateAnswer, CallError> {
        self.get(&gate(push, channel, target), until).await
    }

    /// One page of pushes, newest first.
    pub async fn pushes(&self, question: &ListQuestion, until: Until) -> Result<PushListAnswer<'static>, CallError> {
        self.get(&pushes(question), until).await
    }

    /// What the app's users read in place of a revoked message.
    pub async fn notice(&self, until: Until) -> Result<Notices, CallError> {
        self.get("/v1/notice", until).await
    }

    pub async fn write_notice(&self, notice: &NoticeBody, until: Until) -> Result<Notices, CallError> {
        let (_, answer) = self.write(Method::PUT, "/v1/notice", notice, until).await?;
        Ok(answer)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str, until: Until) -> Result<T, CallError> {
        let (_, answer) = self.call(Method::GET, path, None, until).await?;
        Ok(answer)
    }

    async fn write<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl serde::Serialize,
        until: Until,
    ) -> Result<(StatusCode, T), CallError> {
        let body = serde_json::to_vec(body).map_err(CallError::Unreadable)?;
        self.call(method, path, Some(&body), until).await
    }
}

fn revocations(push: &PushName) -> String {
    format!("{}/revocations", push.path())
}

fn revocation(push: &PushName, id: &RevocationId) -> String {
    format!("{}/{id}", revocations(push))
}

fn outcomes(push: &PushName, id: &RevocationId, question: &OutcomesQuestion) -> String {
    let OutcomesQuestion { channel, outcome, cursor } = question;
    Query::of(format!("{}/outcomes", revocation(push, id)))
        .with("channel", channel.map(Channel::as_str))
        .with("outcome", outcome.map(Outcome::as_str))
        .with("cursor", cursor.as_deref())
        .path
}

fn gate(push: &PushName, channel: Option<Channel>, target: Option<&TargetId>) -> String {
    Query::of(format!("{}/gate", push.path()))
        .with("channel", channel.map(Channel::as_str))
        .with("target", target.map(TargetId::as_str))
        .path
}

fn pushes(question: &ListQuestion) -> String {
    let limit = question.limit.to_string();
    Query::of("/v1/pushes".to_owned())
        .with("type", Some(question.push_type.as_str()))
        .with("from", question.from.as_deref())
        .with("to", question.to.as_deref())
        .with("name", question.name.as_deref())
        .with("state", question.state.map(PushState::as_str))
        .with("target", question.target.as_ref().map(TargetId::as_str))
        .with("limit", Some(&limit))
        .with("cursor", question.cursor.as_deref())
        .path
}

/// A path, and what is asked of it.
struct Query {
    path: String,
    next: char,
}

impl Query {
    const fn of(path: String) -> Self {
        Self { path, next: '?' }
    }

    fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.path.push(self.next);
            self.path.extend([name, "="]);
            self.path.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
            self.next = '&';
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use revocation_http::route::{LookupRoute, RevokeRoute, Route, route};
    use revocation_http::wire::{gate_question, outcomes_question, push_list_query};
    use revocation_rules::ids::{PushKind, PushRef, Tenant};
    use revocation_testkit::builders;

    use super::*;

    fn named(id: &str) -> PushName {
        PushName {
            kind: PushKind::Task,
            id: id.parse().unwrap(),
        }
    }

    /// What a function takes a path for.
    fn taken(method: &Method, path: &str) -> Route {
        let path = path.split('?').next().unwrap();
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8().unwrap();
        route::<Route>(method, &decoded).unwrap().1
    }

    #[test]
    fn each_path_is_the_one_its_function_takes() {
        let push = named("促销 #1&x");
        let id: RevocationId = "rvk_1".parse().unwrap();
        let question = OutcomesQuestion::default();
        for (method, path, expected) in [
            (Method::GET, push.path(), Route::Lookup(LookupRoute::Push(push.clone()))),
            (Method::POST, revocations(&push), Route::Revoke(RevokeRoute::Revoke(push.clone()))),
            (
                Method::GET,
                revocation(&push, &id),
                Route::Lookup(LookupRoute::Revocation(push.clone(), id.clone())),
            ),
            (
                Method::GET,
                outcomes(&push, &id, &question),
                Route::Lookup(LookupRoute::Outcomes(push.clone(), id.clone())),
            ),
            (Method::GET, gate(&push, None, None), Route::Lookup(LookupRoute::Gate(push.clone()))),
        ] {
            assert_eq!(taken(&method, &path), expected, "{path}");
        }
    }

    #[test]
    fn each_question_is_read_as_it_was_asked() {
        let push = named("t1");
        let id: RevocationId = "rvk_1".parse().unwrap();
        let query = |path: String| path.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let question = OutcomesQuestion {
            channel: Some(Channel::Apns),
            outcome: Some(Outcome::Failed),
            cursor: Some("5~1.huawei-0.1~3.".to_owned()),
        };
        let (filter, cursor) = outcomes_question(&query(outcomes(&push, &id, &question))).unwrap();
        assert_eq!((filter.channel, filter.outcome), (question.channel, question.outcome));
        assert_eq!(cursor.unwrap().next, 5);

        let target: TargetId = "用户/77 #1&a=b+c".parse().unwrap();
        let tenant: Tenant = builders::tenant("shop");
        let asked = PushRef {
            tenant: tenant.clone(),
            kind: push.kind,
            id: push.id.clone(),
        };
        let read = gate_question(asked, &query(gate(&push, Some(Channel::Sms), Some(&target)))).unwrap();
        assert_eq!((read.channel, read.target), (Some(Channel::Sms), Some(target.clone())));

        let list = ListQuestion {
            push_type: PushType::Simple,
            from: Some("2035-01-01T00:00:00Z".to_owned()),
            to: Some("2035-01-02T00:00:00+02:00".to_owned()),
            name: Some("秋 50%".to_owned()),
            state: Some(PushState::PartlyRevoked),
            target: Some(target.clone()),
            limit: 7,
            cursor: Some("a+b".to_owned()),
        };
        let read = push_list_query(tenant, &query(pushes(&list)), builders::noon()).unwrap();
        assert_eq!((read.limit, read.after, read.target), (7, list.cursor, Some(target)));
        assert_eq!((read.filter.name, read.filter.state), (list.name, list.state));
    }
}
