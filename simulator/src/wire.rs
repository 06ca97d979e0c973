//! AWS's protocols: which operation a request asks for, and how an answer is written.
//!
//! Nothing here knows what an operation does.

mod answer;
pub(crate) mod json;
mod operation;
mod request;
mod response;
pub(crate) mod rest;
pub(crate) mod xml;

pub(crate) use self::answer::{Answer, Output, ServiceError};
pub(crate) use self::operation::{ASSUME_ROOT, Input, Operation, Service};
pub(crate) use self::request::Request;
pub(crate) use self::response::write;
