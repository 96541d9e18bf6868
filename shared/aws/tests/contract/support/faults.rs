//! Loses answers after their effect, or answers in `DynamoDB`'s place.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// What happens to one call.
#[derive(Debug)]
pub enum Fault {
    /// The call takes effect; its answer never arrives.
    AnswerLost,
    /// The call never arrives; this is answered.
    Says(u16, String),
}

/// What happens to the next calls, by operation, in order.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: Arc<Mutex<VecDeque<(&'static str, Fault)>>>,
    seen: Arc<Mutex<Vec<(String, serde_json::Value)>>>,
}

impl Faults {
    pub fn plan(&self, operation: &'static str, fault: Fault) {
        self.planned.lock().unwrap().push_back((operation, fault));
    }

    /// Everything planned has happened.
    pub fn all_happened(&self) -> bool {
        self.planned.lock().unwrap().is_empty()
    }

    /// The bodies of the calls of one operation so far.
    pub fn calls(&self, operation: &str) -> Vec<serde_json::Value> {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .filter(|(name, _)| name == operation)
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// How many calls were made so far.
    pub fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub fn over(&self, inner: impl HttpClient + 'static) -> SharedHttpClient {
        SharedHttpClient::new(Client {
            inner: SharedHttpClient::new(inner),
            faults: self.clone(),
        })
    }

    fn next(&self, operation: &str) -> Option<Fault> {
        let mut planned = self.planned.lock().unwrap();
        let at = planned.iter().position(|(name, _)| *name == operation)?;
        planned.remove(at).map(|(_, fault)| fault)
    }
}

#[derive(Debug)]
struct Client {
    inner: SharedHttpClient,
    faults: Faults,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            inner: self.inner.http_connector(settings, components),
            faults: self.faults.clone(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().and_then(|body| serde_json::from_slice(body).ok());
        self.faults.seen.lock().unwrap().push((operation.clone(), body.unwrap_or_default()));
        match self.faults.next(&operation) {
            None => self.inner.call(request),
            Some(Fault::AnswerLost) => {
                let answer = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    answer.await?;
                    Err(ConnectorError::io("the answer was lost".into()))
                })
            }
            Some(Fault::Says(status, body)) => {
                let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                answer.headers_mut().insert("content-type", "application/x-amz-json-1.0");
                HttpConnectorFuture::ready(Ok(answer))
            }
        }
    }
}
