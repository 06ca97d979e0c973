//! What a run looks at in its own account before it looks at others: trails, and Lambda's quota.

mod concurrency;
mod trails;

pub use concurrency::Concurrency;
pub use trails::Trails;
