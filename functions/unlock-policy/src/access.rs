//! Opens sessions on resources: of confirmed members, and never on a protected resource.

use std::time::Duration;

use rootwarden_aws::{Clock, Deadline, MemberAccount, MembershipError, Organization, ResourceSession, RootSessions};
use rootwarden_domain::{
    AccountId, ErrorKind, Failure,
    aws::{partition::Partition, resource::Resource},
    run::selection::Ineligible,
    unlock::ProtectedResources,
};

/// No session is opened with less time left: confirming the member, opening, finding and reading.
const READ: Duration = Duration::from_secs(90);

/// The one way to a resource, which every step takes.
#[derive(Debug)]
pub(crate) struct ResourceAccess {
    pub(crate) organization: Organization,
    pub(crate) sessions: RootSessions,
    pub(crate) partition: Partition,
    pub(crate) protected: ProtectedResources,
    pub(crate) clock: Clock,
}

impl ResourceAccess {
    /// Opens a session for the one task that the resource needs, in an account that Organizations has just confirmed.
    ///
    /// INVARIANT (I1): no session in the management account, outside the organization, or where the account is not active;
    /// and none at all for a resource that is protected.
    pub(crate) async fn open(
        &self,
        account: AccountId,
        resource: &Resource,
        deadline: Deadline,
    ) -> Result<ResourceSession, Failure> {
        self.check(resource, deadline).map_err(|(kind, why)| {
            Failure::new(kind, format!("nothing is done with {resource} in account `{account}`: {why}"))
        })?;
        let member = self.member(account).await?;
        let session = ResourceSession::open(&self.sessions, &member, resource).await;
        session.map_err(|error| error.in_account(member.account(), self.clock.now()).into())
    }

    /// What can be said before anybody is asked.
    fn check(&self, resource: &Resource, deadline: Deadline) -> Result<(), (ErrorKind, String)> {
        if let Some(pattern) = self.protected.protecting(resource, self.partition) {
            let why = format!("it is protected, by `{pattern}`: the deployment's parameter ProtectedResources says so");
            return Err((ErrorKind::Denied, why));
        }
        match self.partition {
            Partition::Aws | Partition::AwsUsGov => {}
            Partition::AwsCn | Partition::AwsEusc => {
                let why = format!("root sessions are not known in partition `{}`", self.partition);
                return Err((ErrorKind::NotEnabled, why));
            }
        }
        if deadline.leaves(READ) {
            Ok(())
        } else {
            Err((ErrorKind::Transient, "time ran out before the session was opened: try again".to_owned()))
        }
    }

    async fn member(&self, account: AccountId) -> Result<MemberAccount, Failure> {
        let management_account = self.organization.management_account().await?;
        match self.organization.member(management_account, account).await {
            Ok(member) => Ok(member),
            Err(MembershipError::Ineligible(reason)) => {
                let why = format!("nothing is done in account `{account}`: {}", why_ineligible(&reason));
                Err(Failure::new(ErrorKind::InvalidRequest, why))
            }
            Err(MembershipError::Unanswered(error)) => Err(error.into()),
        }
    }
}

fn why_ineligible(reason: &Ineligible) -> String {
    match reason {
        Ineligible::ManagementAccount => {
            "it is the management account, where no root session can be opened: its own root user has to do it"
                .to_owned()
        }
        Ineligible::NotInOrganization => "it is not in the organization: look at its id".to_owned(),
        Ineligible::NotActive(state) => format!("its state is {state}: only active accounts are entered"),
        Ineligible::Excluded => format!("it is {reason}"),
    }
}
