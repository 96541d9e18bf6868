//! Takes a push back, or says what that would do; tries again what failed; keeps the app's notice.

mod deps;
mod handler;

pub use deps::Deps;
pub use handler::handle;
