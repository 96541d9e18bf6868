//! Law L6: two tenants never see or touch each other's data.

use stand::Stand;

use crate::Outcome;
use crate::fixture::{TITLE, all_show, check, deliver, expect_problem, outcomes, revoke, settled, task, tokens};

pub async fn the_same_ids_in_two_tenants_are_two_pushes(stand: &Stand) -> Outcome {
    let one = stand.tenant("twins", "one").await?;
    let two = stand.tenant("twins", "two").await?;
    let push = task(&one, "t1").await?;
    task(&two, "t1").await?;
    let (ones, twos) = (tokens("huawei", "twin-one", 30), tokens("huawei", "twin-two", 30));
    deliver(stand, &one, &push, "huawei", "b1", &ones).await?;
    deliver(stand, &two, &push, "huawei", "b1", &twos).await?;

    let revocation = revoke(&one, &push).await?;
    settled(&one, &revocation, 30).await?;
    all_show(stand, "huawei", &ones, "Message revoked").await?;
    all_show(stand, "huawei", &twos, TITLE).await?;
    let gate = two.sender.get(&format!("{push}/gate")).await?;
    check(gate.body["gate"] == "open", || format!("the other tenant's gate: {}", gate.body))?;
    expect_problem(&two.viewer.get(&revocation).await?, 404, "revocation-not-found")?;
    expect_problem(
        &two.viewer.get(&format!("{revocation}/outcomes")).await?,
        404,
        "revocation-not-found",
    )?;
    let theirs: Vec<_> = outcomes(&one, &revocation).await?;
    check(theirs.iter().all(|(target, ..)| ones.contains(target)), || {
        "foreign targets among the outcomes".to_owned()
    })
}
