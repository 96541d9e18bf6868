//! The description of the API is a good OpenAPI document, and it is true.

mod answers;
mod document;
mod exchanges;
mod problems;
mod requests;
mod routes;
mod support;
