//! One run: which accounts it looks at, what it found there, what goes, and what is said of it.

pub mod audit;
pub mod call;
pub mod deletion;
pub mod event;
pub mod exemption;
pub mod guard;
pub mod mode;
pub mod plan;
pub mod release;
pub mod report;
pub mod round;
pub mod selection;
