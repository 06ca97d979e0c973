//! What a change of a policy opens, and to whom.

mod facts;
mod loss;
mod public;
mod widening;

pub use public::public_statements;
pub use widening::{Widening, widenings};
