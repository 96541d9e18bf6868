//! The HTTP API: who may ask, what is asked, what is answered.
//!
//! | part | file |
//! |---|---|
//! | every error of the API, declared once | [`problem`] |
//! | access keys and roles | [`auth`] |
//! | paths and methods | [`route`] |
//! | reading bodies and query strings | [`body`], [`query`] |
//! | the JSON that travels | [`wire`] |
//! | what vendors say of deliveries, in their own words | [`vendor_receipts`] |
//! | the calls of mPaaS SDKs, and answers for them | [`mpaas`] |
//! | turning a result into a response | [`respond`] |

pub mod auth;
pub mod body;
mod map;
pub mod mpaas;
pub mod problem;
pub mod query;
pub mod respond;
pub mod route;
pub mod vendor_receipts;
pub mod wire;

/// The API's description, served at `/v1/openapi.json`.
pub const OPENAPI: &str = include_str!("openapi.json");
