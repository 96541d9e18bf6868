//! The API's description, made of the routes, the wire types and the problems.
//!
//! | part | file |
//! |---|---|
//! | the document | `document` |
//! | what is said of a route, beside what its answer is made of | `operation` |
//! | problems: which answers have which | `problems` |
//! | schemas of the wire types, as clients read them | `schemas` |
//! | values that many examples share | `example` |
//! | the text of the file | `text` |

mod document;
pub(crate) mod example;
mod operation;
mod problems;
mod schemas;
mod text;

pub use document::document;
pub(crate) use operation::{Operation, Tag, itself};
pub(crate) use schemas::{Schemas, words};
pub use text::text;
