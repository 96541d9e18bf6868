//! The HTTP API: who may ask, what is asked, what is answered.
//!
//! | part | file |
//! |---|---|
//! | every error of the API, declared once | [`problem`] |
//! | access keys and roles | [`auth`], [`key_cache`] |
//! | who did what, and who was refused | [`audit`] |
//! | paths and methods | [`route`] |
//! | reading bodies and query strings | [`body`], [`query`] |
//! | the JSON that travels | [`wire`] |
//! | the same to and from devices, over their WebSocket | [`frame`] |
//! | what vendors say of deliveries, in their own words | [`vendor_receipts`] |
//! | the calls of mPaaS SDKs, and answers for them | [`mpaas`] |
//! | turning a result into a response | [`respond`] |
//! | the API's description, made of all these; only with the feature of that name | `description` |

pub mod audit;
pub mod auth;
pub mod body;
mod caller;
#[cfg(feature = "description")]
pub mod description;
pub mod frame;
pub mod key_cache;
mod map;
pub mod mpaas;
pub mod problem;
pub mod query;
pub mod respond;
pub mod route;
pub mod vendor_receipts;
pub mod wire;

/// Waits for what waits for nothing.
#[cfg(test)]
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(done) => done,
        std::task::Poll::Pending => panic!("nothing to wait for"),
    }
}

/// The API's description, served at `/v1/openapi.json`. Generated: `make generate`.
pub const OPENAPI: &str = include_str!("openapi.json");
