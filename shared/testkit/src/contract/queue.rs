//! [`JobQueue`].

use std::time::Duration;

use revocation_app::ports::{DispatchJob, Job, JobQueue, RecountJob};
use revocation_rules::channel::Channel;
use revocation_rules::looks::Look;
use revocation_rules::redrive::Redrive;
use revocation_rules::settling::{Eagerness, Recount};

use super::{an_unknown_push, fresh};
use crate::builders::{a_batch, a_revocation};

/// A queue whose other end the test can see.
pub trait QueueUnderTest: JobQueue {
    /// Receives and deletes what can be received within a moment.
    fn drain(&self) -> impl Future<Output = Vec<Job>>;

    /// Lets this much time pass.
    fn wait(&self, time: Duration) -> impl Future<Output = ()>;
}

pub async fn job_queue(queue: &impl QueueUnderTest) {
    every_job_arrives_as_it_was_sent(queue).await;
    sending_nothing_is_no_error(queue).await;
    a_delayed_job_arrives_later(queue).await;
}

fn jobs(batches: usize) -> Vec<Job> {
    let push = an_unknown_push();
    let revocation: revocation_rules::ids::RevocationId = format!("rvk_{}", fresh()).parse().unwrap();
    let mut jobs = vec![
        Job::Fanout {
            push: push.registration.push.clone(),
            revocation: revocation.clone(),
        },
        Job::Check {
            push: push.registration.push.clone(),
            revocation: revocation.clone(),
            nth: 3,
        },
    ];
    let counted = a_revocation().of(&push).build();
    for (eagerness, so_far) in [
        (Eagerness::Redrive, None),
        (
            Eagerness::Look { nth: 2 },
            Some(Recount::start(&counted, Redrive::default(), counted.requested_at)),
        ),
    ] {
        jobs.push(Job::Recount(Box::new(RecountJob {
            push: push.registration.push.clone(),
            revocation: revocation.clone(),
            eagerness,
            so_far,
        })));
    }
    let (header, _) = a_batch().of(&push).named("confirmed").build();
    for (nth, look) in [(1, None), (0, Some(Look { nth: 3, by: u64::MAX }))] {
        let batch = header.batch.clone();
        jobs.push(Job::Confirm { batch, nth, look });
    }
    for nth in 0..batches {
        let channel = [Channel::Huawei, Channel::Apns][nth % 2];
        let (header, _) = a_batch().of(&push).named(&format!("b{nth}")).on(channel).build();
        jobs.push(Job::Dispatch(DispatchJob {
            batch: header.batch,
            channel,
            revocation: revocation.clone(),
            replays: Some(2).filter(|_| nth.is_multiple_of(2)),
            nth: u32::try_from(nth).unwrap_or_default() % 3,
        }));
    }
    jobs
}

async fn every_job_arrives_as_it_was_sent(queue: &impl QueueUnderTest) {
    // More than the real queue takes in one call, which is 10.
    let sent = jobs(23);
    queue.send(&sent, Duration::ZERO).await.unwrap();
    let received = queue.drain().await;
    for job in sent {
        assert!(received.contains(&job), "{job:?} did not arrive");
    }
}

async fn sending_nothing_is_no_error(queue: &impl QueueUnderTest) {
    queue.send(&[], Duration::ZERO).await.unwrap();
}

async fn a_delayed_job_arrives_later(queue: &impl QueueUnderTest) {
    let sent = jobs(0);
    queue.send(&sent, Duration::from_secs(2)).await.unwrap();
    assert!(!queue.drain().await.iter().any(|job| sent.contains(job)), "too early");
    queue.wait(Duration::from_secs(3)).await;
    let received = queue.drain().await;
    assert!(sent.iter().all(|job| received.contains(job)));
}
