//! What the scenarios are told: where the stack is, and who may do what there.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use local_stack::built_binaries;
use serde_json::{Map, Value, json};
use stand::{Stand, Tenant};

use crate::tools::Tools;
use crate::{Failure, here, many_pushes};

/// What the scenarios find.
pub struct World {
    /// The file that tells them.
    pub file: PathBuf,
    many_pushes: Option<Tenant>,
}

impl World {
    /// Takes a while; one file of scenarios needs them.
    pub async fn write_many_pushes(&self, stand: &Stand) -> Result<(), Failure> {
        match &self.many_pushes {
            Some(tenant) => many_pushes::write(stand, tenant).await,
            None => Ok(()),
        }
    }
}

/// Makes a tenant for each file of scenarios, named as the file.
pub async fn prepare(stand: &Stand, tools: &Tools, files: &[PathBuf]) -> Result<World, Failure> {
    let names: Vec<String> = files.iter().filter_map(|file| name(file)).collect();
    let tenants = try_join_all(names.iter().map(|name| stand.tenant(app(name), "default"))).await?;
    let mut told = Map::new();
    let mut many_pushes = None;
    for (name, tenant) in names.into_iter().zip(tenants) {
        told.insert(name.clone(), tell(&tenant));
        if name == many_pushes::SCENARIOS {
            many_pushes = Some(tenant);
        }
    }
    let pictures = tmp().join("browser");
    let world = json!({
        "console": console(stand)?,
        "api": stand.stack.api_url(),
        "control": stand.control(),
        "chromium": tools.chromium,
        "packages": tools.packages,
        "pictures": pictures,
        "images": here().join("../../docs/images"),
        "keys_command": keys_command(stand)?,
        "tenants": told,
    });
    let file = tmp().join(format!("browser-world-{}.json", std::process::id()));
    std::fs::write(&file, world.to_string())?;
    forget_the_page(&file)?;
    Ok(World { file, many_pushes })
}

/// What scenarios of an earlier run with this process id remember (`support/scenario.mjs`) may be another page.
fn forget_the_page(file: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(file.with_extension("json.page")) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn tmp() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// `sign-in` of `scenarios/sign-in.test.mjs`.
pub fn name(file: &Path) -> Option<String> {
    Some(file.file_name()?.to_str()?.strip_suffix(".test.mjs")?.to_owned())
}

/// The tenant that is on the pictures in the documentation has a believable name.
fn app(name: &str) -> &str {
    if name == "screenshots" { "shop" } else { name }
}

/// As on AWS: at the root of a host of its own. A browser resolves names under `.localhost` itself.
fn console(stand: &Stand) -> Result<String, Failure> {
    let endpoint = stand.aws.endpoint();
    let port = endpoint.rsplit(':').next().ok_or("no port")?;
    Ok(format!("http://{}.execute-api.localhost:{port}/console", stand.stack.get("ApiId")?))
}

fn tell(tenant: &Tenant) -> Value {
    let apps: Map<String, Value> = tenant.apps().map(|(vendor, app)| (vendor.to_owned(), app.into())).collect();
    json!({
        "app": tenant.app,
        "workspace": tenant.workspace,
        "apps": apps,
        "keys": {
            "sender": tenant.sender.key,
            "viewer": tenant.viewer.key,
            "operator": tenant.operator.key,
            "admin": tenant.admin.key,
        },
    })
}

/// The command with which operators make and disable keys, and where it finds them.
fn keys_command(stand: &Stand) -> Result<Value, Failure> {
    let mut environment: Map<String, Value> = stand
        .aws
        .client_env()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    environment.insert("RPC_SECRETS_KEY".to_owned(), stand.stack.get("RpcSecretsKeyId")?.into());
    environment.insert("ACCESS_KEYS_TABLE".to_owned(), stand.stack.get("AccessKeysTableName")?.into());
    Ok(json!({ "program": built_binaries()?.join("revocation-keys"), "env": environment }))
}
