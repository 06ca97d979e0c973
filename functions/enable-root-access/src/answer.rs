//! What CloudFormation is answered.
//!
//! Source: AWS CloudFormation User Guide, "Custom resource response objects": the whole may have 4,096 bytes.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{report::Report, request::Request};

/// The same for every answer: another one would make CloudFormation delete what it takes for the old resource.
const PHYSICAL_ID: &str = "centralized-root-access";

/// What is left for the reason beside the ids, which have 1,500 bytes at most, and the attributes.
const LONGEST_REASON_BYTES: usize = 1800;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer<'a> {
    status: Status,
    reason: String,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    data: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Success,
    Failed,
}

impl<'a> Answer<'a> {
    pub(crate) fn success(request: &Request<'a>, report: &Report) -> Self {
        Self::new(request, Status::Success, report.to_string(), report.attributes())
    }

    pub(crate) fn deleted(request: &Request<'a>) -> Self {
        let reason = "the organization is left as it is: nothing was switched off, and no delegation ended";
        Self::new(request, Status::Success, reason.to_owned(), json!({}))
    }

    pub(crate) fn failed(request: &Request<'a>, why: &str, report: &Report) -> Self {
        let state = format!(". State: {report}. Nothing was switched off. Try again: what is on stays on");
        let room = LONGEST_REASON_BYTES.saturating_sub(state.len());
        Self::new(request, Status::Failed, beginning(why, room).to_owned() + &state, report.attributes())
    }

    fn new(request: &Request<'a>, status: Status, reason: String, data: Value) -> Self {
        Self {
            status,
            reason,
            physical_resource_id: request.physical_resource_id.unwrap_or(PHYSICAL_ID),
            stack_id: request.stack_id,
            request_id: request.id,
            logical_resource_id: request.logical_resource_id,
            data,
        }
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }
}

/// At most so many bytes of a text, and no half character.
fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_between_characters() {
        assert_eq!(beginning("aé", 2), "a");
        assert_eq!(beginning("aé", 3), "aé");
        assert_eq!(beginning("aé", 9), "aé");
    }
}
