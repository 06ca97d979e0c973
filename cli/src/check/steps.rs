//! What is asked, one thing after the other: each needs the one before.

use std::{collections::BTreeSet, env};

use rootwarden_aws::{
    AwsError, CallerIdentity, Clock, Deadline, Feature, Organization, OrganizationLists, RootAccess, RootSessions,
    SdkConfig, SessionBudget, audit, read_everything, sts_endpoint,
};
use rootwarden_domain::{
    AccountId, Candidate,
    aws::partition::Partition,
    run::{
        audit::AuditOutcome,
        selection::{Eligibility, Ineligible, OrganizationAccount, Request, Selection},
    },
};

use super::{Finding, State, record::Recording};
use crate::{
    access::{load_config, renewal},
    context::Context,
    exit::Ended,
    words::for_caller,
};

/// One session is opened, or none.
const ONE: SessionBudget = SessionBudget { per_second: 2, workers: 1 };
/// How many pages of the list are looked through for an active member.
const PAGES: u32 = 5;
const LONGEST: std::time::Duration = std::time::Duration::from_mins(2);

pub async fn all(
    probe: Option<AccountId>,
    recording: Option<&Recording>,
    context: &Context,
) -> Result<Vec<Finding>, Ended> {
    let config = load_config(&context.access).await?;
    let Some(recording) = recording else { return findings(&config, probe, Lists::OfWhatIsFound, context).await };
    if let Some(url) = &recording.simulator {
        let simulated = recording.simulated.simulated(&config, url);
        findings(&simulated, None, Lists::Every, context).await?;
    }
    findings(&recording.answers.recorded(&config), probe, Lists::Every, context).await
}

/// Which lists of the account are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lists {
    /// Only where the summary says that something is there.
    OfWhatIsFound,
    /// All of them: what AWS answers for an empty one is worth knowing, too.
    Every,
}

async fn findings(
    config: &SdkConfig,
    probe: Option<AccountId>,
    lists: Lists,
    context: &Context,
) -> Result<Vec<Finding>, Ended> {
    let mut findings = vec![region(config, context), endpoint(config).await];
    let caller = match CallerIdentity::read(config).await {
        Ok(caller) => caller,
        Err(error) => {
            let to_do = if error.is_about_credentials() {
                format!("{}; or name another profile with --profile", renewal(&context.access).await)
            } else {
                "sign in, or name another profile with --profile".to_owned()
            };
            findings.push(of_error("credentials", &error, Some(&to_do)));
            return Ok(findings);
        }
    };
    findings.push(ok("credentials", format!("you are {}", caller.arn)));
    let organization = Organization::new(config);
    let management_account = match organization.management_account().await {
        Ok(account) => account,
        Err(error) => {
            findings.push(of_error("organization", &error, None));
            return Ok(findings);
        }
    };
    findings.push(ok("organization", format!("managed by account {management_account}")));
    let centralized = RootAccess::new(config);
    findings.push(role(&centralized, caller.account, management_account).await);
    let (features, can_go_on) = features(&centralized).await;
    findings.extend(features);
    if can_go_on {
        findings.push(session(config, &organization, management_account, probe, lists).await);
    }
    Ok(findings)
}

fn ok(name: &'static str, found: String) -> Finding {
    Finding { name, state: State::Ok, found, to_do: None }
}

fn failed(name: &'static str, found: String, to_do: &str) -> Finding {
    Finding { name, state: State::Failed, found, to_do: Some(to_do.to_owned()) }
}

fn of_error(name: &'static str, error: &AwsError, to_do: Option<&str>) -> Finding {
    // A refusal is known; a fault of AWS or of the network says nothing about what was asked.
    let state = match crate::exit::Exit::of_error(error) {
        crate::exit::Exit::Refused => State::Failed,
        _ => State::Unknown,
    };
    Finding { name, state, found: for_caller(&error.to_string()), to_do: to_do.map(str::to_owned) }
}

fn region(config: &SdkConfig, context: &Context) -> Finding {
    let region = config.region().map_or("", AsRef::as_ref);
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let from = match &context.access.region {
        Some(_) => "from --region",
        None if is_set("AWS_REGION") => "from AWS_REGION",
        None if is_set("AWS_DEFAULT_REGION") => "from AWS_DEFAULT_REGION",
        None => "from the profile",
    };
    ok("region", format!("{region}, {from}; partition {}", Partition::of_region(region)))
}

/// The global endpoint was refused before.
async fn endpoint(config: &SdkConfig) -> Finding {
    const NAME: &str = "STS endpoint";
    if let Some(address) = sts_endpoint(config).await {
        return ok(NAME, address);
    }
    let found = "no address can be made of what is set".to_owned();
    let to_do = "look at the Region and at addresses that the environment or the profile names".to_owned();
    Finding { name: NAME, state: State::Unknown, found, to_do: Some(to_do) }
}

async fn role(centralized: &RootAccess, caller: AccountId, management_account: AccountId) -> Finding {
    const NAME: &str = "account";
    if caller == management_account {
        return ok(NAME, format!("{caller} is the management account"));
    }
    match centralized.delegated_administrators().await {
        Ok(delegates) if delegates.contains(&caller) => {
            ok(NAME, format!("{caller} is delegated for iam.amazonaws.com"))
        }
        Ok(_) => {
            let found = format!("{caller} is neither the management account nor delegated for iam.amazonaws.com");
            let to_do = format!(
                "use credentials of account {management_account}, or `rootwarden enable --delegate {caller}` there"
            );
            failed(NAME, found, &to_do)
        }
        Err(error) => of_error(NAME, &error, None),
    }
}

/// The features, and whether a session can be opened with them.
async fn features(centralized: &RootAccess) -> (Vec<Finding>, bool) {
    const TRUST: &str = "trusted access";
    let on: BTreeSet<Feature> = match centralized.features().await {
        Ok(Some(on)) => on,
        Ok(None) => {
            let found = "trusted access for iam.amazonaws.com is off".to_owned();
            return (vec![failed(TRUST, found, "`rootwarden enable`, in the management account")], false);
        }
        Err(error) => return (vec![of_error(TRUST, &error, None)], false),
    };
    let mut findings = vec![ok(TRUST, "on for iam.amazonaws.com".to_owned())];
    let can_go_on = on.contains(&Feature::RootCredentialsManagement);
    findings.push(if can_go_on {
        ok("root credentials management", "on".to_owned())
    } else {
        failed("root credentials management", "off".to_owned(), "`rootwarden enable`, in the management account")
    });
    findings.push(if on.contains(&Feature::RootSessions) {
        ok("root sessions", "on".to_owned())
    } else {
        let to_do = "only unlocking buckets and queues needs it: `rootwarden enable --sessions`".to_owned();
        Finding { name: "root sessions", state: State::Off, found: "off".to_owned(), to_do: Some(to_do) }
    });
    (findings, can_go_on)
}

/// Opens an audit session in one member account: what denies it there, a service control policy most often, says so.
async fn session(
    config: &SdkConfig,
    organization: &Organization,
    management_account: AccountId,
    probe: Option<AccountId>,
    lists: Lists,
) -> Finding {
    const NAME: &str = "session in a member";
    let unknown =
        |found, to_do: &str| Finding { name: NAME, state: State::Unknown, found, to_do: Some(to_do.to_owned()) };
    let account = match candidate(config, organization, management_account, probe).await {
        Ok(Probed::Member(account)) => account,
        Ok(Probed::Ineligible(found)) => return unknown(found, "name an active member account with --probe"),
        Ok(Probed::None) => {
            return unknown("no active member account was found".to_owned(), "name one with --probe");
        }
        Err(error) => return of_error(NAME, &error, None),
    };
    let sessions = RootSessions::new(config, ONE);
    if lists == Lists::Every
        && let Err(error) = read_everything(&sessions, &account, &sessions.call_recorder()).await
    {
        return of_error(NAME, &error, None);
    }
    match audit(&sessions, &account, &sessions.call_recorder(), Deadline::after(LONGEST)).await {
        AuditOutcome::Clean => ok(NAME, format!("account {} can be read, and is clean", account.id)),
        AuditOutcome::Present(found) => ok(
            NAME,
            format!("account {} can be read, and has {} root credentials", account.id, found.credentials().len()),
        ),
        AuditOutcome::Unknown(failure) => {
            let state = match failure.kind {
                rootwarden_domain::ErrorKind::Denied | rootwarden_domain::ErrorKind::NotEnabled => State::Failed,
                _ => State::Unknown,
            };
            let to_do =
                failure.message.contains("service control policy").then(|| "docs/scp.md has the statement".to_owned());
            Finding { name: NAME, state, found: for_caller(&failure.message), to_do }
        }
        AuditOutcome::NotAttempted => {
            Finding { name: NAME, state: State::Unknown, found: "time ran out".to_owned(), to_do: None }
        }
    }
}

/// In which account a session is tried.
enum Probed {
    Member(Candidate),
    /// Somebody named one that is none for it, and why.
    Ineligible(String),
    None,
}

async fn candidate(
    config: &SdkConfig,
    organization: &Organization,
    management_account: AccountId,
    probe: Option<AccountId>,
) -> Result<Probed, AwsError> {
    let request = Request {
        selection: Selection::All,
        mode: rootwarden_domain::Mode::Report,
        exclude: rootwarden_domain::run::selection::Exclusions::default(),
        started_by: None,
    };
    let eligibility =
        |id: AccountId, found: Option<OrganizationAccount>| request.eligibility(management_account, id, found);
    if let Some(probe) = probe {
        let why = match eligibility(probe, organization.account(probe).await?) {
            Eligibility::Eligible(account) => return Ok(Probed::Member(account)),
            Eligibility::Ineligible(Ineligible::NotActive(state)) => format!("is not active: it is in state {state}"),
            Eligibility::Ineligible(reason) => format!("is {reason}"),
            Eligibility::Unknown(unknown) => format!("may not be active: {}", unknown.failure.message),
            Eligibility::NotSelected => "is not in the organization".to_owned(),
        };
        return Ok(Probed::Ineligible(format!("account {probe} {why}")));
    }
    let eligible = |account: OrganizationAccount| match eligibility(account.candidate.id, Some(account)) {
        Eligibility::Eligible(account) => Some(account),
        Eligibility::NotSelected | Eligibility::Ineligible(_) | Eligibility::Unknown(_) => None,
    };
    let accounts = OrganizationLists::new(config).accounts_from(None, PAGES).await?.accounts;
    let now = Clock::of(config).now();
    // One that has just joined may refuse for an hour.
    let is_settled = |account: &Candidate| {
        account.joined_at.is_none_or(|at| now.duration_since(at) > jiff::SignedDuration::from_hours(1))
    };
    Ok(accounts.into_iter().filter_map(eligible).find(is_settled).map_or(Probed::None, Probed::Member))
}
