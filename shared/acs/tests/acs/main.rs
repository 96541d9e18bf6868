//! What clients sent, and what becomes of it when somebody changes it.

mod changed;
mod support;
mod vectors;
