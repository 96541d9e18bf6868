//! The function `console`. It asks nobody for anything.

use std::convert::Infallible;
use std::future::ready;

use lambda_runtime::Error;
use revocation_console::handle;
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::respond::respond_to_fault;
use revocation_lambda::serve::serve_http;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let nothing = ready(Ok::<_, Infallible>(()));
    serve_http(nothing, MAX_BODY_BYTES, respond_to_fault, async |(), request| handle(request)).await
}
