//! Who signs calls: a role or user of the organization, known to the world by an access key.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identifiers::account_of_arn;
use crate::policy::Statement;

/// A caller that a test asks `Simulator::sdk_config` for.
#[derive(Clone, Debug)]
pub struct Caller {
    principal: Principal,
    statements: Option<Vec<Statement>>,
    function: Option<String>,
}

#[derive(Clone, Debug)]
enum Principal {
    ManagementRole(String),
    Arn(String),
}

/// A caller as the world knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredCaller {
    /// e.g. `arn:aws:sts::111111111111:assumed-role/audit/session`
    pub arn: String,
    /// The caller's own IAM statements: they decide on `sts:AssumeRoot`, on Organizations, on the organization's features
    /// in IAM, and on members' buckets and queues. Absent: everything is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statements: Option<Vec<Statement>>,
    /// The ARN of the Lambda function whose code signs, as `lambda:SourceFunctionArn` has it. Absent: no function's code does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

impl Caller {
    /// A role of the management account, whichever that is.
    #[must_use]
    pub fn management_role(name: impl Into<String>) -> Self {
        Self { principal: Principal::ManagementRole(name.into()), statements: None, function: None }
    }

    /// A role of any account, e.g. an ordinary administrator of a member.
    #[must_use]
    pub fn role(account: &str, name: &str) -> Self {
        Self::principal(role_arn(account, name))
    }

    /// Any principal, by its ARN.
    #[must_use]
    pub fn principal(arn: impl Into<String>) -> Self {
        Self { principal: Principal::Arn(arn.into()), statements: None, function: None }
    }

    /// The IAM statements by which `sts:AssumeRoot`, Organizations, the organization's features in IAM, and what is done with
    /// members' buckets and queues, are evaluated: an array, or a whole policy document.
    ///
    /// A statement that cannot be read denies everything.
    #[must_use]
    pub fn with_statements(mut self, statements: Value) -> Self {
        self.statements = Some(Statement::read_all_or_deny(statements));
        self
    }

    /// The Lambda function whose code this is, by its ARN.
    #[must_use]
    pub fn of_function(mut self, arn: impl Into<String>) -> Self {
        self.function = Some(arn.into());
        self
    }

    pub(crate) fn register(self, management_account: &str) -> RegisteredCaller {
        let arn = match self.principal {
            Principal::ManagementRole(name) => role_arn(management_account, &name),
            Principal::Arn(arn) => arn,
        };
        RegisteredCaller { arn, statements: self.statements, function: self.function }
    }
}

impl RegisteredCaller {
    /// The account in the ARN.
    pub(crate) fn account(&self) -> &str {
        account_of_arn(&self.arn)
    }
}

fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/{name}/session")
}
