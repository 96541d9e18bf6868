//! What one pass of a hot path takes.

/// Counted by the thread that works; the fakes have threads of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Allocations, each growth of one being another.
    pub blocks: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Calls of AWS.
    pub aws_calls: u64,
    /// In tenths, as half a unit is the smallest read.
    pub read_units_x10: u64,
    pub write_units_x10: u64,
    /// Calls of the vendor, logins apart.
    pub vendor_calls: u64,
}

impl Used {
    pub const FIELDS: [&str; 6] = ["blocks", "bytes", "aws_calls", "read_units_x10", "write_units_x10", "vendor_calls"];

    pub const fn values(&self) -> [u64; 6] {
        [
            self.blocks,
            self.bytes,
            self.aws_calls,
            self.read_units_x10,
            self.write_units_x10,
            self.vendor_calls,
        ]
    }

    pub const fn of([blocks, bytes, aws_calls, read_units_x10, write_units_x10, vendor_calls]: [u64; 6]) -> Self {
        Self {
            blocks,
            bytes,
            aws_calls,
            read_units_x10,
            write_units_x10,
            vendor_calls,
        }
    }

    /// The less of each.
    #[must_use]
    pub fn least(&self, other: &Self) -> Self {
        let (left, right) = (self.values(), other.values());
        Self::of(std::array::from_fn(|at| left[at].min(right[at])))
    }
}
