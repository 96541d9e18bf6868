//! Paths and methods.
//!
//! | part | file |
//! |---|---|
//! | every route, declared once | `table` |
//! | which one a request is for | `find` |
//! | what its path names | `path` |

mod find;
mod path;
mod table;

pub use find::route;
pub(crate) use path::push_path;
pub use path::{PushName, collection};
#[cfg(feature = "description")]
pub(crate) use table::kind_word;
pub use table::{
    Deployed, DevicesRoute, Function, LookupRoute, ROUTES, ReceiptsRoute, RecordRoute, RevokeRoute, Route, RouteSpec, deployed,
};

#[cfg(test)]
pub(crate) mod tests;
