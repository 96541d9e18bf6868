//! Failures that were found, each replayed for ever.
