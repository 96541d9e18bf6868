//! Lists of pushes: newest first, by day, page by page.

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{PushFilter, PushList as _, PushListPage, PushListQuery, PushStore as _};
use revocation_rules::ids::PushRef;
use revocation_rules::push::PushType;

use super::support::*;

fn query(from: Timestamp, to: Timestamp) -> PushListQuery {
    PushListQuery {
        tenant: tenant("app"),
        push_type: PushType::Batch,
        from,
        to,
        limit: 100,
        filter: PushFilter::default(),
        target: None,
        after: None,
    }
}

async fn sent(stand: &Stand, of: &PushRef, at: Timestamp) {
    let mut push = a_push(of);
    push.registration.sent_at = at;
    stand.store.insert_push(&push).await.unwrap();
}

async fn list(stand: &Stand, query: &PushListQuery) -> PushListPage {
    stand.store.list(query).await.unwrap().unwrap()
}

fn ids(page: &PushListPage) -> Vec<&str> {
    page.pushes.iter().map(|push| push.registration.push.id.as_str()).collect()
}

#[tokio::test]
async fn pushes_of_several_days_come_newest_first_and_both_ends_belong() {
    let stand = Stand::new().await;
    for (id, days) in [("now", 0), ("1", 1), ("3", 3), ("5", 5)] {
        sent(&stand, &task(id), later(-days * DAY)).await;
    }
    let millisecond = SignedDuration::from_millis(1);
    assert_eq!(ids(&list(&stand, &query(later(-9 * DAY), now())).await), ["now", "1", "3", "5"]);
    assert_eq!(ids(&list(&stand, &query(later(-3 * DAY), later(-DAY))).await), ["1", "3"]);
    assert_eq!(
        ids(&list(&stand, &query(later(-3 * DAY) + millisecond, later(-DAY) - millisecond)).await),
        [""; 0]
    );
    assert_eq!(ids(&list(&stand, &query(now(), later(-DAY))).await), [""; 0]);
}

#[tokio::test]
async fn pages_of_every_size_give_each_push_once() {
    let stand = Stand::new().await;
    // Three at the same millisecond, several on a day, empty days between.
    let times = [0, 0, 0, -1, -50, -DAY, -DAY - 1, -4 * DAY, -4 * DAY, -20 * DAY];
    for (n, seconds) in times.iter().enumerate() {
        sent(&stand, &task(&format!("t{n}")), later(*seconds)).await;
    }
    let mut query = query(later(-30 * DAY), now());
    let whole = list(&stand, &query).await;
    assert_eq!(whole.pushes.len(), times.len());
    assert_eq!(whole.next, None);
    for limit in 1..=times.len() {
        query.limit = limit;
        query.after = None;
        let mut found = Vec::new();
        loop {
            let page = list(&stand, &query).await;
            assert!(page.pushes.len() <= limit);
            found.extend(page.pushes);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(found, whole.pushes, "limit {limit}");
    }
}

#[tokio::test]
async fn a_list_goes_back_31_days_at_most() {
    let stand = Stand::new().await;
    sent(&stand, &task("in"), later(-31 * DAY)).await;
    sent(&stand, &task("out"), later(-31 * DAY - 1)).await;
    assert_eq!(ids(&list(&stand, &query(Timestamp::UNIX_EPOCH, now())).await), ["in"]);
}

#[tokio::test]
async fn a_list_has_one_tenant_and_one_type() {
    let stand = Stand::new().await;
    sent(&stand, &task("mine"), now()).await;
    let foreign = PushRef {
        tenant: tenant("app2"),
        ..task("foreign")
    };
    sent(&stand, &foreign, now()).await;
    let mut broadcast = a_push(&task("broadcast"));
    broadcast.registration.push_type = PushType::Broadcast;
    stand.store.insert_push(&broadcast).await.unwrap();
    assert_eq!(ids(&list(&stand, &query(later(-DAY), now())).await), ["mine"]);
}

#[tokio::test]
async fn a_place_that_we_did_not_give_is_no_place() {
    let stand = Stand::new().await;
    let mut query = query(later(-DAY), now());
    for after in ["", "x", "eyJ2IjoiMSJ9", "eyJ2IjoiMiIsImJlZm9yZSI6IjEjIn0", "%%%"] {
        query.after = Some(after.to_owned());
        assert_eq!(stand.store.list(&query).await.unwrap(), None, "{after}");
    }
}

#[tokio::test]
async fn a_place_of_another_tenant_shows_nothing_of_it() {
    let stand = Stand::new().await;
    let foreign = |id| PushRef {
        tenant: tenant("app2"),
        ..task(id)
    };
    for id in ["f1", "f2", "f3"] {
        sent(&stand, &foreign(id), now()).await;
    }
    sent(&stand, &task("mine"), later(-60)).await;
    let mut theirs = query(later(-DAY), now());
    theirs.tenant = tenant("app2");
    theirs.limit = 1;
    let place = list(&stand, &theirs).await.next;
    assert!(place.is_some());
    let mut mine = query(later(-DAY), now());
    mine.after = place;
    assert_eq!(ids(&list(&stand, &mine).await), ["mine"]);
}

#[tokio::test]
async fn a_filter_that_lets_little_through_looks_at_a_bounded_number_and_goes_on_there() {
    let stand = Stand::new().await;
    for n in 0..1_250 {
        sent(&stand, &task(&format!("t{n}")), later(-60 * n)).await;
    }
    let mut query = query(later(-9 * DAY), now());
    query.filter.name = Some("no such title".to_owned());
    let before = stand.faults.requests();
    let first = list(&stand, &query).await;
    assert_eq!(ids(&first), [""; 0]);
    assert!(stand.faults.requests() - before < 10);
    query.after = first.next;
    assert!(query.after.is_some());
    assert_eq!(list(&stand, &query).await.next, None);
    query.filter.name = None;
    assert_eq!(ids(&list(&stand, &query).await)[0], "t1000");
}
