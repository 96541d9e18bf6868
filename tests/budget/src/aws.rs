//! The fake AWS as the transport of SDK clients: a request becomes an answer without a socket. It is answered by a
//! thread of its own, so that what the fake itself allocates and computes is not taken for ours.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use fast_fakes::{Answer, FastAws};

struct Asked {
    target: String,
    body: Vec<u8>,
    answer: SyncSender<Answer>,
}

#[derive(Debug, Clone)]
struct Transport(Sender<Asked>);

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut response = None;
        // The transport is not ours either.
        allocation_counter::opt_out(|| {
            let (answer, answered) = sync_channel(1);
            let asked = Asked {
                target: request.headers().get("x-amz-target").unwrap_or_default().to_owned(),
                body: request.body().bytes().unwrap_or_default().to_vec(),
                answer,
            };
            self.0.send(asked).unwrap();
            response = Some(respond(answered.recv().unwrap()));
        });
        HttpConnectorFuture::ready(Ok(response.unwrap()))
    }
}

fn respond(answer: Answer) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(answer.status).unwrap(), SdkBody::from(answer.body))
}

fn transport(aws: Arc<FastAws>) -> SharedHttpClient {
    let (sender, asked): (Sender<Asked>, Receiver<Asked>) = channel();
    std::thread::spawn(move || {
        for asked in asked {
            // Whoever asked may be gone.
            let _ = asked.answer.send(aws.answer(&asked.target, &asked.body));
        }
    });
    let connector = SharedHttpConnector::new(Transport(sender));
    http_client_fn(move |_, _| connector.clone())
}

/// Clients of this AWS.
pub fn clients(aws: Arc<FastAws>) -> (aws_sdk_dynamodb::Client, aws_sdk_sqs::Client) {
    let http = transport(aws);
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "budget");
    let region = Region::new("eu-central-1");
    let dynamodb = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(region.clone())
        .credentials_provider(credentials.clone())
        .http_client(http.clone())
        .build();
    let sqs = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(region)
        .credentials_provider(credentials)
        .http_client(http)
        .build();
    (aws_sdk_dynamodb::Client::from_conf(dynamodb), aws_sdk_sqs::Client::from_conf(sqs))
}
