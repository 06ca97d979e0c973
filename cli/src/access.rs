//! The caller's way into the organization.

use std::env;

use rootwarden_aws::{
    AwsError, CallerIdentity, Clock, Organization, OrganizationLists, PersonProfile, RootSessions, SdkConfig,
    SessionBudget, SignIn, load_config_of_person, profiles_of_person, sts_endpoint,
};
use rootwarden_domain::{AccountId, Failure, text::line::on_one_line};
use tokio::sync::Mutex;

use crate::{
    arguments::AccessArguments,
    exit::Ended,
    stop::{Reason, Stop},
};

/// A third of what AWS publishes for an account and Region, which everything else in the account shares.
const SESSIONS: SessionBudget = SessionBudget { per_second: 200, workers: 1 };

/// Everything that the caller's credentials open.
#[derive(Debug)]
pub struct Access {
    pub config: SdkConfig,
    pub caller: CallerIdentity,
    pub management_account: AccountId,
    pub organization: Organization,
    pub lists: OrganizationLists,
    pub sessions: RootSessions,
    pub clock: Clock,
    renewal: String,
    /// One at a time asks whether the caller's credentials still count.
    asking: Mutex<()>,
}

impl Access {
    /// Finds out who calls, and that root credentials are managed centrally.
    ///
    /// # Errors
    /// There is no Region, or AWS does not let the caller.
    pub async fn open(arguments: &AccessArguments) -> Result<Self, Ended> {
        let access = Self::open_whatever_is_on(arguments).await?;
        access.organization.require_root_credentials_management().await?;
        Ok(access)
    }

    /// Finds out who calls. Whether the feature is on that a task needs, AWS says when a session is opened.
    ///
    /// # Errors
    /// There is no Region, or AWS does not let the caller.
    pub async fn open_whatever_is_on(arguments: &AccessArguments) -> Result<Self, Ended> {
        let config = load_config(arguments).await?;
        let renewal = renewal(arguments).await;
        let caller = CallerIdentity::read(&config).await;
        let caller =
            caller.map_err(|error| if error.is_about_credentials() { error.with_note(&renewal) } else { error })?;
        let organization = Organization::new(&config);
        let management_account = organization.management_account().await?;
        Ok(Self {
            lists: OrganizationLists::new(&config),
            sessions: RootSessions::new(&config, SESSIONS),
            clock: Clock::of(&config),
            config,
            caller,
            management_account,
            organization,
            renewal,
            asking: Mutex::new(()),
        })
    }

    /// Asks, after a failure that may come of it, whether AWS still takes the caller's credentials, and stops if not.
    pub async fn watch(&self, failure: &Failure, stop: &Stop) {
        if !may_be_lost(failure) {
            return;
        }
        let _one_at_a_time = self.asking.lock().await;
        if stop.reason().is_some() {
            return;
        }
        if let Err(error) = CallerIdentity::read(&self.config).await
            && let Some(reason) = self.lost(&error)
        {
            stop.set(reason);
        }
    }

    /// Why no other call would be answered either, if an error says so.
    pub fn lost(&self, error: &AwsError) -> Option<Reason> {
        if error.is_about_credentials() {
            return Some(Reason::AccessLost(format!("AWS no longer takes your credentials: {}", self.renewal)));
        }
        error.is_without_answer().then(|| Reason::AccessLost(error.to_string()))
    }
}

/// Loads the configuration, and refuses what no root session can be opened with.
pub async fn load_config(arguments: &AccessArguments) -> Result<SdkConfig, Ended> {
    let named = arguments.profile.clone().or_else(|| of_environment("AWS_PROFILE"));
    let profiles = profiles(arguments).await;
    if let (Some([]), Some(named)) = (profiles.as_deref(), &named) {
        let why = format!(
            "there is no profile `{}` in the AWS CLI's files: `aws configure list-profiles` lists them",
            on_one_line(named)
        );
        return Err(Ended::Usage(why));
    }
    if let Some(PersonProfile { name: profile, .. }) = profiles.iter().flatten().find(|profile| profile.needs_code) {
        let export = format!("aws configure export-credentials --format env --profile {}", shell_words::quote(profile));
        return Err(Ended::Usage(format!(
            "the profile `{}` asks for a code of an MFA device (mfa_serial), which nobody is asked for here: `eval \"$({export})\"` asks for it and puts a session into the environment; then leave --profile out",
            on_one_line(profile)
        )));
    }
    let config = load_config_of_person(&arguments.options()).await;
    if config.region().is_none() {
        let profile = named
            .map_or_else(|| "the profile".to_owned(), |profile| format!("the profile `{}`", on_one_line(&profile)));
        return Err(Ended::Usage(format!("no Region: say --region, set AWS_REGION, or `region` in {profile}")));
    }
    // Seen on AWS: the global endpoint answers AssumeRoot with InvalidAction.
    if let Some(global) = sts_endpoint(&config).await.filter(|url| is_global_sts(url)) {
        let why = format!(
            "`{global}` is the global endpoint of STS, which does not serve AssumeRoot: leave it out, so that the Region's is called"
        );
        return Err(Ended::Usage(why));
    }
    Ok(config)
}

/// The profiles on the way to the caller's credentials; `None` where there are none, or their files cannot be read.
///
/// Keys in the environment go before its profile, and not before one that was named.
async fn profiles(arguments: &AccessArguments) -> Option<Vec<PersonProfile>> {
    if arguments.profile.is_none() && of_environment("AWS_ACCESS_KEY_ID").is_some() {
        return None;
    }
    profiles_of_person(arguments.profile.as_deref()).await
}

/// The profile on that way whose `credential_process` has this word.
pub async fn profile_with_process(arguments: &AccessArguments, word: &str) -> Option<String> {
    let mut profiles = profiles(arguments).await?.into_iter();
    let has_word = |profile: &PersonProfile| profile.credential_process.as_ref().is_some_and(|it| it.contains(word));
    profiles.find(has_word).map(|profile| profile.name)
}

fn of_environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_global_sts(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.split(['/', ':']).next() == Some("sts.amazonaws.com")
}

/// What renews the caller's credentials.
pub async fn renewal(arguments: &AccessArguments) -> String {
    const AGAIN: &str = "then say the same again";
    let profiles = profiles(arguments).await.unwrap_or_default();
    // Whoever assumes a role signs in for the profile that it is assumed from.
    if let Some((PersonProfile { name, .. }, sign_in)) =
        profiles.iter().rev().find_map(|profile| Some((profile, profile.sign_in?)))
    {
        let login = match sign_in {
            SignIn::IdentityCenter => "aws sso login",
            SignIn::Console => "aws login",
        };
        return format!("renew them with `{login} --profile {}`, {AGAIN}", shell_words::quote(name));
    }
    let profile = arguments.profile.clone().or_else(|| of_environment("AWS_PROFILE"));
    let profile = profile.map(|profile| shell_words::quote(&profile).into_owned());
    match (profile, arguments.profile.is_none() && of_environment("AWS_ACCESS_KEY_ID").is_some()) {
        (_, true) => "put new ones into the environment, then say the same again".to_owned(),
        (Some(profile), false) => format!(
            "renew them with `aws sso login --profile {profile}` (or `aws login --profile {profile}`), then say the same again"
        ),
        (None, false) => "renew them with `aws sso login` (or `aws login`), then say the same again".to_owned(),
    }
}

/// Whether a failure in one account may be one of the caller's own credentials, or of the network.
fn may_be_lost(failure: &Failure) -> bool {
    use rootwarden_domain::ErrorKind;
    match failure.code.as_deref() {
        Some(code) => ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"]
            .contains(&code),
        None => matches!(failure.kind, ErrorKind::Transient | ErrorKind::Defect),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_global_endpoint_is_the_global_endpoint() {
        for url in ["https://sts.amazonaws.com", "https://sts.amazonaws.com/", "sts.amazonaws.com:443"] {
            assert!(is_global_sts(url), "{url}");
        }
        for url in ["https://sts.us-east-1.amazonaws.com", "http://127.0.0.1:4566", "https://sts.amazonaws.com.cn"] {
            assert!(!is_global_sts(url), "{url}");
        }
    }
}
