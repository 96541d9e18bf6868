//! A tenant: its access keys, its credentials at the vendors.

use std::ffi::OsString;

use local_stack::built_binaries;
use serde_json::json;
use tokio::process::Command;

use crate::api::Api;
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
    /// The app's name at Huawei and at Apple.
    pub huawei_app: String,
    pub bundle_id: String,
}

impl Tenant {
    pub(crate) async fn make(stand: &Stand, app: &str, workspace: &str) -> Result<Self, StandError> {
        let huawei_app = format!("1{}", digits(app, workspace));
        let bundle_id = format!("example.{app}.{workspace}");
        Self::credentials(stand, app, workspace, &huawei_app, &bundle_id).await?;
        let key = async |role| Ok::<_, StandError>(Api::new(stand, stand.new_key(app, workspace, role).await?));
        Ok(Self {
            app: app.to_owned(),
            workspace: workspace.to_owned(),
            sender: key("sender").await?,
            viewer: key("viewer").await?,
            operator: key("operator").await?,
            admin: key("admin").await?,
            huawei_app,
            bundle_id,
        })
    }

    async fn credentials(stand: &Stand, app: &str, workspace: &str, huawei_app: &str, bundle_id: &str) -> Result<(), StandError> {
        let secret = format!("secret-of-{huawei_app}");
        stand
            .devices
            .control("/apps", &json!({"vendor": "huawei", "app_id": huawei_app, "client_secret": secret}))
            .await?;
        let huawei = json!({"app_id": huawei_app, "client_secret": secret});
        stand
            .aws
            .put_secret(&format!("message-revoke/{app}/{workspace}/huawei"), &huawei.to_string())
            .await?;

        let signing = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(StandError::SigningKey)?;
        let key_id = format!("K{}", digits(app, workspace));
        stand
            .devices
            .control(
                "/apps",
                &json!({"vendor": "apns", "team_id": "TEAM000001", "key_id": key_id, "bundle_id": bundle_id,
                        "public_key_pem": signing.public_key_pem()}),
            )
            .await?;
        let apns = json!({"team_id": "TEAM000001", "key_id": key_id, "bundle_id": bundle_id,
                          "private_key_pem": signing.serialize_pem()});
        stand
            .aws
            .put_secret(&format!("message-revoke/{app}/{workspace}/apns"), &apns.to_string())
            .await?;
        Ok(())
    }
}

/// Nine digits, different per tenant: Huawei's app ids are numbers, Apple's key ids have ten characters.
fn digits(app: &str, workspace: &str) -> String {
    let sum = app
        .bytes()
        .chain([b'/'])
        .chain(workspace.bytes())
        .fold(7_u64, |sum, byte| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    format!("{:09}", sum % 1_000_000_000)
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
