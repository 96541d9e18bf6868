//! The fakes keep the contract of every port.

use std::time::Duration;

use jiff::SignedDuration;
use revocation_app::ports::{Clock, Job, JobQueue, QueueError};
use revocation_testkit::contract::{self, QueueUnderTest};
use revocation_testkit::{
    ManualClock, MemoryAccessKeys, MemoryDevices, MemoryNonces, MemoryQueue, MemorySeal, MemorySenders, MemorySessions, MemoryStore,
    builders, run,
};

#[test]
fn the_store_in_memory_keeps_the_contract() {
    run(contract::all_store_ports(&MemoryStore::new()));
}

#[test]
fn the_store_in_memory_keeps_the_contract_with_small_pages() {
    let store = MemoryStore::new().with_pages_of(1);
    run(contract::all_store_ports(&store));
    // And again on a store that is not empty.
    run(contract::all_store_ports(&store));
}

#[test]
fn the_store_in_memory_keeps_the_contract_of_ids_that_are_used_again() {
    let clock = ManualClock::at(builders::noon());
    let store = MemoryStore::new().with_clock(&clock);
    run(contract::lives(&store, &|time| clock.set(time)));
}

struct Tested {
    queue: MemoryQueue,
    clock: ManualClock,
}

impl JobQueue for Tested {
    async fn send(&self, jobs: &[Job], delay: Duration) -> Result<(), QueueError> {
        self.queue.send(jobs, delay).await
    }
}

impl QueueUnderTest for Tested {
    async fn drain(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        while let Some(receipt) = self.queue.receive(0, SignedDuration::from_secs(60)) {
            self.queue.done(&receipt);
            jobs.push(receipt.job);
        }
        jobs
    }

    async fn wait(&self, time: Duration) {
        self.clock.set(self.clock.now() + time);
    }
}

#[test]
fn the_queue_in_memory_keeps_the_contract() {
    let clock = ManualClock::at(builders::noon());
    let queue = MemoryQueue::new(&clock);
    run(contract::job_queue(&Tested { queue, clock }));
}

#[test]
fn a_job_that_is_not_done_comes_back() {
    let clock = ManualClock::at(builders::noon());
    let queue = MemoryQueue::new(&clock).parking_after(2);
    let job = Job::Fanout {
        push: builders::a_push().registration().push,
        revocation: "rvk_1".parse().unwrap(),
    };
    run(queue.send(std::slice::from_ref(&job), Duration::ZERO)).unwrap();
    for redelivered in 0..2 {
        let receipt = queue.receive(0, SignedDuration::from_secs(60)).unwrap();
        assert_eq!((receipt.job, receipt.redelivered), (job.clone(), redelivered));
        assert_eq!(queue.receive(0, SignedDuration::from_secs(60)), None, "hidden");
        clock.set(clock.now() + SignedDuration::from_secs(60));
    }
    assert_eq!(queue.receive(0, SignedDuration::from_secs(60)), None);
    assert_eq!(queue.parked(), [job]);
}

#[test]
fn the_keys_in_memory_keep_the_contract() {
    run(contract::access_keys(
        &MemoryAccessKeys::default(),
        async |keys: &MemoryAccessKeys, key| keys.insert(key),
    ));
}

#[test]
fn the_seal_in_memory_keeps_the_contract() {
    run(contract::secret_seal(&MemorySeal));
}

#[test]
fn the_senders_in_memory_keep_the_contract() {
    run(contract::queue_senders(
        &MemorySenders::default(),
        async |senders: &MemorySenders, sender, tenant| senders.bind(sender, tenant),
    ));
}

#[test]
fn the_nonces_in_memory_keep_the_contract() {
    run(contract::nonces(&MemoryNonces::default()));
}

#[test]
fn the_sessions_in_memory_keep_the_contract() {
    run(contract::session_store(&MemorySessions::default()));
}

#[test]
fn the_devices_in_memory_keep_the_contract() {
    for store in [MemoryDevices::new(), MemoryDevices::new().with_pages_of(1)] {
        run(contract::devices(&store));
        // And again on a store that is not empty.
        run(contract::devices(&store));
    }
}
