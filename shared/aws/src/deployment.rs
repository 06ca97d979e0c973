//! A deployment, as people reach it: what its stack says of itself, and the URLs that take what they ask and decide.

mod function_url;
mod stack;

pub use function_url::{FunctionUrl, UrlAnswer};
pub use stack::DeployedStack;
