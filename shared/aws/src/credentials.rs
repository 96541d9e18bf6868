//! What tenants gave us to speak to vendors with, kept in Secrets Manager.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use revocation_app::ports::{CredentialStore, Credentials, StoreError};
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;

use crate::failure::unavailable;

/// A secret's id is `<prefix>/<app>/<workspace>/<channel>`, its value the JSON document.
#[derive(Debug, Clone)]
pub struct SecretsManagerCredentials {
    client: Client,
    prefix: String,
}

impl SecretsManagerCredentials {
    pub fn new(client: Client, prefix: impl Into<String>) -> Self {
        Self {
            client,
            prefix: prefix.into(),
        }
    }

    async fn read(&self, tenant: &Tenant, channel: Channel) -> Result<Option<Credentials>, StoreError> {
        let id = format!("{}/{tenant}/{channel}", self.prefix);
        match self.client.get_secret_value().secret_id(id).send().await {
            Ok(secret) => match secret.secret_string() {
                Some(text) => Ok(Some(Credentials(text.to_owned()))),
                None => Err(StoreError::Damaged {
                    item: "credentials",
                    attribute: "SecretString",
                }),
            },
            // A refusal to read is not an absence: it falls through to "did not answer".
            Err(error) => match error.as_service_error() {
                Some(GetSecretValueError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(unavailable("GetSecretValue", &error)),
            },
        }
    }
}

impl CredentialStore for SecretsManagerCredentials {
    fn credentials<'a>(&'a self, tenant: &'a Tenant, channel: Channel) -> BoxFuture<'a, Result<Option<Credentials>, StoreError>> {
        self.read(tenant, channel).boxed()
    }
}
