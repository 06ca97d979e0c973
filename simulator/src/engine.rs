//! What happens to every call, whichever service serves it: who signed it, whether it may, what fault it meets, what the log says.

mod authentication;
mod authorization;
mod connection;
mod dispatch;
mod errors;
mod handler;
mod known_principals;

pub(crate) use self::authentication::Signer;
pub(crate) use self::authorization::{
    Target, authorize, authorize_root, may_assume_root, require_statements, statements_allow,
};
pub use self::connection::ConnectorFault;
pub(crate) use self::connection::Delay;
pub(crate) use self::dispatch::answer;
pub(crate) use self::handler::{Handler, account_of_session};
pub(crate) use self::known_principals::KnownPrincipals;
