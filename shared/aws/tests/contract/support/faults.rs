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

/// An operation, and the status and body that each call of it ends with.
type Standing = (&'static str, u16, String);
/// What calls cost in capacity units, by operation and in order.
type Units = Vec<(String, f64)>;

/// What happens to the next calls, by operation, in order.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    planned: Arc<Mutex<VecDeque<(&'static str, Fault)>>>,
    /// What happens to every call of an operation.
    always: Arc<Mutex<Option<Standing>>>,
    seen: Arc<Mutex<Vec<(String, serde_json::Value)>>>,
    units: Arc<Mutex<Option<Units>>>,
}

impl Faults {
    pub fn plan(&self, operation: &'static str, fault: Fault) {
        self.planned.lock().unwrap().push_back((operation, fault));
    }

    /// Until further notice every call of this operation ends so.
    pub fn always(&self, operation: &'static str, fault: Fault) {
        match fault {
            Fault::Says(status, body) => *self.always.lock().unwrap() = Some((operation, status, body)),
            Fault::AnswerLost => panic!("an answer is lost once"),
        }
    }

    pub fn no_longer(&self) {
        *self.always.lock().unwrap() = None;
    }

    /// From here on each call says what it costs.
    pub fn meter(&self) {
        *self.units.lock().unwrap() = Some(Vec::new());
    }

    /// What the calls since [`Self::meter`] cost in capacity units, by operation and in order.
    pub fn units(&self) -> Units {
        self.units.lock().unwrap().clone().unwrap_or_default()
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
        if let Some((of, status, body)) = &*self.always.lock().unwrap()
            && *of == operation
        {
            return Some(Fault::Says(*status, body.clone()));
        }
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
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().and_then(|body| serde_json::from_slice(body).ok());
        self.faults.seen.lock().unwrap().push((operation.clone(), body.unwrap_or_default()));
        match self.faults.next(&operation) {
            None if self.faults.units.lock().unwrap().is_some() => {
                ask_for_units(&mut request);
                let (answer, faults) = (self.inner.call(request), self.faults.clone());
                HttpConnectorFuture::new(async move { Ok(faults.metered(operation, answer.await?).await) })
            }
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

fn ask_for_units(request: &mut HttpRequest) {
    let Some(Ok(mut body)) = request.body().bytes().map(serde_json::from_slice::<serde_json::Value>) else {
        return;
    };
    body["ReturnConsumedCapacity"] = "TOTAL".into();
    let body = body.to_string();
    request.headers_mut().insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
}

impl Faults {
    async fn metered(&self, operation: String, mut answer: HttpResponse) -> HttpResponse {
        let body = std::mem::replace(answer.body_mut(), SdkBody::empty());
        let bytes = aws_smithy_types::byte_stream::ByteStream::new(body)
            .collect()
            .await
            .unwrap()
            .into_bytes();
        let said: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let consumed = &said["ConsumedCapacity"];
        let of = |consumed: &serde_json::Value| consumed["CapacityUnits"].as_f64().unwrap_or(0.0);
        let units = consumed.as_array().map_or_else(|| of(consumed), |all| all.iter().map(of).sum());
        if let Some(metered) = &mut *self.units.lock().unwrap() {
            metered.push((operation, units));
        }
        *answer.body_mut() = SdkBody::from(bytes.to_vec());
        answer
    }
}
