//! The control API: plain HTTP and JSON on a port of its own.
//!
//! Whatever it does not understand is refused with 400 and a sentence, so that a test with a typing
//! error fails at once instead of testing nothing.

mod apps;
mod devices;
mod faults;
mod look;
mod quotas;

use std::convert::Infallible;
use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::vendor::Vendor;
use crate::wire::Answer;

pub type Vendors = Arc<[Arc<dyn Vendor>]>;

/// Why the control API refuses; for people.
pub type Refusal = String;

/// Serves until the runtime ends.
pub async fn listen(listener: TcpListener, vendors: Vendors) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        let vendors = Arc::clone(&vendors);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &vendors));
            http1::Builder::new().serve_connection(TokioIo::new(socket), service).await
        });
    }
}

async fn answer(request: Request<Incoming>, vendors: &Vendors) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let answer = match body.collect().await {
        Ok(body) => route(&head.method, head.uri.path(), &body.to_bytes(), vendors),
        Err(_) => Err("the body did not arrive".to_owned()),
    };
    let answer = match answer {
        Ok(body) => Answer::json(StatusCode::OK, &body),
        Err(refusal) => Answer::json(StatusCode::BAD_REQUEST, &json!({ "error": refusal })),
    };
    Ok(answer.into_response())
}

fn route(method: &Method, path: &str, body: &[u8], vendors: &Vendors) -> Result<Value, Refusal> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("POST", ["apps"]) => apps::register(vendors, parse(body)?),
        ("POST", ["devices"]) => devices::register(vendors, parse(body)?),
        ("POST", ["deliver"]) => devices::deliver(vendors, parse(body)?),
        ("POST", ["open" | "clear"]) => devices::remove(vendors, &parse(body)?),
        ("POST", ["online"]) => devices::online(vendors, &parse(body)?),
        ("POST", ["bars"]) => look::bars(vendors, &parse(body)?),
        ("GET", ["devices", vendor, token]) => look::device(vendors, vendor, token),
        ("POST", ["subscriptions"]) => devices::subscriptions(vendors, &parse(body)?),
        ("POST", ["faults"]) => faults::order(vendors, parse(body)?),
        ("POST", ["faults", "clear"]) => Ok(faults::clear(vendors)),
        ("GET", ["stats"]) => Ok(look::stats(vendors)),
        ("GET", ["answers"]) => Ok(look::answers(vendors)),
        ("POST", ["tally"]) => look::tally(vendors, &parse(body)?),
        ("POST", ["quotas"]) => quotas::set(vendors, &parse(body)?),
        ("POST", ["reset"]) => {
            for vendor in vendors.iter() {
                vendor.forget();
                vendor.desk().reset();
            }
            Ok(json!({}))
        }
        _ => Err(format!("there is no {method} {path}")),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn named<'a>(vendors: &'a Vendors, name: &str) -> Result<&'a dyn Vendor, Refusal> {
    vendors
        .iter()
        .find(|vendor| vendor.name() == name)
        .map(AsRef::as_ref)
        .ok_or_else(|| format!("there is no vendor {name}"))
}
