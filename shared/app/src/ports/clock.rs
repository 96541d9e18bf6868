//! Time and chance arrive as arguments.

use jiff::Timestamp;
use revocation_rules::ids::RevocationId;

pub trait Clock: Send + Sync {
    /// The time now, to the millisecond.
    fn now(&self) -> Timestamp;
}

pub trait Dice: Send + Sync {
    /// A random number from 0 to 1.
    fn spread(&self) -> f64;
    /// An id nobody has seen and nobody can guess.
    fn revocation_id(&self) -> RevocationId;
}
