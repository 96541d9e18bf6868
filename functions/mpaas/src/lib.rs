//! `POST /` and `GET /`: the calls of mPaaS SDKs, unchanged but for the endpoint (`docs/mpaas.md`).

mod authenticate;
mod deps;
mod handler;
mod query_task_detail;
mod query_task_list;
mod revoke;
mod revoke_push_message;
mod revoke_push_task;

pub use authenticate::Door;
pub use deps::Deps;
pub use handler::handle;
