//! `make rehearse NAME=...`: makes what an alarm is for, and shows the alarm fire.
//!
//! The alarm is the deployed one, with the threshold, period, statistic and number of periods that the template gives
//! it. Its metric is read from the lines that the functions wrote, or from the queue where it is SQS's own. The local
//! AWS makes no metrics out of lines and evaluates no alarm; here `stand::alarm` does, by the same rules.
//!
//! Exits 0 when the alarm was silent before and has fired after.

mod plays;
mod seen;

use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use stand::alarm::{Alarm, Verdict};
use stand::{Stand, StandError};

use crate::plays::{PLAYS, Play};
use crate::seen::look;

/// How long an alarm may take.
const PATIENCE: Duration = Duration::from_mins(15);
/// Between two looks.
const LOOK: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    let mut names = std::env::args().skip(1);
    let (Some(name), None) = (names.next(), names.next()) else {
        for play in PLAYS {
            println!("{:20} {}", play.name, play.cause);
        }
        println!("\nmake rehearse NAME=<one of these>; docs/runbook.md has what each means");
        return ExitCode::SUCCESS;
    };
    let Some(play) = PLAYS.iter().find(|play| play.name == name) else {
        eprintln!("rehearse: there is no {name}; `make rehearse` lists what there is");
        return ExitCode::FAILURE;
    };
    match rehearse(play).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("rehearse: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn rehearse(play: &Play) -> Result<bool, StandError> {
    let stand = Stand::start_with(play.parameters, |doing| println!("  {doing}")).await?;
    let alarm = Alarm::deployed(&stand.aws, "message-revoke", play.alarm).await?;
    println!("\n{}: {}\n  {alarm}\n", play.name, play.cause);
    let began = now();
    let mut points = Vec::new();
    look(&stand, play, &alarm, &mut points).await?;
    if alarm.verdict(&points, began, began) == Verdict::Fires {
        println!("WRONG: it fires before anything has happened");
        return Ok(false);
    }
    let mut cause = play.start(&stand);
    let mut told = 0;
    let fired = async {
        loop {
            look(&stand, play, &alarm, &mut points).await?;
            let at = now();
            let periods = alarm.periods(&points, began, at);
            let fires = alarm.verdict(&points, began, at) == Verdict::Fires;
            // The period under way may still change, unless it is the last that is looked at.
            let over = periods.iter().filter(|period| fires || alarm.is_over(period, at)).count();
            print!("{}", alarm.told(&periods[told..over]));
            told = over;
            if fires {
                return Ok::<_, StandError>(());
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let fired = tokio::select! {
        fired = tokio::time::timeout(PATIENCE, fired) => fired,
        // Ends only when it cannot go on.
        failed = &mut cause => return Err(failed.err().unwrap_or_else(|| StandError::Unexpected("the cause ended".to_owned()))),
    };
    drop(cause);
    let Ok(fired) = fired else {
        println!("WRONG: it did not fire within {} minutes", PATIENCE.as_secs() / 60);
        eprintln!("{}", stand.complaints().await);
        return Ok(false);
    };
    fired?;
    println!("\n  ALARM {} after {} s", alarm.name, now().duration_since(began).as_secs());
    if let Some(mended) = play.mend(&stand).await? {
        println!("  {mended}");
    }
    Ok(true)
}

#[expect(clippy::disallowed_methods, reason = "a rehearsal lives in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}
