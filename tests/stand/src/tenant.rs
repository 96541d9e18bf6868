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
    /// The app's name at each vendor.
    pub huawei_app: String,
    pub xiaomi_package: String,
    pub oppo_app: String,
    pub vivo_app: u32,
    pub bundle_id: String,
}

impl Tenant {
    pub(crate) async fn make(stand: &Stand, app: &str, workspace: &str) -> Result<Self, StandError> {
        let apps = Apps::named_after(app, workspace);
        apps.sign_up(stand, app, workspace).await?;
        let key = async |role| Ok::<_, StandError>(Api::new(stand, stand.new_key(app, workspace, role).await?));
        Ok(Self {
            app: app.to_owned(),
            workspace: workspace.to_owned(),
            sender: key("sender").await?,
            viewer: key("viewer").await?,
            operator: key("operator").await?,
            admin: key("admin").await?,
            huawei_app: apps.huawei,
            xiaomi_package: apps.xiaomi,
            oppo_app: apps.oppo,
            vivo_app: apps.vivo,
            bundle_id: apps.apns,
        })
    }

    /// What the simulator wants as the app of a device at `vendor`.
    ///
    /// # Panics
    /// When there is no such vendor.
    pub fn app_at(&self, vendor: &str) -> String {
        match vendor {
            "huawei" => self.huawei_app.clone(),
            "xiaomi" => self.xiaomi_package.clone(),
            "oppo" => self.oppo_app.clone(),
            "vivo" => self.vivo_app.to_string(),
            "apns" => self.bundle_id.clone(),
            _ => panic!("there is no vendor {vendor}"),
        }
    }
}

impl Stand {
    /// Makes an access key with the command that operators use.
    pub async fn new_key(&self, app: &str, workspace: &str, role: &str) -> Result<String, StandError> {
        let key = self.keys(&["new", "--app", app, "--workspace", workspace, "--role", role]).await?;
        Ok(key.trim().to_owned())
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
