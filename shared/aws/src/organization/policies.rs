//! Policies of the organization that deny root sessions what they are opened for.

use aws_config::SdkConfig;
use aws_sdk_organizations::types::{PolicyType, TargetType};
use leaky_bucket::RateLimiter;
use rootwarden_domain::{
    AccountId, ErrorKind,
    policy::{CREDENTIAL_ACTIONS, DenialReach, RootDenial, RootSessionContext, UNLOCK_ACTIONS, root_denials},
    preflight::{BoundTarget, DenyingPolicy, DenyingStatement, PolicyKind, Purpose},
};

use super::{lists::Tokens, pace::pace};
use crate::client::{AwsError, Deadline, LONGEST_CALL, bounded};

/// Reads service control policies and resource control policies.
#[derive(Debug)]
pub struct OrganizationPolicies {
    organizations: aws_sdk_organizations::Client,
    pace: RateLimiter,
}

/// What the policies of one kind say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyReading {
    pub denying: Vec<DenyingPolicy>,
    /// Policies that could not be read or are not understood, and why; and what there was no time for.
    pub not_read: Vec<String>,
}

/// A policy in the list.
struct Listed {
    id: String,
    name: String,
}

impl OrganizationPolicies {
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let organizations = aws_sdk_organizations::Client::new(&bounded(config));
        // The rates of ListPolicies, DescribePolicy and ListTargetsForPolicy were not found: lower than those of DescribeAccount.
        Self { organizations, pace: pace(5, 5, 1) }
    }

    /// The policies of one kind that deny root sessions something of `purposes`, and what they are attached to: everything is read
    /// but AWS's own, which allow everything, and of those that deny nothing their targets. What `deadline` leaves no time for is
    /// named.
    ///
    /// # Errors
    /// The list could not be read: then nothing is known.
    pub async fn denying(
        &self,
        kind: PolicyKind,
        purposes: &[Purpose],
        context: &RootSessionContext,
        management_account: AccountId,
        deadline: Deadline,
    ) -> Result<PolicyReading, AwsError> {
        let listed = self.list(kind).await?;
        let mut reading = PolicyReading::default();
        for (number, Listed { id, name }) in listed.iter().enumerate() {
            if !deadline.leaves(LONGEST_CALL) {
                let left = listed.len() - number;
                reading.not_read.push(format!("there was no time for {left} of {} policies", listed.len()));
                break;
            }
            match self.denying_policy(kind, id, name, purposes, context, management_account).await {
                Ok(Some(policy)) => reading.denying.push(policy),
                Ok(None) => {}
                Err(why) => reading.not_read.push(why),
            }
        }
        Ok(reading)
    }

    async fn denying_policy(
        &self,
        kind: PolicyKind,
        id: &str,
        name: &str,
        purposes: &[Purpose],
        context: &RootSessionContext,
        management_account: AccountId,
    ) -> Result<Option<DenyingPolicy>, String> {
        let text = self.text(kind, id).await.map_err(|error| error.to_string())?;
        let statements = denying_statements(&text, purposes, context)
            .map_err(|error| format!("{} `{name}` ({id}): {error}", kind.words()))?;
        if statements.is_empty() {
            return Ok(None);
        }
        let mut targets = self.targets(kind, id).await.map_err(|error| error.to_string())?;
        // Neither kind of policy binds the management account.
        targets.retain(|target| target.id != management_account.to_string());
        if targets.is_empty() {
            return Ok(None);
        }
        Ok(Some(DenyingPolicy { kind, id: id.to_owned(), name: name.to_owned(), statements, targets }))
    }

    async fn list(&self, kind: PolicyKind) -> Result<Vec<Listed>, AwsError> {
        let what = match kind {
            PolicyKind::ServiceControlPolicy => "list the service control policies",
            PolicyKind::ResourceControlPolicy => "list the resource control policies",
        };
        let (mut listed, mut next_token, mut tokens) = (Vec::new(), None, Tokens::default());
        loop {
            self.pace.acquire_one().await;
            let filter = match kind {
                PolicyKind::ServiceControlPolicy => PolicyType::ServiceControlPolicy,
                PolicyKind::ResourceControlPolicy => PolicyType::ResourceControlPolicy,
            };
            let page = self
                .organizations
                .list_policies()
                .filter(filter)
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| AwsError::new(what, error))?;
            let missing =
                || AwsError::of_kind(ErrorKind::Transient, what, "there is no list of policies in the answer");
            for policy in page.policies.ok_or_else(missing)? {
                let id = policy.id().ok_or_else(|| AwsError::of_kind(ErrorKind::Defect, what, "one has no id"))?;
                if !policy.aws_managed() {
                    listed.push(Listed { id: id.to_owned(), name: policy.name().unwrap_or_default().to_owned() });
                }
            }
            next_token = tokens.next(what, page.next_token)?;
            if next_token.is_none() {
                return Ok(listed);
            }
        }
    }

    async fn text(&self, kind: PolicyKind, id: &str) -> Result<String, AwsError> {
        let what = format!("read {} `{id}`", kind.words());
        self.pace.acquire_one().await;
        let output = self.organizations.describe_policy().policy_id(id).send().await;
        let output = output.map_err(|error| AwsError::new(&what, error))?;
        let content = output.policy.and_then(|policy| policy.content);
        content.ok_or_else(|| AwsError::of_kind(ErrorKind::Defect, what, "no content in the answer"))
    }

    async fn targets(&self, kind: PolicyKind, id: &str) -> Result<Vec<BoundTarget>, AwsError> {
        let what = format!("list what {} `{id}` is attached to", kind.words());
        let (mut targets, mut next_token, mut tokens) = (Vec::new(), None, Tokens::default());
        loop {
            self.pace.acquire_one().await;
            let page = self
                .organizations
                .list_targets_for_policy()
                .policy_id(id)
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| AwsError::new(&what, error))?;
            let missing =
                || AwsError::of_kind(ErrorKind::Transient, &what, "there is no list of targets in the answer");
            targets.extend(page.targets.ok_or_else(missing)?.iter().map(|target| {
                let id = target.target_id().unwrap_or_default().to_owned();
                let name = match target.r#type() {
                    Some(TargetType::Root) => "the whole organization".to_owned(),
                    _ => target.name().unwrap_or_default().to_owned(),
                };
                BoundTarget { id, name }
            }));
            next_token = tokens.next(&what, page.next_token)?;
            if next_token.is_none() {
                return Ok(targets);
            }
        }
    }
}

/// The statements that deny root sessions something, each with what it keeps from being done.
fn denying_statements(
    text: &str,
    purposes: &[Purpose],
    context: &RootSessionContext,
) -> Result<Vec<DenyingStatement>, rootwarden_domain::policy::PolicyError> {
    let mut statements: Vec<DenyingStatement> = Vec::new();
    for purpose in purposes {
        let actions: &[&'static str] = match purpose {
            Purpose::Credentials => &CREDENTIAL_ACTIONS,
            Purpose::Unlock => &UNLOCK_ACTIONS,
        };
        for RootDenial { statement: name, actions: _, reach } in root_denials(text, actions, context)? {
            let is_partial = reach != DenialReach::Everywhere;
            match statements.iter_mut().find(|known| known.name == name) {
                Some(known) => {
                    known.purposes.push(*purpose);
                    known.is_partial &= is_partial;
                }
                None => statements.push(DenyingStatement { name, purposes: vec![*purpose], is_partial }),
            }
        }
    }
    Ok(statements)
}
