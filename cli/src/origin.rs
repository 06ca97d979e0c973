//! Whose command it is, and where it goes: what one writes down, another one never takes for its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use rootwarden_aws::service_endpoints;
use rootwarden_domain::{AccountId, text::line::on_one_line};
use serde::{Deserialize, Serialize};

use crate::{access::Access, arguments::AccessArguments};

/// How the session names begin that the SDK makes up for a role that a profile names. A number follows that is another one
/// each time. Source: aws-config 1.13.0, `sts::util::default_session_name`.
const MADE_UP_SESSIONS: [&str; 3] = ["assume-role-from-profile-", "web-identity-token-", "assume-role-provider-"];

/// One identity in one organization, at one set of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    pub caller_account: AccountId,
    /// As AWS says it, without a session name that the SDK made up.
    pub caller_arn: String,
    pub management_account: AccountId,
    pub region: String,
    /// Where STS, IAM and Organizations are called, and what the environment names for single services.
    pub endpoints: BTreeMap<String, String>,
}

impl Origin {
    pub async fn of(access: &Access, arguments: &AccessArguments) -> Self {
        // Names and values of the environment are not always text.
        let variables = env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with("AWS_ENDPOINT_URL_"))?;
            Some((name, value.to_string_lossy().into_owned()))
        });
        // The option goes before the environment, as in the SDK.
        let of_services = variables.filter(|_| arguments.endpoint_url.is_none());
        let called = service_endpoints(&access.config).await;
        let called = called.into_iter().map(|(service, url)| (service.to_owned(), url));
        let of_all = access.config.endpoint_url().map(|url| ("AWS_ENDPOINT_URL".to_owned(), url.to_owned()));
        Self {
            caller_account: access.caller.account,
            caller_arn: steady(&access.caller.arn),
            management_account: access.management_account,
            region: access.config.region().map(ToString::to_string).unwrap_or_default(),
            endpoints: called.chain(of_services).chain(of_all).collect(),
        }
    }

    /// What of `here` is not what it was, in words; `None` if all is the same.
    pub fn difference(&self, here: &Self) -> Option<String> {
        let Self { caller_account, caller_arn, management_account, region, endpoints } = self;
        Some(if *management_account != here.management_account {
            format!(
                "is of the organization of account `{management_account}`, and these credentials are of that of `{}`",
                here.management_account
            )
        } else if (caller_account, caller_arn) != (&here.caller_account, &here.caller_arn) {
            format!("was made by {}, and you are {}", on_one_line(caller_arn), on_one_line(&here.caller_arn))
        } else if *region != here.region {
            format!("was made in {}, and this is {}", on_one_line(region), here.region)
        } else if *endpoints != here.endpoints {
            format!("was made at {}, and this is {}", places(endpoints), places(&here.endpoints))
        } else {
            return None;
        })
    }
}

fn places(endpoints: &BTreeMap<String, String>) -> String {
    if endpoints.is_empty() {
        return "AWS's own endpoints".to_owned();
    }
    let places: BTreeSet<&str> = endpoints.values().map(String::as_str).collect();
    on_one_line(&places.into_iter().collect::<Vec<_>>().join(", "))
}

/// The ARN of whoever calls: the same for each session of one role that the SDK has named itself.
fn steady(arn: &str) -> String {
    if let Some((role, session)) = arn.rsplit_once('/') {
        let number = MADE_UP_SESSIONS.iter().find_map(|begins| session.strip_prefix(begins));
        if arn.contains(":assumed-role/")
            && number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return role.to_owned();
        }
    }
    arn.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_name_counts_unless_the_sdk_made_it_up() {
        let role = "arn:aws:sts::111122223333:assumed-role/audit";
        assert_eq!(steady(&format!("{role}/assume-role-from-profile-1790000000000")), role);
        for kept in ["ann@example.com", "assume-role-from-profile-ann", "1790000000000"] {
            assert_eq!(steady(&format!("{role}/{kept}")), format!("{role}/{kept}"));
        }
        let user = "arn:aws:iam::111122223333:user/assume-role-provider-1";
        assert_eq!(steady(user), user);
    }

    #[test]
    fn what_differs_is_said() {
        let origin = Origin {
            caller_account: "111122223333".parse().unwrap(),
            caller_arn: "arn:aws:iam::111122223333:user/ann".into(),
            management_account: "111122223333".parse().unwrap(),
            region: "us-east-1".into(),
            endpoints: BTreeMap::new(),
        };
        assert_eq!(origin.difference(&origin), None);
        let with = |change: fn(&mut Origin)| {
            let mut here = origin.clone();
            change(&mut here);
            origin.difference(&here).unwrap()
        };
        assert!(with(|here| here.management_account = "444455556666".parse().unwrap()).contains("organization"));
        assert!(with(|here| here.caller_arn = "arn:aws:iam::111122223333:user/ben".into()).contains("you are"));
        assert!(with(|here| here.region = "eu-west-1".into()).contains("made in us-east-1, and this is eu-west-1"));
        let elsewhere = |here: &mut Origin| drop(here.endpoints.insert("AWS_ENDPOINT_URL".into(), "http://x".into()));
        assert_eq!(with(elsewhere), "was made at AWS's own endpoints, and this is http://x");
    }
}
