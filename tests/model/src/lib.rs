//! A model of a hundred million deliveries: the use cases, on stores in memory that have the limits of `DynamoDB`, SQS and
//! Lambda, in simulated time. What it takes from where, what it leaves out and what that changes: `docs/model.md`.

pub mod costs;
pub mod dynamo;
pub mod fail;
mod functions;
pub mod lambda;
pub mod ledger;
pub mod limits;
pub mod meter;
pub mod prices;
pub mod queue;
pub mod report;
pub mod run;
pub mod sim;
pub mod store;
pub mod template;
pub mod vendor;
pub mod world;
