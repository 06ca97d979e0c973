//! What a world has unless it says otherwise.

use std::collections::BTreeSet;

use super::account::Account;
use super::feature::Feature;

/// The service principal of IAM, to which trusted access and delegation belong.
pub(crate) const IAM_SERVICE_PRINCIPAL: &str = "iam.amazonaws.com";

pub(crate) fn management(id: &str) -> Account {
    Account::new(id).name("management").joined_method("INVITED")
}

pub(crate) fn all_features() -> BTreeSet<Feature> {
    BTreeSet::from([Feature::RootSessions, Feature::RootCredentialsManagement])
}

pub(crate) fn iam_trusted() -> BTreeSet<String> {
    BTreeSet::from([IAM_SERVICE_PRINCIPAL.to_owned()])
}

pub(crate) fn default_iam_page() -> usize {
    100
}

pub(crate) fn default_accounts_page() -> usize {
    20
}

pub(crate) fn default_policies_page() -> usize {
    20
}

pub(crate) fn default_lambda_concurrency() -> u32 {
    1000
}

pub(crate) fn default_tags_page() -> usize {
    20
}
