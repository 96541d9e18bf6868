//! [`PushStore`].

use revocation_app::ports::{Inserted, PushStore, TaskNumbers};
use revocation_rules::notice::{Notice, Notices};

use super::{a_kept_push, an_unknown_push};
use crate::builders::{a_push, message, noon, tenant};

pub async fn push_store(store: &(impl PushStore + TaskNumbers)) {
    an_unknown_push_is_none(store).await;
    a_push_is_read_as_it_was_kept(store).await;
    a_second_insert_finds_the_first(store).await;
    a_message_and_a_task_of_one_id_are_two(store).await;
    tenants_do_not_share_ids(store).await;
    an_id_may_be_long(store).await;
    a_task_is_found_by_the_number_made_of_its_id(store).await;
}

async fn an_id_may_be_long(store: &impl PushStore) {
    for of in ["x", "促", "#%"] {
        let mut long = an_unknown_push();
        long.registration.push.id = of.repeat(4_096 / of.len()).parse().unwrap();
        let mut other = long.clone();
        other.registration.push.id = format!("{}y", of.repeat(4_095 / of.len())).parse().unwrap();
        assert_eq!(store.insert_push(&long).await.unwrap(), Inserted::New);
        assert_eq!(store.push(&other.registration.push).await.unwrap(), None);
        assert_eq!(store.insert_push(&long).await.unwrap(), Inserted::Existing(long.clone()));
        assert_eq!(store.push(&long.registration.push).await.unwrap(), Some(long));
    }
}

async fn a_task_is_found_by_the_number_made_of_its_id(store: &(impl PushStore + TaskNumbers)) {
    let push = an_unknown_push();
    let named = &push.registration.push;
    let number = named.task_number().unwrap();
    assert!(number.is_made(), "{named:?}");
    assert_eq!(store.task_numbered(&named.tenant, number).await.unwrap(), None);
    store.insert_push(&push).await.unwrap();
    assert_eq!(store.task_numbered(&named.tenant, number).await.unwrap().as_ref(), Some(named));
    let foreign = tenant(&format!("{}X", named.tenant.app));
    assert_eq!(store.task_numbered(&foreign, number).await.unwrap(), None);
    // Nor a message of the same id.
    let of_message = a_push().named(message(&foreign, named.id.as_str())).build();
    store.insert_push(&of_message).await.unwrap();
    assert_eq!(store.task_numbered(&foreign, number).await.unwrap(), None);
}

async fn an_unknown_push_is_none(store: &impl PushStore) {
    assert_eq!(store.push(&an_unknown_push().registration.push).await.unwrap(), None);
}

async fn a_push_is_read_as_it_was_kept(store: &impl PushStore) {
    let mut push = an_unknown_push();
    push.registration.send_until = Some(noon() + jiff::SignedDuration::from_millis(3_600_001));
    push.registration.notices = Some(Notices::from(Notice {
        title: "撤回".into(),
        text: "This message was sent in error.".into(),
    }));
    assert_eq!(store.insert_push(&push).await.unwrap(), Inserted::New);
    assert_eq!(store.push(&push.registration.push).await.unwrap(), Some(push));
}

async fn a_second_insert_finds_the_first(store: &impl PushStore) {
    let first = a_kept_push(store).await;
    let second = a_push().named(first.registration.push.clone()).titled("Another").build();
    assert_eq!(store.insert_push(&second).await.unwrap(), Inserted::Existing(first.clone()));
    assert_eq!(store.push(&first.registration.push).await.unwrap(), Some(first));
}

async fn a_message_and_a_task_of_one_id_are_two(store: &impl PushStore) {
    let of_task = a_kept_push(store).await;
    let push = &of_task.registration.push;
    let of_message = a_push().named(message(&push.tenant, push.id.as_str())).build();
    assert_eq!(store.insert_push(&of_message).await.unwrap(), Inserted::New);
    assert_eq!(store.push(push).await.unwrap(), Some(of_task));
}

async fn tenants_do_not_share_ids(store: &impl PushStore) {
    let mine = a_kept_push(store).await;
    let mut theirs = mine.registration.push.clone();
    theirs.tenant = tenant(&format!("{}X", theirs.tenant.app));
    assert_eq!(store.push(&theirs).await.unwrap(), None);
    // Ids may hold anything, separators too.
    let mut odd = an_unknown_push();
    odd.registration.push.id = "促销 #1/push#a%23".parse().unwrap();
    assert_eq!(store.insert_push(&odd).await.unwrap(), Inserted::New);
    assert_eq!(store.push(&odd.registration.push).await.unwrap(), Some(odd));
}
