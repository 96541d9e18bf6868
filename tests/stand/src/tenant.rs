//! A tenant: its access keys, its credentials at the vendors.

use std::ffi::OsString;

use local_stack::built_binaries;
use tokio::process::Command;

use crate::api::Api;
use crate::apps::Apps;
use crate::error::StandError;
use crate::stand::Stand;

/// One app and workspace, ready to be used. Each role is an [`Api`] of its own.
pub struct Tenant {
    pub app: String,
    pub workspace: String,
    pub sender: Api,
    pub viewer: Api,
    pub operator: Api,
    pub admin: Api,
    apps: Apps,
}

impl Tenant {
    pub(crate) async fn make(stand: &Stand, app: &str, workspace: &str) -> Result<Self, StandError> {
        let apps = Apps::named_after(app, workspace)?;
        apps.sign_up(stand, app, workspace).await?;
        let key = async |role| Ok::<_, StandError>(Api::new(stand, stand.new_key(app, workspace, role).await?));
        // They speak through mPaaS SDKs, too.
        let signing = async |role| Ok::<_, StandError>(Api::new(stand, stand.new_rpc_key(app, workspace, role).await?));
        Ok(Self {
            app: app.to_owned(),
            workspace: workspace.to_owned(),
            sender: key("sender").await?,
            viewer: signing("viewer").await?,
            operator: signing("operator").await?,
            admin: key("admin").await?,
            apps,
        })
    }

    /// What the simulator wants as the app of a device at `vendor`.
    ///
    /// # Panics
    /// When there is no such vendor.
    pub fn app_at(&self, vendor: &str) -> String {
        self.apps.at(vendor).name.clone()
    }

    /// The same of every vendor.
    pub fn apps(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.apps.vendors().map(|(vendor, app)| (vendor, app.name.as_str()))
    }

    /// Gives the app another secret at `vendor`, which ours is not told of, and ends its sessions there.
    ///
    /// # Panics
    /// When there is no such vendor.
    pub async fn change_secret_at(&self, stand: &Stand, vendor: &str) -> Result<(), StandError> {
        let mut app = self.apps.at(vendor).at_vendor.clone();
        app["client_secret"] = "another-secret".into();
        stand.devices.control("/apps", &app).await?;
        stand
            .devices
            .fault(&serde_json::json!({"vendor": vendor, "expire_sessions": true}))
            .await
    }

    /// Makes vivo answer this app's recalls as if there were no such call, or as ever.
    pub async fn recall_at_vivo(&self, stand: &Stand, exists: bool) -> Result<(), StandError> {
        let mut app = self.apps.at("vivo").at_vendor.clone();
        app["recall"] = exists.into();
        stand.devices.control("/apps", &app).await.map(|_| ())
    }
}

impl Stand {
    /// Makes an access key with the command that operators use.
    pub async fn new_key(&self, app: &str, workspace: &str, role: &str) -> Result<String, StandError> {
        let key = self.keys(&["new", "--app", app, "--workspace", workspace, "--role", role]).await?;
        Ok(key.trim().to_owned())
    }

    /// The same, for a key that signs calls of mPaaS SDKs.
    pub async fn new_rpc_key(&self, app: &str, workspace: &str, role: &str) -> Result<String, StandError> {
        let new = ["new", "--app", app, "--workspace", workspace, "--role", role, "--rpc"];
        Ok(self.keys(&new).await?.trim().to_owned())
    }

    /// Lets whoever sends to the queue of recordings here record for a tenant. The local AWS knows one sender,
    /// whoever it is: its account.
    pub async fn bind_queue_sender(&self, app: &str, workspace: &str) -> Result<(), StandError> {
        let account = "000000000000";
        self.keys(&["bind-sender", account, "--app", app, "--workspace", workspace])
            .await
            .map(|_| ())
    }

    /// Runs `revocation-keys` against this stand.
    pub async fn keys(&self, arguments: &[&str]) -> Result<String, StandError> {
        let mut program: OsString = built_binaries()?.into();
        program.push("/revocation-keys");
        let failed = |output: String| StandError::Command {
            command: format!("revocation-keys {}", arguments.join(" ")),
            output,
        };
        let output = Command::new(program)
            .args(arguments)
            .envs(self.aws.client_env())
            .env("ACCESS_KEYS_TABLE", self.stack.get("AccessKeysTableName")?)
            .env("RPC_SECRETS_KEY", self.stack.get("RpcSecretsKeyId")?)
            .output()
            .await
            .map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()))
        }
    }
}
