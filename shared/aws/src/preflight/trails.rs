//! Trails of CloudTrail, as the account that this runs in sees them.

use aws_config::SdkConfig;
use rootwarden_domain::{
    ErrorKind,
    preflight::{EventSelectors, SeenTrail, Trail, unfit},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{AwsError, JsonRequest, JsonService};

/// Source: service model of CloudTrail, `targetPrefix` (botocore 1.44.5): the date in it is not that of the API's version.
const DESCRIBE_TRAILS: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails";
const GET_TRAIL_STATUS: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrailStatus";
const GET_EVENT_SELECTORS: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetEventSelectors";

/// Reads trails in one Region.
#[derive(Debug)]
pub struct Trails {
    cloudtrail: JsonService,
    region: String,
}

#[derive(Debug, Deserialize)]
struct Described {
    #[serde(rename = "trailList")]
    trails: Option<Vec<DescribedTrail>>,
}

/// Source: AWS CloudTrail API Reference, Trail.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedTrail {
    #[serde(default)]
    name: String,
    #[serde(rename = "TrailARN")]
    arn: String,
    #[serde(default)]
    home_region: String,
    #[serde(default)]
    is_multi_region_trail: bool,
    #[serde(default)]
    is_organization_trail: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TrailStatus {
    #[serde(default)]
    is_logging: bool,
}

impl Trails {
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        Self { cloudtrail: JsonService::new(config, "cloudtrail", region), region: region.to_owned() }
    }

    /// The trails that do not deliver what tells of new accounts, and why; none at all as soon as one does (`None`).
    ///
    /// `is_management_account`: of another account only its organization's trails log what happens in the management account.
    ///
    /// # Errors
    /// A trail could not be read, and none of the others does.
    pub async fn unfit(&self, is_management_account: bool) -> Result<Option<Vec<SeenTrail>>, AwsError> {
        let what = format!("list the trails in {}", self.region);
        let described: Described = self.read(&what, DESCRIBE_TRAILS, json!({"includeShadowTrails": true})).await?;
        let missing = || AwsError::of_kind(ErrorKind::Transient, &what, "there is no list of trails in the answer");
        let (mut seen, mut not_read) = (Vec::new(), None);
        for described in described.trails.ok_or_else(missing)? {
            if !is_management_account && !described.is_organization_trail {
                continue;
            }
            match self.trail(described, is_management_account).await {
                Ok(trail) => match unfit(&trail, &self.region) {
                    None => return Ok(None),
                    Some(why) => seen.push(why),
                },
                Err(error) => not_read = Some(error),
            }
        }
        match not_read {
            Some(error) => Err(error),
            None => Ok(Some(seen)),
        }
    }

    /// By its ARN, as one of another Region or of the organization has to be asked for.
    ///
    /// Reported, and seen by nobody here: of an organization's trail a member account is told whether it logs, and not
    /// what (cloud-custodian, pull request 6394; turbot/steampipe-plugin-aws, issue 577).
    async fn trail(&self, described: DescribedTrail, is_management_account: bool) -> Result<Trail, AwsError> {
        let DescribedTrail { name, arn, home_region, is_multi_region_trail, is_organization_trail: _ } = described;
        let status: TrailStatus =
            self.read(&format!("read whether trail `{name}` logs"), GET_TRAIL_STATUS, json!({"Name": arn})).await?;
        let what = if is_management_account || !status.is_logging {
            format!("read what trail `{name}` logs")
        } else {
            format!("read in this account what organization trail `{name}`, which does log, is set to log")
        };
        let selectors: EventSelectors = self.read(&what, GET_EVENT_SELECTORS, json!({"TrailName": arn})).await?;
        Ok(Trail {
            name,
            is_multi_region: is_multi_region_trail,
            home_region,
            is_logging: status.is_logging,
            selects: selectors.selection(),
        })
    }

    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        what: &str,
        target: &'static str,
        input: Value,
    ) -> Result<T, AwsError> {
        self.cloudtrail.call(what, JsonRequest::Operation { target, input }).await
    }
}
