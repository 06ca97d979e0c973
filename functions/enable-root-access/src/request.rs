//! What CloudFormation asks for.
//!
//! Source: AWS CloudFormation User Guide, "Custom resource request objects".

use rootwarden_domain::{
    AccountId,
    text::input::{InputError, parse},
};
use rootwarden_lambda::FunctionError;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A request, as far as it has to be read to be answered.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) response_url: &'a str,
    pub(crate) stack_id: &'a str,
    pub(crate) id: &'a str,
    pub(crate) logical_resource_id: &'a str,
    /// Absent when the resource is created.
    pub(crate) physical_resource_id: Option<&'a str>,
    pub(crate) change: Change<'a>,
}

/// What becomes of the resource.
#[derive(Debug)]
pub(crate) enum Change<'a> {
    /// It is created or updated: the same, since each step looks first at what is there.
    Made {
        properties: Option<&'a Value>,
    },
    Deleted,
    /// A kind of request that this version does not know.
    Unknown(&'a str),
}

impl<'a> Request<'a> {
    /// Reads what is needed to answer, and nothing more: what else may be wrong is answered.
    pub(crate) fn read(input: &'a Value) -> Result<Self, InputError> {
        let text = |name: &'static str| {
            let missing =
                || InputError::new("request", format!("`{name}` is missing: not a request of CloudFormation's"));
            input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or_else(missing)
        };
        Ok(Self {
            response_url: text("ResponseURL")?,
            stack_id: text("StackId")?,
            id: text("RequestId")?,
            logical_resource_id: text("LogicalResourceId")?,
            physical_resource_id: text("PhysicalResourceId").ok(),
            change: match text("RequestType")? {
                "Create" | "Update" => Change::Made { properties: input.get("ResourceProperties") },
                "Delete" => Change::Deleted,
                other => Change::Unknown(other),
            },
        })
    }
}

/// What is to be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) root_sessions: RootSessions,
    /// The account that runs Rootwarden, unless that is the management account itself.
    pub(crate) delegated_administrator: Option<AccountId>,
}

/// Whether root sessions, which unlock buckets and queues, are to be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum RootSessions {
    #[serde(rename = "on")]
    On,
    /// Not switched off either: who switched them on may need them.
    #[serde(rename = "leave")]
    AsTheyAre,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    root_sessions: RootSessions,
    /// An account id, or an empty text.
    delegated_administrator: String,
    /// Any text: another one than last time makes CloudFormation ask again.
    #[serde(rename = "RunAgain", default)]
    _run_again: String,
}

impl Wanted {
    /// Reads the resource's properties strictly.
    pub(crate) fn read(properties: Option<&Value>) -> Result<Self, FunctionError> {
        let mut own = properties.and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
        // CloudFormation's own, which it hands on with ours.
        own.remove("ServiceToken");
        own.remove("ServiceTimeout");
        let Properties { root_sessions, delegated_administrator, _run_again: _ } =
            parse("properties", Value::Object(own))?;
        let delegated_administrator = match delegated_administrator.as_str() {
            "" => None,
            id => Some(
                id.parse()
                    .map_err(|error| InputError::new("properties", format!("`DelegatedAdministrator`: {error}")))?,
            ),
        };
        Ok(Self { root_sessions, delegated_administrator })
    }
}
