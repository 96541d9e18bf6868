//! Request in, response out.

use http::{Response, StatusCode};
use revocation_app::ports::{AppNotices, Clock, Ports};
use revocation_app::{Accepted, NAMING_LIMIT, name_unmatched, preview_revocation, replay_revocation, request_revocation};
use revocation_http::audit;
use revocation_http::auth::{Caller, authenticate};
use revocation_http::body;
use revocation_http::problem::{Problem, problem_of};
use revocation_http::respond::{Reply, respond};
use revocation_http::route::{PushName, RevokeRoute, route};
use revocation_http::wire::{NoticeBody, PreviewAnswer, RevocationAnswer, RevokeBody, revocation_path};
use revocation_lambda::http_event::HttpRequest;
use revocation_lambda::time::within;
use revocation_rules::actor::Act;
use revocation_rules::ids::RevocationId;
use revocation_rules::unmatched::Unmatched;

use crate::deps::Deps;

pub async fn handle<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Response<String> {
    respond(&request.id, answer(deps, request).await)
}

async fn answer<P: Ports>(deps: &Deps<P>, request: &HttpRequest) -> Result<Reply, Problem> {
    let (asked, route) = route(&request.method, &request.path)?;
    let caller = authenticate(&asked, &request.headers, &deps.keys, &deps.key_cache, deps.clock.now()).await?;
    let changed = match route {
        RevokeRoute::Revoke(push) => revoke(deps, request, &caller, push).await,
        RevokeRoute::Replay(push, id) => replay(deps, &caller, push, &id).await,
        RevokeRoute::WriteNotice => write_notice(deps, request, &caller).await,
    };
    // Who asked for a change, and what came of it, is one line in the audit.
    match &changed {
        Ok(Changed { done: Some(done), .. }) => audit::answered(&asked, &caller, &Ok(*done)),
        Ok(Changed { done: None, .. }) => {}
        Err(problem) => audit::answered(&asked, &caller, &Err(problem)),
    }
    changed.map(|changed| changed.reply)
}

/// An answer, and what was done; nothing was, in a dry run.
struct Changed {
    reply: Reply,
    done: Option<&'static str>,
}

async fn replay<P: Ports>(deps: &Deps<P>, caller: &Caller, push: PushName, id: &RevocationId) -> Result<Changed, Problem> {
    let push = push.of(caller.tenant.clone());
    let revocation = replay_revocation(&deps.store, &deps.queue, &deps.clock, &push, id, &caller.actor)
        .await
        .map_err(problem_of)?;
    let answer = RevocationAnswer::new(&revocation, None);
    Ok(Changed {
        reply: Reply::json(StatusCode::ACCEPTED, &answer).at(revocation_path(&revocation)),
        done: Some("replayed"),
    })
}

async fn write_notice<P: Ports>(deps: &Deps<P>, request: &HttpRequest, caller: &Caller) -> Result<Changed, Problem> {
    let body: NoticeBody = body::json(&request.headers, &request.body)?;
    let notices = body.notices()?;
    let written = Act {
        by: caller.actor.clone(),
        at: deps.clock.now(),
    };
    deps.store
        .put_notices(&caller.tenant, &notices, &written)
        .await
        .map_err(problem_of)?;
    Ok(Changed {
        reply: Reply::json(StatusCode::OK, &notices),
        done: Some("written"),
    })
}

async fn revoke<P: Ports>(deps: &Deps<P>, request: &HttpRequest, caller: &Caller, push: PushName) -> Result<Changed, Problem> {
    let body: RevokeBody = body::json(&request.headers, &request.body)?;
    let dry_run = body.dry_run;
    let wanted = body.revocation(push.of(caller.tenant.clone()), caller.actor.clone())?;
    if dry_run {
        let preview = preview_revocation(&deps.store, &deps.clock, &deps.channels, &wanted)
            .await
            .map_err(|error| problem_of(error).about(&wanted.push.id))?;
        return Ok(Changed {
            reply: Reply::json(StatusCode::OK, &PreviewAnswer::from(preview)),
            done: None,
        });
    }
    let accepted = request_revocation(&deps.store, &deps.queue, &deps.clock, &deps.dice, &deps.channels, &wanted)
        .await
        .map_err(|error| problem_of(error).about(&wanted.push.id))?;
    let (status, done, revocation) = match accepted {
        Accepted::New(revocation) => (StatusCode::ACCEPTED, "accepted", revocation),
        Accepted::AlreadyThere(revocation) => (StatusCode::OK, "already_revoked", revocation),
    };
    // The gate is closed and the fan-out queued: nobody but the caller waits for this.
    let naming = name_unmatched(&deps.store, &deps.clock, &deps.channels, &wanted.scope, &revocation);
    let unmatched = within(NAMING_LIMIT, naming).await.unwrap_or(Unmatched::Unknown);
    let answer = RevocationAnswer::new(&revocation, None).with_unmatched(unmatched);
    Ok(Changed {
        reply: Reply::json(status, &answer).at(revocation_path(&revocation)),
        done: Some(done),
    })
}
