//! What the function works with, made once per execution environment.

use revocation_aws::{QueueUrls, Work, sdk_config};
use revocation_lambda::config::{ConfigError, Settings};

pub async fn connect(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Work, ConfigError> {
    let mut settings = Settings::new(lookup);
    let pushes = settings.text("PUSHES_TABLE");
    let fanout = settings.text("FANOUT_QUEUE_URL");
    let dispatch = settings.read("DISPATCH_QUEUE_URLS", QueueUrls::FORMAT, QueueUrls::parse_dispatch);
    settings.finish()?;
    Ok(Work::new(&sdk_config().await, pushes, fanout, dispatch.unwrap_or_default()))
}
