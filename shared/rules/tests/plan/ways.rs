//! vivo can be asked in two ways: which one each delivery allows.

use super::*;

type BySlot = Vec<(usize, &'static str)>;

/// Slots that end by themselves, and what each call goes by: `n`otify id, vendor `t`ask.
fn ways(strategy: &str, scope: &Scope) -> (BySlot, BySlot) {
    let mut deliveries = deliveries();
    for delivery in &mut deliveries[..2] {
        delivery.vendor_task = Some("v1".parse().unwrap());
    }
    let header = header(Channel::Vivo, Sending::Sent);
    let revocation = terms_of(scope.clone());
    let channels = Channels::parse(&format!("vivo={strategy}")).unwrap();
    let fresh = BatchProgress::fresh(&header);
    let plan = plan(
        &header,
        Some(&deliveries),
        &revocation,
        &fresh,
        &Receipts::default(),
        &channels,
        noon(),
    );
    let way = |call: &ToCall<'_>| match (call.handle, call.vendor_task) {
        (Some(_), Some(_)) => "nt",
        (Some(_), None) => "n",
        (None, Some(_)) => "t",
        (None, None) => "",
    };
    (
        plan.ends.iter().map(|(slot, _, why)| (*slot, *why)).collect(),
        plan.calls.iter().map(|call| (call.slot, way(call))).collect(),
    )
}

#[test]
fn vivo_recalls_by_its_task_and_overwrites_by_the_notify_id() {
    let everything = Scope::everything();
    assert_eq!(
        ways("recall_then_overwrite", &everything),
        (vec![], vec![(0, "nt"), (1, "t"), (2, "n")])
    );
    assert_eq!(
        ways("recall", &everything),
        (vec![(2, reason::NO_VENDOR_TASK)], vec![(0, "t"), (1, "t")])
    );
    assert_eq!(
        ways("overwrite", &everything),
        (vec![(1, reason::NO_HANDLE)], vec![(0, "n"), (2, "n")])
    );
}

#[test]
fn a_vendor_task_is_recalled_only_when_all_its_deliveries_are_in_scope() {
    // Slot 1 has the same target as slot 0, and its task.
    assert_eq!(ways("recall", &only(&["u1"])).1, [(0, "t"), (1, "t")]);
    let mut deliveries = deliveries();
    for delivery in &mut deliveries {
        delivery.vendor_task = Some("v1".parse().unwrap());
    }
    let header = header(Channel::Vivo, Sending::Sent);
    let revocation = terms_of(only(&["u1"]));
    let fresh = BatchProgress::fresh(&header);
    let plan = plan_at_first(&header, &deliveries, &revocation, &fresh);
    assert_eq!(plan.ends, [(1, Outcome::NotRevocable, reason::COVERS_OTHERS)]);
    assert_eq!(plan.calls.len(), 1);
    assert_eq!(plan.calls[0].vendor_task, None, "it would be taken back from u2, too");
}
