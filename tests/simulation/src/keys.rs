//! Keys that are disabled while they are used: many requests, several environments of a function,
//! each with keys that it read, a store that loses calls, and clocks that differ, jump and freeze.
//!
//! The law: **a key that was disabled a minute ago opens nothing**, however often it was used
//! meanwhile. The minute is that of the environment's own clock. So that the law is not kept by
//! refusing everybody, a key that is active opens, and is not read for every request.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{AccessKey, KeptSecret, KeyState, SecretDigest};
use revocation_http::audit::Asked;
use revocation_http::auth::authenticate;
use revocation_http::key_cache::{KEEP, KeyCache};
use revocation_http::problem::ProblemKind;
use revocation_rules::ids::KeyId;
use revocation_rules::role::{Permission, Role};
use revocation_testkit::{Chance, MemoryAccessKeys, Weather, builders, run};

use crate::events::Events;

const KEYS: usize = 3;
const SEEDS: u64 = 2_000;

/// One environment: its cache, and how wrong its clock is.
struct Environment {
    cache: KeyCache,
    skew: SignedDuration,
}

/// A key as those know it who may disable it.
struct Known {
    id: KeyId,
    /// When it was disabled, by the true clock.
    disabled_at: Option<Timestamp>,
}

struct World {
    chance: Chance,
    now: Timestamp,
    store: MemoryAccessKeys,
    keys: Vec<Known>,
    environments: Vec<Environment>,
    events: Events,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ 0x6b65_7973);
        // Calls get lost; a request is one step here.
        let errors = *chance.pick(&[0, 0, 50]);
        let weather = Weather::storm(chance.number(), errors);
        let store = MemoryAccessKeys::default().in_weather(&weather);
        let keys = (0..KEYS)
            .map(|nth| {
                let id: KeyId = format!("key-{nth}").parse().unwrap();
                store.insert(key(&id));
                Known { id, disabled_at: None }
            })
            .collect();
        let environments = (0..=chance.below(3)).map(|_| Environment::new(&mut chance)).collect();
        Self {
            chance,
            now: builders::noon(),
            store,
            keys,
            environments,
            events: Events::default(),
        }
    }

    fn step(&mut self) {
        match self.chance.below(100) {
            // It is used all along.
            0..70 => self.uses(),
            70..74 => self.turn(KeyState::Disabled),
            74..76 => self.turn(KeyState::Active),
            76 => {
                let nth = self.chance.below(self.environments.len());
                self.environments[nth] = Environment::new(&mut self.chance);
                self.events.saw("a new environment");
            }
            77 => {
                // Back, so that ages cannot be trusted; the law is for those that it leaves.
                let nth = self.chance.below(self.environments.len());
                let back = SignedDuration::from_secs(i64::try_from(self.chance.below(600)).unwrap());
                // One that is smaller than the pause before it cannot be seen: here is no pause.
                self.ask(nth, 0, "secret");
                self.environments[nth].skew -= back;
                self.ask(nth, 0, "secret");
                self.events.saw("a clock that was set back");
            }
            _ => {}
        }
        let most = *self.chance.pick(&[300, 5_000, 30_000]);
        self.now += SignedDuration::from_millis(1 + i64::try_from(self.chance.below(most)).unwrap());
    }

    fn turn(&mut self, state: KeyState) {
        let nth = self.chance.below(KEYS);
        let known = &mut self.keys[nth];
        self.store.set_state(&known.id, state);
        known.disabled_at = match state {
            KeyState::Active => None,
            KeyState::Disabled => known.disabled_at.or(Some(self.now)),
        };
    }

    fn uses(&mut self) {
        let nth = self.chance.below(self.environments.len());
        // The first one most of the time, so that it is never cold.
        let key = if self.chance.in_thousand(700) { 0 } else { self.chance.below(KEYS) };
        let wrong = self.chance.in_thousand(50);
        self.ask(nth, key, if wrong { "wrong" } else { "secret" });
    }

    fn ask(&mut self, environment: usize, key: usize, secret: &str) {
        let Environment { cache, skew } = &self.environments[environment];
        let at = self.now + *skew;
        let Known { id, disabled_at } = &self.keys[key];
        let headers = http::HeaderMap::from_iter([(http::header::AUTHORIZATION, format!("Bearer {id}.{secret}").parse().unwrap())]);
        let asked = Asked::new("GET /v1/me", Some(Permission::Identify));
        let reads = self.store.reads();
        let answer = run(authenticate(&asked, &headers, &self.store, cache, at));
        let read = self.store.reads() > reads;
        let age = disabled_at.map(|at| self.now.duration_since(at));
        match answer.map_err(|problem| problem.kind) {
            Ok(caller) => {
                assert_eq!((&caller.actor.key, secret), (id, "secret"), "somebody else was let in");
                assert!(
                    age.is_none_or(|age| age < KEEP),
                    "{id} was disabled {age:?} ago, and opens: it was used in between"
                );
                self.events.saw_if("a disabled key within its minute", age.is_some());
                self.events.saw_if("a key that was not read again", !read);
            }
            Err(ProblemKind::Unauthenticated) => {
                assert!(secret == "wrong" || age.is_some(), "{id} is active, and was refused");
                self.events.saw_if("a wrong secret", secret == "wrong");
                self.events.saw_if("a disabled key that was refused", age.is_some());
            }
            Err(ProblemKind::StoreUnavailable) => self.events.saw("a store that did not answer"),
            Err(other) => panic!("{id} was answered {other:?}"),
        }
    }
}

impl Environment {
    fn new(chance: &mut Chance) -> Self {
        Self {
            cache: KeyCache::default(),
            skew: SignedDuration::from_millis(i64::try_from(chance.below(60_001)).unwrap() - 30_000),
        }
    }
}

fn key(id: &KeyId) -> AccessKey {
    AccessKey {
        id: id.clone(),
        tenant: builders::tenant("APP1"),
        role: Role::Viewer,
        channel: None,
        state: KeyState::Active,
        label: None,
        secret: KeptSecret::Digest(SecretDigest::of("secret")),
        created_at: builders::noon(),
    }
}

/// How often each of these happens at least in all runs.
const EXPECTED: [(&str, u64); 7] = [
    ("a clock that was set back", 2_000),
    ("a disabled key that was refused", 50_000),
    ("a disabled key within its minute", 5_000),
    ("a key that was not read again", 50_000),
    ("a new environment", 2_000),
    ("a store that did not answer", 500),
    ("a wrong secret", 5_000),
];

#[test]
fn a_key_that_is_disabled_while_it_is_used_opens_nothing_a_minute_later() {
    let mut events = Events::default();
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for _ in 0..200 {
            world.step();
        }
        events.add(&world.events);
    }
    let missing: Vec<_> = EXPECTED.iter().filter(|(event, least)| events.count(event) < *least).collect();
    assert!(
        missing.is_empty(),
        "the simulation goes blind: too few of {missing:?} in {events:#?}"
    );
}
