//! Sends dead letters back to the queue they came from.
//!
//! By receiving, sending and deleting, and not by SQS's own move task: so each message is marked, which lets the
//! functions count what comes back, a run has an end in number and in time, and the local AWS, which knows no move
//! task, does the same. Region and credentials are the AWS SDK's own settings. What is being done goes to stderr,
//! the answer to stdout.

mod queues;
mod send_back;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use revocation_app::ports::with_causes;
use revocation_aws::{SystemClock, sdk_config_of_a_command};

use crate::queues::{QueueFailed, SqsQueues};
use crate::send_back::{Bounds, Ended, send_back};

/// Dead letters of message-revoke.
#[derive(Parser)]
#[command(name = "revocation-replay")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say how many dead letters there are; takes none.
    Look {
        /// The URL of the dead-letter queue: an output of the stack, such as `FanoutDeadLettersUrl`.
        #[arg(long)]
        from: String,
    },
    /// Send them back; those that were there at the start, and each once.
    Send {
        /// The URL of the dead-letter queue.
        #[arg(long)]
        from: String,
        /// The URL of the queue they came from, such as `FanoutQueueUrl`.
        #[arg(long)]
        to: String,
        /// No more than these.
        #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
        most: u64,
        /// Seconds after which nothing more is sent.
        #[arg(long, default_value_t = 300)]
        seconds: u64,
    },
}

#[derive(Debug, thiserror::Error)]
enum ReplayError {
    #[error("{from} has no dead letters of {to}: nothing is sent")]
    NotItsOwn { from: String, to: String },
    #[error("{}", with_causes(.0))]
    Queue(#[from] QueueFailed),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("revocation-replay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), ReplayError> {
    let sqs = aws_sdk_sqs::Client::new(&sdk_config_of_a_command().await);
    match command {
        Command::Look { from } => {
            let there = SqsQueues::new(sqs, from.clone(), from).count().await?;
            println!("{there} dead letters");
        }
        Command::Send { from, to, most, seconds } => {
            let queues = SqsQueues::new(sqs, from.clone(), to.clone());
            if !queues.belong_together().await? {
                return Err(ReplayError::NotItsOwn { from, to });
            }
            let there = queues.count().await?;
            eprintln!("{there} dead letters");
            let bounds = Bounds {
                most,
                time: Duration::from_secs(seconds),
            };
            let sent = send_back(&queues, &SystemClock, bounds, |sent| eprintln!("{sent} of {there} sent back")).await?;
            let why = match sent.ended {
                Ended::Empty => "no more are there",
                Ended::Most => "as many as were asked for",
                Ended::Time => "the time is over: run it again for the others",
            };
            println!("{} sent back; {why}", sent.sent);
        }
    }
    Ok(())
}
