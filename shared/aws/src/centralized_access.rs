//! Centralized root access: what is on in the organization, and switching it on.
//!
//! Nothing here switches anything off: there is no such call in this crate.
//! Sources: IAM API Reference, `ListOrganizationsFeatures`, `EnableOrganizationsRootCredentialsManagement` and
//! `EnableOrganizationsRootSessions`; Organizations API Reference, `EnableAWSServiceAccess`, `ListDelegatedAdministrators` and
//! `RegisterDelegatedAdministrator`; the refusals of IAM are captures (samples/iam.ListOrganizationsFeatures.errors.json).

use std::{collections::BTreeSet, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_iam::types::FeatureType;
use rootwarden_domain::{AccountId, ErrorKind};
use tokio::time::sleep;

use crate::client::{AwsError, bounded};

/// Trusted access and the delegation are for this service.
const IAM: &str = "iam.amazonaws.com";

/// How long what was just switched on may take until the other service knows it, in seconds before each further try. Unverified.
const WAITS_SECONDS: [u64; 5] = [1, 2, 5, 10, 15];

/// A feature of centralized root access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    RootCredentialsManagement,
    RootSessions,
}

/// Centralized root access, as the management account may see and change it.
#[derive(Debug)]
pub struct RootAccess {
    organizations: aws_sdk_organizations::Client,
    iam: aws_sdk_iam::Client,
}

impl RootAccess {
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let config = bounded(config);
        Self { organizations: aws_sdk_organizations::Client::new(&config), iam: aws_sdk_iam::Client::new(&config) }
    }

    /// The features that are on; `None` where trusted access is off.
    ///
    /// # Errors
    /// Any other failure of `ListOrganizationsFeatures`.
    pub async fn features(&self) -> Result<Option<BTreeSet<Feature>>, AwsError> {
        match self.list_features().await {
            Ok(features) => Ok(Some(features)),
            Err(error) if is_without_trusted_access(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Switches trusted access for IAM on, and says which features are on once IAM knows it.
    ///
    /// # Errors
    /// Any failure of `EnableAWSServiceAccess`, and of `ListOrganizationsFeatures` after it.
    pub async fn enable_trusted_access(&self) -> Result<BTreeSet<Feature>, AwsError> {
        const WHAT: &str = "enable trusted access for iam.amazonaws.com";
        let call = self.organizations.enable_aws_service_access().service_principal(IAM);
        call.send().await.map_err(|error| AwsError::new(WHAT, error))?;
        patiently(is_without_trusted_access, || self.list_features()).await
    }

    /// Switches a feature on.
    ///
    /// # Errors
    /// Any failure of the call, and an answer that does not show the feature.
    pub async fn enable(&self, feature: Feature) -> Result<(), AwsError> {
        let on = match feature {
            Feature::RootCredentialsManagement => {
                patiently(is_without_trusted_access, || self.enable_credentials_management()).await?
            }
            Feature::RootSessions => patiently(is_without_trusted_access, || self.enable_sessions()).await?,
        };
        if on.contains(&feature) {
            return Ok(());
        }
        Err(AwsError::of_kind(ErrorKind::Defect, "switch a feature on", format!("the answer leaves {feature:?} out")))
    }

    /// The accounts that are delegated for IAM.
    ///
    /// # Errors
    /// Any failure of `ListDelegatedAdministrators`, and an account id that cannot be read.
    pub async fn delegated_administrators(&self) -> Result<BTreeSet<AccountId>, AwsError> {
        const WHAT: &str = "list the delegated administrators for iam.amazonaws.com";
        let mut pages =
            self.organizations.list_delegated_administrators().service_principal(IAM).into_paginator().send();
        let mut delegates = BTreeSet::new();
        while let Some(page) = pages.next().await {
            for delegate in page.map_err(|error| AwsError::new(WHAT, error))?.delegated_administrators() {
                let id = delegate.id().unwrap_or_default().parse();
                delegates.insert(id.map_err(|error| AwsError::of_kind(ErrorKind::Defect, WHAT, error))?);
            }
        }
        Ok(delegates)
    }

    /// Registers an account as a delegated administrator for IAM, and reads that it is one.
    ///
    /// # Errors
    /// Any failure of `RegisterDelegatedAdministrator` but that it is one already; a list afterwards without it.
    pub async fn register_delegated_administrator(&self, account: AccountId) -> Result<(), AwsError> {
        patiently(is_before_trusted_access, || self.register(account)).await?;
        patiently(|error| error.kind() == ErrorKind::NotYetVisible, || self.require_delegate(account)).await
    }

    async fn list_features(&self) -> Result<BTreeSet<Feature>, AwsError> {
        let call = self.iam.list_organizations_features();
        let answer =
            call.send().await.map_err(|error| AwsError::new("read which root access features are on", error))?;
        Ok(known(answer.enabled_features()))
    }

    async fn enable_credentials_management(&self) -> Result<BTreeSet<Feature>, AwsError> {
        let call = self.iam.enable_organizations_root_credentials_management();
        let answer = call.send().await.map_err(|error| AwsError::new("enable root credentials management", error))?;
        Ok(known(answer.enabled_features()))
    }

    async fn enable_sessions(&self) -> Result<BTreeSet<Feature>, AwsError> {
        let call = self.iam.enable_organizations_root_sessions();
        let answer = call.send().await.map_err(|error| AwsError::new("enable root sessions", error))?;
        Ok(known(answer.enabled_features()))
    }

    async fn register(&self, account: AccountId) -> Result<(), AwsError> {
        let call = self.organizations.register_delegated_administrator();
        let call = call.account_id(account.to_string()).service_principal(IAM);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                let what = format!("register account `{account}` as a delegated administrator for iam.amazonaws.com");
                let error = AwsError::new(what, error);
                if error.code() == Some("AccountAlreadyRegisteredException") { Ok(()) } else { Err(error) }
            }
        }
    }

    async fn require_delegate(&self, account: AccountId) -> Result<(), AwsError> {
        if self.delegated_administrators().await?.contains(&account) {
            return Ok(());
        }
        let what = format!("see account `{account}` as a delegated administrator for iam.amazonaws.com");
        Err(AwsError::of_kind(
            ErrorKind::NotYetVisible,
            what,
            "it was registered, and AWS does not list it yet: try again",
        ))
    }
}

fn known(features: &[FeatureType]) -> BTreeSet<Feature> {
    let known = |feature: &FeatureType| match feature {
        FeatureType::RootCredentialsManagement => Some(Feature::RootCredentialsManagement),
        FeatureType::RootSessions => Some(Feature::RootSessions),
        _ => None,
    };
    features.iter().filter_map(known).collect()
}

fn is_without_trusted_access(error: &AwsError) -> bool {
    error.code() == Some("ServiceAccessNotEnabledException")
}

/// Organizations has one code for many constraints; of this one the text is known.
fn is_before_trusted_access(error: &AwsError) -> bool {
    error.code() == Some("ConstraintViolationException") && error.to_string().contains("enable service access")
}

/// Asks again while the refusal only means that another service does not know yet what was switched on a moment ago.
async fn patiently<T>(
    is_early: impl Fn(&AwsError) -> bool,
    ask: impl AsyncFn() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    for seconds in WAITS_SECONDS {
        match ask().await {
            Err(error) if is_early(&error) => sleep(Duration::from_secs(seconds)).await,
            answer => return answer,
        }
    }
    ask().await
}
