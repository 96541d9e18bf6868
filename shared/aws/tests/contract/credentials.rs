//! Vendor credentials: present, absent, or not to be had.

use std::time::Duration;

use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use revocation_app::ports::{CredentialStore as _, StoreError};
use revocation_aws::SecretsManagerCredentials;
use revocation_rules::channel::Channel;

use super::support::{Fault, Faults, tenant};

async fn asked(status: u16, answer: &str) -> (Faults, Result<Option<revocation_app::ports::Credentials>, StoreError>) {
    let faults = Faults::default();
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(faults.over(aws_smithy_http_client::Builder::new().build_http()))
        .build();
    faults.plan("GetSecretValue", Fault::Says(status, answer.to_owned()));
    let client = aws_sdk_secretsmanager::Client::from_conf(config);
    let store = SecretsManagerCredentials::new(client, "revoke/vendors");
    let answer = store.credentials(&tenant("app"), Channel::SelfBuilt).await;
    (faults, answer)
}

#[tokio::test]
async fn a_secret_is_read_under_the_name_of_its_tenant_and_channel() {
    let (faults, answer) = asked(200, r#"{"Name":"n","SecretString":"{\"key\":\"planted\"}"}"#).await;
    let credentials = answer.unwrap().unwrap();
    assert_eq!(credentials.0, r#"{"key":"planted"}"#);
    assert!(!format!("{credentials:?}").contains("planted"));
    assert_eq!(
        faults.calls("GetSecretValue")[0]["SecretId"],
        "revoke/vendors/app/default/self_built"
    );
}

#[tokio::test]
async fn a_secret_that_does_not_exist_is_none() {
    let (_, answer) = asked(400, r#"{"__type":"ResourceNotFoundException","Message":"no"}"#).await;
    assert_eq!(answer.unwrap(), None);
}

#[tokio::test]
async fn a_secret_that_may_not_be_read_is_not_an_absent_one() {
    for code in ["AccessDeniedException", "DecryptionFailure", "InvalidRequestException"] {
        let (_, answer) = asked(400, &format!(r#"{{"__type":"{code}","Message":"no"}}"#)).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{code}: {answer:?}");
    }
}

#[tokio::test]
async fn a_secret_without_a_text_is_damaged() {
    let (_, answer) = asked(200, r#"{"Name":"n"}"#).await;
    assert!(matches!(answer, Err(StoreError::Damaged { item: "credentials", .. })), "{answer:?}");
}
