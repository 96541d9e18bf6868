//! How every vendor's answer is read: one tolerant reader for all.
//!
//! Forgiving about form, never about what counts as a yes. The same thing said
//! in another form is read (a number as a text, an object as JSON text, another
//! encoding); what cannot be read is [`Code::Unreadable`] or `None`, and never
//! the same as what was not said. docs/channels.md has the table.
//!
//! | what | file |
//! |---|---|
//! | a body becomes UTF-8: compressions, character sets | `plain` |
//! | UTF-8 becomes a bounded tree, in which what is said twice differently is neither | `node` |
//! | numbers, texts, nested JSON, lists of devices | `values` |
//! | whom an answer names | `devices` |
//! | whether its counts fit what it names | `counts` |

mod counts;
mod devices;
mod node;
mod plain;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use counts::counts_fit;
pub(crate) use devices::Devices;
pub(crate) use node::Node;
pub(crate) use plain::plain;
pub(crate) use values::Code;
