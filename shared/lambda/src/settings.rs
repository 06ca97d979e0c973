//! A deployment's settings. They come from the environment alone, never from an input.

use std::{collections::BTreeMap, fmt::Display, num::NonZeroU32, str::FromStr};

use rootwarden_aws::SessionBudget;
use rootwarden_domain::{
    AccountId, Mode,
    people::{People, PersonKinds, PersonRole},
    recovery::DurationLimits,
    run::exemption::Exemptions,
    text::input::InputError,
    unlock::ProtectedResources,
};

use crate::error::FunctionError;

/// Which of the two deployments of `access-requests` this is: IAM tells them apart, since each has a URL of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// What people ask for, and what runs ask of them.
    Requests,
    /// What people approve and reject.
    Approvals,
}

/// Whether policies of buckets and queues are changed on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlockRequests {
    On,
    Off,
}

/// Whether other automation is told by events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    On,
    Off,
}

/// Of which accounts Security Hub gets findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityHubFindings {
    Off,
    NotPassed,
    All,
}

/// Whether findings are written in OCSF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcsfFindings {
    On,
    Off,
}

/// The function's environment, as far as it is ours.
#[derive(Debug, Clone, Default)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    #[must_use]
    pub fn from_environment() -> Self {
        Self(std::env::vars().filter(|(name, _)| name.starts_with("ROOTWARDEN_")).collect())
    }

    /// Settings for a test.
    #[must_use]
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The project's bucket.
    ///
    /// # Errors
    /// It is not set.
    pub fn bucket(&self) -> Result<String, FunctionError> {
        self.text("ROOTWARDEN_BUCKET").map(str::to_owned)
    }

    /// The name of the deployment's stack.
    ///
    /// # Errors
    /// It is not set.
    pub fn stack(&self) -> Result<String, FunctionError> {
        self.text("ROOTWARDEN_STACK").map(str::to_owned)
    }

    /// The state machine that secures accounts.
    ///
    /// # Errors
    /// It is not set.
    pub fn state_machine_arn(&self) -> Result<String, FunctionError> {
        self.text("ROOTWARDEN_STATE_MACHINE_ARN").map(str::to_owned)
    }

    /// The state machine that carries out unlock requests; none where the deployment takes none.
    #[must_use]
    pub fn unlock_state_machine_arn(&self) -> Option<String> {
        self.text("ROOTWARDEN_UNLOCK_STATE_MACHINE_ARN").ok().map(str::to_owned)
    }

    /// The state machine that carries out recovery requests; none in a deployment that could not take recovery back.
    #[must_use]
    pub fn recovery_state_machine_arn(&self) -> Option<String> {
        self.text("ROOTWARDEN_RECOVERY_STATE_MACHINE_ARN").ok().map(str::to_owned)
    }

    /// The state machine that tells people of requests to release a key.
    ///
    /// # Errors
    /// It is not set.
    pub fn releases_state_machine_arn(&self) -> Result<String, FunctionError> {
        self.text("ROOTWARDEN_RELEASES_STATE_MACHINE_ARN").map(str::to_owned)
    }

    /// For how long root password recovery may be allowed.
    ///
    /// # Errors
    /// One of them is not set, is no duration, or the least is more than the most.
    pub fn recovery_limits(&self) -> Result<DurationLimits, FunctionError> {
        let least = "ROOTWARDEN_RECOVERY_AT_LEAST";
        DurationLimits::new(self.parsed(least)?, self.parsed("ROOTWARDEN_RECOVERY_AT_MOST")?)
            .map_err(|error| wrong(least, error))
    }

    /// Which requests of people this deployment of the function takes.
    ///
    /// # Errors
    /// It is not set, or neither `requests` nor `approvals`.
    pub fn endpoint(&self) -> Result<Endpoint, FunctionError> {
        match self.text("ROOTWARDEN_ENDPOINT")? {
            "requests" => Ok(Endpoint::Requests),
            "approvals" => Ok(Endpoint::Approvals),
            other => Err(wrong("ROOTWARDEN_ENDPOINT", format!("`{other}` is neither `requests` nor `approvals`"))),
        }
    }

    /// The account that this deployment is in.
    ///
    /// # Errors
    /// It is not set, or no account id.
    pub fn account_id(&self) -> Result<AccountId, FunctionError> {
        self.parsed("ROOTWARDEN_ACCOUNT_ID")
    }

    /// Who counts as a person: principals of the deployment's own account, of the kinds and roles that it names.
    ///
    /// # Errors
    /// The account or the kinds are not set, or cannot be read; a role is not named by one ARN of that account.
    pub fn people(&self) -> Result<People, FunctionError> {
        let account = self.account_id()?;
        let kinds: PersonKinds = self.parsed("ROOTWARDEN_PEOPLE")?;
        let roles = "ROOTWARDEN_PERSON_ROLE_ARNS";
        let named = self.0.get(roles).map_or("", String::as_str).split(',').filter(|arn| !arn.is_empty());
        let named = named.map(str::parse::<PersonRole>).collect::<Result<Vec<_>, _>>();
        People::new(account, kinds, named.map_err(|error| wrong(roles, error))?).map_err(|error| wrong(roles, error))
    }

    /// Whether this deployment takes unlock requests.
    ///
    /// # Errors
    /// It is not set, or neither `on` nor `off`.
    pub fn unlock_requests(&self) -> Result<UnlockRequests, FunctionError> {
        match self.text("ROOTWARDEN_UNLOCK_REQUESTS")? {
            "on" => Ok(UnlockRequests::On),
            "off" => Ok(UnlockRequests::Off),
            other => Err(wrong("ROOTWARDEN_UNLOCK_REQUESTS", format!("`{other}` is neither `on` nor `off`"))),
        }
    }

    /// How many workers of a map are at work at the same time.
    ///
    /// # Errors
    /// It is not set, or not a whole number above 0.
    pub fn workers(&self) -> Result<u32, FunctionError> {
        self.parsed::<NonZeroU32>("ROOTWARDEN_WORKERS").map(NonZeroU32::get)
    }

    /// Buckets and queues that no unlock request may touch; the project's own bucket is always one of them.
    ///
    /// # Errors
    /// They are not set or cannot be read, in which case nothing may be touched.
    pub fn protected_resources(&self) -> Result<ProtectedResources, FunctionError> {
        let protected = ProtectedResources::parse(self.text("ROOTWARDEN_PROTECTED_RESOURCES")?)
            .map_err(|error| wrong("ROOTWARDEN_PROTECTED_RESOURCES", error))?;
        Ok(protected.and(self.bucket()?))
    }

    /// Whether an unlock request needs the approval of a second person.
    ///
    /// # Errors
    /// It is not set, or neither `true` nor `false`.
    pub fn require_approval(&self) -> Result<bool, FunctionError> {
        self.parsed("ROOTWARDEN_REQUIRE_APPROVAL")
    }

    /// What this deployment may do at most.
    ///
    /// # Errors
    /// It is not set, or neither `report` nor `enforce`.
    pub fn mode(&self) -> Result<Mode, FunctionError> {
        match self.text("ROOTWARDEN_MODE")? {
            "report" => Ok(Mode::Report),
            "enforce" => Ok(Mode::Enforce),
            other => Err(wrong("ROOTWARDEN_MODE", format!("`{other}` is neither `report` nor `enforce`"))),
        }
    }

    /// Accounts in which nothing is deleted.
    ///
    /// # Errors
    /// They are not set or cannot be read, in which case nothing may be deleted.
    pub fn exemptions(&self) -> Result<Exemptions, FunctionError> {
        Exemptions::parse(self.text("ROOTWARDEN_EXEMPT_ACCOUNTS")?)
            .map_err(|error| wrong("ROOTWARDEN_EXEMPT_ACCOUNTS", error))
    }

    /// For how many days after its last use an access key is protected; 0 protects none.
    ///
    /// # Errors
    /// It is not set, or not a whole number.
    pub fn protect_keys_used_within_days(&self) -> Result<u16, FunctionError> {
        self.parsed("ROOTWARDEN_PROTECT_KEYS_USED_WITHIN_DAYS")
    }

    /// For how many minutes a new account is waited for.
    ///
    /// # Errors
    /// It is not set, or not a whole number.
    pub fn new_account_wait_minutes(&self) -> Result<u16, FunctionError> {
        self.parsed("ROOTWARDEN_NEW_ACCOUNT_WAIT_MINUTES")
    }

    /// How many accounts may be cleaned within 24 hours without an approval.
    ///
    /// # Errors
    /// It is not set, or not a whole number.
    pub fn max_accounts_to_clean(&self) -> Result<usize, FunctionError> {
        self.parsed("ROOTWARDEN_MAX_ACCOUNTS_TO_CLEAN")
    }

    /// How many root sessions all workers together may open a second, and how many workers there are.
    ///
    /// # Errors
    /// One of them is not set, or not a whole number above 0.
    pub fn session_budget(&self) -> Result<SessionBudget, FunctionError> {
        let per_second: NonZeroU32 = self.parsed("ROOTWARDEN_ASSUME_ROOT_PER_SECOND")?;
        let workers: NonZeroU32 = self.parsed("ROOTWARDEN_WORKERS")?;
        Ok(SessionBudget { per_second: per_second.get(), workers: workers.get() })
    }

    /// Of which runs people are told: `T` reads `problems`, `always` or `never`.
    ///
    /// # Errors
    /// It is not set, or none of them.
    pub fn notices_of_runs<T: FromStr<Err: Display>>(&self) -> Result<T, FunctionError> {
        self.parsed("ROOTWARDEN_NOTICES_OF_RUNS")
    }

    /// The topic of notices.
    ///
    /// # Errors
    /// It is not set.
    pub fn notices_topic_arn(&self) -> Result<String, FunctionError> {
        self.text("ROOTWARDEN_NOTICES_TOPIC_ARN").map(str::to_owned)
    }

    /// The topic of the same notices in the form for a chat; none where nobody asked for it.
    #[must_use]
    pub fn chat_topic_arn(&self) -> Option<String> {
        self.text("ROOTWARDEN_CHAT_TOPIC_ARN").ok().map(str::to_owned)
    }

    /// What the ARN of a run begins with, up to its name.
    ///
    /// # Errors
    /// It is not set.
    pub fn execution_arn_prefix(&self) -> Result<String, FunctionError> {
        self.text("ROOTWARDEN_EXECUTION_ARN_PREFIX").map(str::to_owned)
    }

    /// Whether other automation is told by events.
    ///
    /// # Errors
    /// It is not set, or neither `on` nor `off`.
    pub fn events(&self) -> Result<Events, FunctionError> {
        match self.text("ROOTWARDEN_EVENTS")? {
            "on" => Ok(Events::On),
            "off" => Ok(Events::Off),
            other => Err(wrong("ROOTWARDEN_EVENTS", format!("`{other}` is neither `on` nor `off`"))),
        }
    }

    /// Of which accounts Security Hub gets findings.
    ///
    /// # Errors
    /// It is not set, or none of `off`, `not-passed` and `all`.
    pub fn security_hub(&self) -> Result<SecurityHubFindings, FunctionError> {
        match self.text("ROOTWARDEN_SECURITY_HUB")? {
            "off" => Ok(SecurityHubFindings::Off),
            "not-passed" => Ok(SecurityHubFindings::NotPassed),
            "all" => Ok(SecurityHubFindings::All),
            other => {
                Err(wrong("ROOTWARDEN_SECURITY_HUB", format!("`{other}` is none of `off`, `not-passed` and `all`")))
            }
        }
    }

    /// Whether findings are written in OCSF.
    ///
    /// # Errors
    /// It is not set, or neither `on` nor `off`.
    pub fn ocsf_findings(&self) -> Result<OcsfFindings, FunctionError> {
        match self.text("ROOTWARDEN_OCSF_FINDINGS")? {
            "on" => Ok(OcsfFindings::On),
            "off" => Ok(OcsfFindings::Off),
            other => Err(wrong("ROOTWARDEN_OCSF_FINDINGS", format!("`{other}` is neither `on` nor `off`"))),
        }
    }

    fn text(&self, name: &'static str) -> Result<&str, FunctionError> {
        match self.0.get(name).map(String::as_str) {
            Some("") | None => Err(wrong(name, "it is not set")),
            Some(value) => Ok(value),
        }
    }

    fn parsed<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<T, FunctionError> {
        self.text(name)?.parse().map_err(|error| wrong(name, error))
    }
}

fn wrong(name: &'static str, why: impl ToString) -> FunctionError {
    InputError::new("setting", format!("`{name}`: {}", why.to_string())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i5_a_setting_that_is_missing_or_unknown_is_refused_by_its_name() {
        let error = Settings::of([("ROOTWARDEN_MODE", "delete")]).mode().unwrap_err();
        assert_eq!(error.to_string(), "invalid setting: `ROOTWARDEN_MODE`: `delete` is neither `report` nor `enforce`");
        let error = Settings::of([("ROOTWARDEN_BUCKET", "")]).bucket().unwrap_err();
        assert_eq!(error.to_string(), "invalid setting: `ROOTWARDEN_BUCKET`: it is not set");
        assert!(Settings::of([]).exemptions().is_err(), "exemptions that are not there are not none");
    }
}
