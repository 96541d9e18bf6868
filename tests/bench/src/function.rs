//! A function as a process: the deployed binary, or a peer that does the same.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use crate::error::BenchError;
use crate::fakes::Fakes;
use crate::process::Process;
use crate::runtime_api::{Answered, RuntimeApi};

/// What the template gives a dispatcher, which asks no vendor in its last half minute.
pub const TIMEOUT: Duration = Duration::from_mins(1);
/// Events before those that are measured.
pub const WARM_UPS: u64 = 3;

/// What one event took.
pub struct Invoked {
    pub answer: Value,
    /// From handing it over to the answer.
    pub took: Duration,
    pub cpu: Duration,
}

pub struct Function {
    child: Child,
    api: RuntimeApi,
    pub process: Process,
    pub started: Instant,
}

impl Function {
    /// Starts `command` with all settings that any function has, and `more`.
    pub async fn start(command: &[&Path], fakes: &Fakes, more: &[(&str, String)]) -> Result<Self, BenchError> {
        let api = RuntimeApi::start().await?;
        Self::start_with(command, fakes, more, api)
    }

    fn start_with(command: &[&Path], fakes: &Fakes, more: &[(&str, String)], api: RuntimeApi) -> Result<Self, BenchError> {
        let program = command.first().ok_or_else(|| BenchError::new("no program"))?;
        let started = Instant::now();
        let child = Command::new(program)
            .args(&command[1..])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .envs(fakes.environment())
            .envs(more.iter().map(|(name, value)| (*name, value.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| BenchError::new(format!("{}: {error}", program.display())))?;
        let pid = child.id().ok_or_else(|| BenchError::new("it has ended already"))?;
        Ok(Self {
            child,
            api,
            process: Process::of(pid)?,
            started,
        })
    }

    /// One that has asked for its first event.
    pub async fn up(command: &[&Path], fakes: &Fakes, more: &[(&str, String)]) -> Result<Self, BenchError> {
        let function = Self::start(command, fakes, more).await?;
        function.api.is_up().await?;
        Ok(function)
    }

    /// From the start of its process to the answer to `event`.
    pub async fn from_start(
        command: &[&Path],
        fakes: &Fakes,
        more: &[(&str, String)],
        event: &Value,
    ) -> Result<(Self, Duration), BenchError> {
        let api = RuntimeApi::start().await?;
        let answered = api.hand_over(bytes(event), Duration::from_secs(30));
        let function = Self::start_with(command, fakes, more, api)?;
        let answered = wait(answered, Duration::from_secs(30)).await?;
        check(&serde_json::from_slice(&answered.body)?)?;
        let took = answered.at - function.started;
        Ok((function, took))
    }

    pub async fn invoke(&self, event: &Value, time: Duration) -> Result<Invoked, BenchError> {
        let event = bytes(event);
        let (began, before) = (Instant::now(), self.process.cpu()?);
        let answered = wait(self.api.hand_over(event, time), time).await?;
        let cpu = self.process.cpu()?.saturating_sub(before);
        let answer = serde_json::from_slice(&answered.body)?;
        check(&answer)?;
        Ok(Invoked {
            answer,
            took: answered.at - began,
            cpu,
        })
    }

    /// The CPU of each of `times` events, in microseconds, once it is warm: in rounds, each a mean.
    pub async fn cpu_us(&self, event: &Value, rounds: usize, times: u32) -> Result<Vec<f64>, BenchError> {
        for _ in 0..WARM_UPS {
            self.invoke(event, TIMEOUT).await?;
        }
        let mut all = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let before = self.process.cpu()?;
            for _ in 0..times {
                self.invoke(event, TIMEOUT).await?;
            }
            let used = self.process.cpu()?.saturating_sub(before);
            all.push(used.as_secs_f64() * 1e6 / f64::from(times));
        }
        Ok(all)
    }

    pub async fn stop(mut self) -> Result<(), BenchError> {
        self.child.kill().await?;
        Ok(())
    }
}

fn bytes(event: &Value) -> Bytes {
    event.to_string().into()
}

/// Longer than Lambda would: a debug build is slow.
async fn wait(answered: oneshot::Receiver<Result<Answered, String>>, time: Duration) -> Result<Answered, BenchError> {
    let answered = tokio::time::timeout(time * 3, answered).await;
    let answered = answered.map_err(|_| BenchError::new("the function does not answer"))?;
    answered?.map_err(|why| BenchError::new(format!("the function failed: {why}")))
}

/// A yes of a gateway's event, or a queue's event without a message that comes again.
fn check(answer: &Value) -> Result<(), BenchError> {
    let status = answer["statusCode"].as_u64().unwrap_or(200);
    let failures = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
    if status >= 300 || failures > 0 {
        return Err(BenchError::new(format!("it answered {answer}")));
    }
    Ok(())
}
