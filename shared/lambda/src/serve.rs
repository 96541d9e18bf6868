//! How each function comes up and then serves its events, one after the other.
//!
//! Logging starts before `connect` is awaited: what is wrong with the settings is in the log.

use std::fmt::Display;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use lambda_http::lambda_runtime;
use lambda_http::{Context, Error, LambdaEvent, Response, service_fn};
use revocation_metrics::gathered;
use serde::{Deserialize, Serialize};

use crate::config::environment;
use crate::http_event::{AnswerFault, HttpEvent, HttpRequest, answer};
use crate::{metrics, panics, queue_event, telemetry};

/// Serves events of any kind. One whose handler panics fails, and the next is served.
///
/// # Errors
/// When `connect` fails, or the runtime cannot be reached.
pub async fn serve<D, E, A>(
    connect: impl Future<Output = Result<D, impl Into<Error>>>,
    handle: impl AsyncFn(&D, E, &Context) -> Result<A, Error>,
) -> Result<(), Error>
where
    E: for<'de> Deserialize<'de>,
    A: Serialize,
{
    telemetry::start(environment("RUST_LOG").as_deref());
    let deps = connect.await.map_err(Into::into)?;
    let namespace = environment(metrics::NAMESPACE);
    let (deps, handle, namespace) = (&deps, &handle, namespace.as_deref());
    let service = service_fn(move |event: LambdaEvent<E>| async move {
        let LambdaEvent { payload, context, .. } = event;
        // On the heap: what an event is worked on with may be large.
        let (answer, noted) = gathered(panics::caught(Box::pin(handle(deps, payload, &context)))).await;
        // Also of one that failed: what it wrote before is written.
        metrics::write(namespace, &noted);
        answer?
    });
    Box::pin(lambda_runtime::run(service)).await
}

/// Serves the messages of a queue: what cannot be read with `parse`, or fails in `handle`, comes again.
///
/// # Errors
/// As [`serve`].
pub async fn serve_queue<D, J, P: Display, F: Display>(
    connect: impl Future<Output = Result<D, impl Into<Error>>>,
    parse: impl Fn(&SqsMessage) -> Result<J, P>,
    handle: impl AsyncFn(&D, J, &Context) -> Result<(), F>,
) -> Result<(), Error> {
    let (parse, handle) = (&parse, &handle);
    serve(connect, async move |deps: &D, event: SqsEvent, context: &Context| {
        Ok(queue_event::each(event, parse, async |job| handle(deps, job, context).await).await)
    })
    .await
}

/// Serves HTTP events. A body of more than `max_body` bytes is not even decoded. What gets no answer from `handle`
/// gets one from `fault`.
///
/// # Errors
/// As [`serve`].
pub async fn serve_http<D>(
    connect: impl Future<Output = Result<D, impl Into<Error>>>,
    max_body: usize,
    fault: AnswerFault,
    handle: impl AsyncFn(&D, &HttpRequest) -> Response<String>,
) -> Result<(), Error> {
    let handle = &handle;
    serve(connect, async move |deps: &D, event: HttpEvent, context: &Context| {
        let handle = async |request: &HttpRequest| handle(deps, request).await;
        Ok(answer(&context.request_id, event, max_body, handle, fault).await)
    })
    .await
}
