//! Reads the organization: who manages it, who is in it, and what became of a creation. Paced to AWS's published rates.

mod account;
mod lists;
mod member;
mod named;
mod pace;
mod policies;

use aws_config::SdkConfig;
use aws_sdk_iam::types::FeatureType;
use aws_sdk_organizations::types::CreateAccountState;
use leaky_bucket::RateLimiter;
use rootwarden_domain::{
    AccountId, ErrorKind,
    aws::organizational_unit::OrganizationalUnitId,
    run::selection::{CreateAccountRequestId, OrganizationAccount},
};

use account::read_account;
use pace::pace;

use crate::client::{AwsError, bounded};

pub use lists::{AccountList, OrganizationLists};
pub use member::{MemberAccount, MembershipError};
pub use named::named_accounts;
pub use policies::{OrganizationPolicies, PolicyReading};

/// The organization, as the account that this runs in may see it.
#[derive(Debug)]
pub struct Organization {
    organizations: aws_sdk_organizations::Client,
    iam: aws_sdk_iam::Client,
    describe_pace: RateLimiter,
    units_pace: RateLimiter,
}

/// Which organization it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationIdentity {
    /// As in `o-aaaaaaaaaa`; empty if AWS does not say it.
    pub id: String,
    pub management_account: AccountId,
}

/// Which features of centralized root access are on, of those that a run can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FurtherFeatures {
    /// Privileged root actions in member accounts, which unlock requests need.
    pub root_sessions: bool,
}

/// What became of a request to create an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    Succeeded(AccountId),
    Failed { reason: String },
    InProgress,
}

impl Organization {
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self::shared_by(config, 1)
    }

    /// A reader that is one of `workers` at work at the same time, so that all of them together keep to AWS's rates.
    #[must_use]
    pub fn shared_by(config: &SdkConfig, workers: u32) -> Self {
        let config = bounded(config);
        Self {
            organizations: aws_sdk_organizations::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            // Source: AWS Organizations User Guide, "Quotas and service limits", throttling: rate and burst per account.
            describe_pace: pace(20, 30, workers),
            // The rate of DescribeOrganizationalUnit was not found: the lowest that is published for a read.
            units_pace: pace(1, 2, workers),
        }
    }

    /// The account that manages the organization.
    ///
    /// # Errors
    /// Any failure of `DescribeOrganization`.
    pub async fn management_account(&self) -> Result<AccountId, AwsError> {
        Ok(self.identity().await?.management_account)
    }

    /// The organization, and the account that manages it.
    ///
    /// # Errors
    /// Any failure of `DescribeOrganization`.
    pub async fn identity(&self) -> Result<OrganizationIdentity, AwsError> {
        const WHAT: &str = "describe the organization";
        let output =
            self.organizations.describe_organization().send().await.map_err(|error| AwsError::new(WHAT, error))?;
        let organization = output.organization();
        let account = organization.and_then(|organization| organization.master_account_id()).unwrap_or_default();
        let management_account = account.parse().map_err(|error| AwsError::of_kind(ErrorKind::Defect, WHAT, error))?;
        let id = organization.and_then(|organization| organization.id()).unwrap_or_default().to_owned();
        Ok(OrganizationIdentity { id, management_account })
    }

    /// Checks that root credentials are managed centrally, without which no session can be opened, and says what else is on.
    ///
    /// # Errors
    /// `NotEnabled` if the feature or trusted access is off, `Denied` if this account is neither the management
    /// account nor delegated.
    pub async fn require_root_credentials_management(&self) -> Result<FurtherFeatures, AwsError> {
        const WHAT: &str = "manage root credentials";
        let output = self
            .iam
            .list_organizations_features()
            .send()
            .await
            .map_err(|error| AwsError::new("read which root access features are on", error))?;
        if output.enabled_features().contains(&FeatureType::RootCredentialsManagement) {
            let root_sessions = output.enabled_features().contains(&FeatureType::RootSessions);
            return Ok(FurtherFeatures { root_sessions });
        }
        let why = "root credentials management is off: switch it on in IAM, in the management account";
        Err(AwsError::of_kind(ErrorKind::NotEnabled, WHAT, why))
    }

    /// What Organizations says of one account; `None` if it is not in the organization.
    ///
    /// # Errors
    /// Any other failure of `DescribeAccount`.
    pub async fn account(&self, id: AccountId) -> Result<Option<OrganizationAccount>, AwsError> {
        let what = || format!("describe account `{id}`");
        self.describe_pace.acquire_one().await;
        let output = match self.organizations.describe_account().account_id(id.to_string()).send().await {
            Ok(output) => output,
            Err(error) => {
                let error = AwsError::new(what(), error);
                return if error.code() == Some("AccountNotFoundException") { Ok(None) } else { Err(error) };
            }
        };
        let account =
            output.account().ok_or_else(|| AwsError::of_kind(ErrorKind::Defect, what(), "no account in the answer"))?;
        let account = read_account(account)?;
        if account.candidate.id != id {
            let why = format!("the answer is about account `{}`", account.candidate.id);
            return Err(AwsError::of_kind(ErrorKind::Defect, what(), why));
        }
        Ok(Some(account))
    }

    /// Checks that an organizational unit exists. `named_in` says where somebody named it.
    ///
    /// # Errors
    /// `InvalidRequest` if there is none; any other failure of `DescribeOrganizationalUnit`.
    pub async fn require_unit(&self, unit: &OrganizationalUnitId, named_in: &str) -> Result<(), AwsError> {
        let what = || format!("find organizational unit `{unit}`, which the request names in `{named_in}`");
        self.units_pace.acquire_one().await;
        let output = match self
            .organizations
            .describe_organizational_unit()
            .organizational_unit_id(unit.as_str())
            .send()
            .await
        {
            Ok(output) => output,
            Err(error) => {
                let error = AwsError::new(what(), error);
                let is_gone = error.code() == Some("OrganizationalUnitNotFoundException");
                return Err(if is_gone { error.with_note("is it mistyped, or was it deleted?") } else { error });
            }
        };
        match output.organizational_unit().and_then(|unit| unit.id()) {
            Some(id) if id == unit.as_str() => Ok(()),
            Some(other) => Err(AwsError::of_kind(ErrorKind::Defect, what(), format!("the answer is about `{other}`"))),
            None => Err(AwsError::of_kind(ErrorKind::Defect, what(), "no unit in the answer")),
        }
    }

    /// What an organizational unit is called; `None` if it is gone.
    ///
    /// # Errors
    /// Any other failure of `DescribeOrganizationalUnit`.
    pub async fn unit_name(&self, unit: &OrganizationalUnitId) -> Result<Option<String>, AwsError> {
        let what = || format!("read the name of organizational unit `{unit}`");
        self.units_pace.acquire_one().await;
        let described = self.organizations.describe_organizational_unit().organizational_unit_id(unit.as_str());
        match described.send().await {
            Ok(output) => match output.organizational_unit() {
                Some(found) if found.id() == Some(unit.as_str()) => Ok(found.name().map(str::to_owned)),
                Some(_) | None => Err(AwsError::of_kind(ErrorKind::Defect, what(), "the answer is not about it")),
            },
            Err(error) => {
                let error = AwsError::new(what(), error);
                if error.code() == Some("OrganizationalUnitNotFoundException") { Ok(None) } else { Err(error) }
            }
        }
    }

    /// Asks again, right now, whether an account may be changed.
    ///
    /// # Errors
    /// Why it is not a member, or why that could not be found out.
    pub async fn member(&self, management_account: AccountId, id: AccountId) -> Result<MemberAccount, MembershipError> {
        MemberAccount::confirm(management_account, id, self.account(id).await?)
    }

    /// What became of a request to create an account.
    ///
    /// # Errors
    /// Any failure of `DescribeCreateAccountStatus`, and a state that this version does not know.
    pub async fn creation(&self, request: &CreateAccountRequestId) -> Result<Creation, AwsError> {
        let what = || format!("read the status of `{request}`");
        let defect = |why: String| AwsError::of_kind(ErrorKind::Defect, what(), why);
        let output = self
            .organizations
            .describe_create_account_status()
            .create_account_request_id(request.as_str())
            .send()
            .await
            .map_err(|error| AwsError::new(what(), error))?;
        let status = output.create_account_status().ok_or_else(|| defect("no status in the answer".to_owned()))?;
        match status.state() {
            Some(CreateAccountState::Succeeded) => {
                let id = status.account_id().unwrap_or_default().parse();
                id.map(Creation::Succeeded).map_err(|error| defect(format!("{error}")))
            }
            Some(CreateAccountState::Failed) => {
                let reason = status.failure_reason().map_or("no reason given", |reason| reason.as_str());
                Ok(Creation::Failed { reason: reason.to_owned() })
            }
            Some(CreateAccountState::InProgress) => Ok(Creation::InProgress),
            other => Err(defect(format!("its state is `{}`", other.map_or("missing", |state| state.as_str())))),
        }
    }
}
