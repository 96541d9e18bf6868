//! Law L8: no device token, push text, credential or key in any log. Runs last, over all that was logged.

use stand::Stand;

use crate::Outcome;
use crate::fixture::{NOTIFY_ID, check, tokens};

pub async fn no_function_logged_a_token_a_text_or_a_secret(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("quiet", "default").await?;
    let apple = tokens("apns", "load-0", 1);
    let secret = tenant.operator.key.split('.').nth(1).unwrap_or_default();
    // Make sure the key was used.
    tenant.operator.get("/v1/pushes?type=batch").await?;
    let mut seen = 0;
    for function in &stand.functions {
        let log = stand.aws.function_log(function).await?;
        seen += log.lines().count();
        for planted in [
            "PLANTED-TOKEN",
            "PLANTED-TITLE",
            "secret-of-",
            "PRIVATE KEY",
            "PLANTED-DEVICE",
            "dt_",
            "access_key=",
            &apple[0],
            secret,
            "Bearer ",
        ] {
            check(!log.contains(planted), || format!("{function} logged {planted}"))?;
        }
    }
    check(seen > 10, || format!("only {seen} lines were logged; notify id {NOTIFY_ID}"))
}
