//! Tasks as callers with numbers and numbered pages ask for them.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use jiff::SignedDuration;
use revocation_app::ports::{BatchRecorder, PushStore};
use revocation_app::{DeliveryCount, TaskListQuery, count_deliveries, find_task, list_tasks};
use revocation_rules::channel::Channel;
use revocation_rules::push::PushType;
use revocation_testkit::builders::{a_batch, a_push, message, noon, task, tenant};
use revocation_testkit::{ManualClock, MemoryStore, run};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// Ten tasks of both types in turn, a minute apart, the odd ones broadcasts.
fn ten_tasks() -> MemoryStore {
    let store = MemoryStore::new();
    for n in 0..10 {
        let id = task(&tenant("APP1"), &n.to_string());
        let mut push = a_push()
            .named(id)
            .sent_at(noon() + minutes(n))
            .titled(&format!("Sale {}", n % 3))
            .build();
        if n % 2 == 1 {
            push.registration.push_type = PushType::Broadcast;
        }
        run(store.insert_push(&push)).unwrap();
    }
    // No tasks, and nobody else's.
    for other in [message(&tenant("APP1"), "m"), task(&tenant("APP2"), "t")] {
        run(store.insert_push(&a_push().named(other).sent_at(noon()).build())).unwrap();
    }
    store
}

fn all() -> TaskListQuery {
    TaskListQuery {
        tenant: tenant("APP1"),
        from: noon(),
        to: noon() + minutes(60),
        name: None,
        skip: 0,
        take: 100,
    }
}

fn listed(store: &MemoryStore, query: &TaskListQuery) -> Vec<String> {
    let tasks = run(list_tasks(store, query)).unwrap();
    tasks.iter().map(|task| task.registration.push.id.to_string()).collect()
}

#[test]
fn tasks_of_both_types_are_one_list_newest_first() {
    let store = ten_tasks();
    let newest_first: Vec<String> = (0..10).rev().map(|n| n.to_string()).collect();
    assert_eq!(listed(&store, &all()), newest_first);
    for size in 1..=11 {
        let pages = (0..11).map(|page| TaskListQuery {
            skip: page * size,
            take: size,
            ..all()
        });
        let turned: Vec<String> = pages.flat_map(|page| listed(&store, &page)).collect();
        assert_eq!(turned, newest_first, "pages of {size}");
    }
}

#[test]
fn a_list_has_what_was_asked_for() {
    let store = ten_tasks();
    let of_name = |name: &str, skip| TaskListQuery {
        name: Some(name.to_owned()),
        skip,
        ..all()
    };
    assert_eq!(listed(&store, &of_name("Sale 1", 0)), ["7", "4", "1"]);
    assert_eq!(listed(&store, &of_name("Sale 1", 2)), ["1"]);
    assert_eq!(listed(&store, &of_name("Sale", 0)), [""; 0]);
    let since = TaskListQuery {
        from: noon() + minutes(8),
        ..all()
    };
    assert_eq!(listed(&store, &since), ["9", "8"]);
}

#[test]
fn a_task_is_found_by_its_number_and_by_its_id() {
    let store = MemoryStore::new();
    let (app, other) = (tenant("APP1"), tenant("APP2"));
    let sale = task(&app, "summer-sale");
    run(store.insert_push(&a_push().named(sale.clone()).build())).unwrap();
    let number = sale.task_number().unwrap().get().to_string();
    let find = |tenant, text: &str| run(find_task(&store, tenant, text)).unwrap();
    assert_eq!(find(&app, &number), Some(sale.clone()));
    assert_eq!(find(&app, "summer-sale"), Some(sale));
    // What is not a number that was made is an id, registered or not.
    assert_eq!(find(&app, "20842863"), Some(task(&app, "20842863")));
    assert_eq!(find(&other, &number), Some(task(&other, &number)));
    assert_eq!(find(&app, ""), None);
    assert_eq!(find(&app, "a\nb"), None);
}

#[test]
fn deliveries_are_counted_as_they_were_recorded() {
    let store = MemoryStore::new().with_pages_of(1);
    let push = a_push().build();
    run(store.insert_push(&push)).unwrap();
    assert_eq!(
        run(count_deliveries(&store, &ManualClock::at(noon()), &push)).unwrap(),
        DeliveryCount::default()
    );
    let batch = |id: &str| a_batch().of(&push).named(id);
    for batch in [
        batch("b1").to(&["u1", "u2"]).sent_at(noon() + minutes(5)),
        batch("b2").to(&["u3"]).on(Channel::SelfBuilt).sent_at(noon() + minutes(9)),
        batch("b3").to(&["u4", "u5", "u6"]).sent_at(noon() + minutes(3)),
        batch("b4").to(&["u7"]).held_back().sent_at(noon() + minutes(20)),
    ] {
        let (header, deliveries) = batch.build();
        run(store.record(&header, &deliveries)).unwrap();
    }
    assert_eq!(
        run(count_deliveries(&store, &ManualClock::at(noon()), &push)).unwrap(),
        DeliveryCount {
            recorded: 7,
            sent: 6,
            taken_by_vendors: 5,
            last_sent_at: Some(noon() + minutes(9)),
        }
    );
}
