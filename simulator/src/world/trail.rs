//! A trail of CloudTrail in the management account.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A trail. The default logs every management event of every account in every Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trail {
    pub name: String,
    #[serde(default = "home_region")]
    pub home_region: String,
    #[serde(default = "yes")]
    pub is_multi_region: bool,
    #[serde(default = "yes")]
    pub is_organization_trail: bool,
    #[serde(default = "yes")]
    pub is_logging: bool,
    /// What `GetEventSelectors` answers, but for the ARN.
    #[serde(default = "every_management_event")]
    pub event_selectors: Value,
}

impl Trail {
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            home_region: home_region(),
            is_multi_region: true,
            is_organization_trail: true,
            is_logging: true,
            event_selectors: every_management_event(),
        }
    }

    /// It logs in one Region alone.
    #[must_use]
    pub fn only_in(self, region: impl Into<String>) -> Self {
        Self { home_region: region.into(), is_multi_region: false, ..self }
    }

    /// It logs the management account alone.
    #[must_use]
    pub fn of_management_account(self) -> Self {
        Self { is_organization_trail: false, ..self }
    }

    #[must_use]
    pub fn stopped(self) -> Self {
        Self { is_logging: false, ..self }
    }

    #[must_use]
    pub fn selecting(self, event_selectors: Value) -> Self {
        Self { event_selectors, ..self }
    }

    pub(crate) fn arn(&self, management_account: &str) -> String {
        format!("arn:aws:cloudtrail:{}:{management_account}:trail/{}", self.home_region, self.name)
    }
}

pub(super) fn default_trails() -> Vec<Trail> {
    vec![Trail::new("management-events")]
}

fn home_region() -> String {
    "us-east-1".to_owned()
}

fn yes() -> bool {
    true
}

fn every_management_event() -> Value {
    json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": []}]})
}
