//! `infra/template.yaml`, from its sources in `infra/template`.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use revocation_http::route::{Deployed, Function, deployed};
use revocation_rules::role::Permission;

use crate::error::GenerateError;
use crate::{channels, in_project, pascal, read};

/// The source that names the others in their order.
const ROOT: &str = "template.yaml";

/// The values of `ScalingConfig.MaximumConcurrency` that a person may choose among.
const CONCURRENCIES: [u16; 9] = [2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// The requests a second that a person may choose among for the routes that are not for senders.
const RATES: [u16; 9] = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/// Deployed of the binary of `lookup` once more: a sender that asks it waits behind no list.
const GATE: &str = "gate";

pub(crate) fn render() -> Result<String, GenerateError> {
    let mut sources = Environment::new();
    let whole_lines = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    sources.set_syntax(whole_lines);
    sources.set_undefined_behavior(UndefinedBehavior::Strict);
    sources.add_filter("pascal", |name: &str| pascal(name));
    sources.add_global("concurrencies", CONCURRENCIES.to_vec());
    sources.add_global("rates", RATES.to_vec());
    sources.add_global("channels", channels::dispatched());
    sources.add_global("routes", routes());

    let folder = in_project("infra/template");
    let failed = |source| GenerateError::File(folder.clone(), source);
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        sources.add_template_owned(entry.file_name().to_string_lossy().into_owned(), read(&entry.path())?)?;
    }
    Ok(sources.get_template(ROOT)?.render(context! {})?)
}

fn routes() -> Vec<Value> {
    let all = deployed().into_iter();
    all.map(|route| {
        let function = match route.permission {
            Some(Permission::AskGate) => GATE,
            Some(_) | None => route.function.as_str(),
        };
        context! { limit => limit(&route), name => route.name, key => route.key, function }
    })
    .collect()
}

/// Whose limit of requests a route has, if it does not share that of senders.
fn limit(route: &Deployed) -> Option<&'static str> {
    match route.permission {
        Some(Permission::Read) => Some("Read"),
        Some(Permission::Revoke) => Some("Revoke"),
        // what signs its calls: they read and revoke, by their parameters
        None if matches!(route.function, Function::Mpaas) => Some("Revoke"),
        Some(Permission::Send | Permission::AskGate | Permission::CallBack | Permission::Identify) | None => None,
    }
}
