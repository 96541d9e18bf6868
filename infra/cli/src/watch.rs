//! Asks how far a revocation is until it is settled, or the time is over.

use std::time::Duration;

use revocation_client::{Client, Until, pause};
use revocation_http::route::PushName;
use revocation_http::wire::RevocationAnswer;
use revocation_rules::ids::RevocationId;

use crate::bars::Bars;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Said;
use crate::screen::{Form, Screen, quoted};
use crate::text;

const SOON: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(10);

/// After how long to look again: soon while something moves, later and later while nothing does.
fn next(wait: Duration, moved: Moved) -> Duration {
    match moved {
        Moved::Yes => SOON,
        Moved::No => wait.mul_f64(1.5).min(LONGEST),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    Yes,
    No,
}

/// Its exit code says how it settled. `resume` is the command that goes on watching.
///
/// # Errors
/// Not settled in time; nobody answers; Ctrl-C or SIGTERM. The revocation goes on in each case.
pub async fn watch(
    client: &Client,
    screen: &Screen,
    push: &PushName,
    id: &RevocationId,
    until: Until,
    resume: &str,
) -> Result<Exit, Failure> {
    let mut bars = Bars::on(screen);
    let watched = tokio::select! {
        watched = settled(client, screen, push, id, until, &mut bars) => watched,
        by = stopped() => Err(Failure::Interrupted { by, resume: resume.to_owned() }),
    };
    bars.end();
    let settled = match watched {
        Ok(settled) => settled,
        Err(Failure::NobodyReads) => return Ok(Exit::NotSettled),
        Err(failure) => return Err(failure),
    };
    let said = Said::revocation(&settled);
    screen.end(&text::revocation(&settled), said, Exit::settled(&settled))
}

/// The command that watches this revocation.
pub fn resume(push: &PushName, id: &RevocationId) -> String {
    format!("revoke status {} {} {id} --watch", push.kind.as_str(), quoted(push.id.as_str()))
}

/// Somebody wants the command to end.
async fn stopped() -> Exit {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => Exit::Interrupted,
        () = terminated() => Exit::Terminated,
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut signals) = signal(SignalKind::terminate())
        && signals.recv().await.is_some()
    {
        return;
    }
    // Nobody can be told; the signal ends the command as it ends others.
    std::future::pending::<()>().await;
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

async fn settled(
    client: &Client,
    screen: &Screen,
    push: &PushName,
    id: &RevocationId,
    until: Until,
    bars: &mut Bars,
) -> Result<RevocationAnswer<'static>, Failure> {
    let mut wait = SOON;
    let mut last = None;
    loop {
        let now = client.revocation(push, id, until).await?;
        let far = (now.state.clone(), now.progress.total.ended, now.progress.total.requested);
        let moved = if last.as_ref() == Some(&far) { Moved::No } else { Moved::Yes };
        last = Some(far);
        if now.state == "settled" {
            bars.show(&now, screen);
            return Ok(now);
        }
        if moved == Moved::Yes {
            bars.show(&now, screen);
            if screen.form == Form::Json {
                let said = Said::revocation(&now);
                screen.say("", said)?;
            }
        }
        if until.is_over() {
            return Err(Failure::NotSettled);
        }
        wait = next(wait, moved);
        pause(wait, until).await;
        if until.is_over() {
            return Err(Failure::NotSettled);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_still_is_asked_for_less_and_less() {
        let mut wait = SOON;
        let mut waits = Vec::new();
        for _ in 0..12 {
            wait = next(wait, Moved::No);
            waits.push(wait);
        }
        assert!(waits.is_sorted() && waits[11] == LONGEST, "{waits:?}");
        assert_eq!(next(wait, Moved::Yes), SOON);
    }
}
