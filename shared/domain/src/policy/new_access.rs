//! What a change of a policy opens, and to whom.

mod comparison;
mod facts;
mod loss;
mod public;

pub use comparison::{NewAccess, new_access};
pub use public::public_statements;
