//! `unlock`: a bucket or queue whose policy locked everybody out. It inspects, unless it is told to change something.
//!
//! Who is locked out, what to change and what that opens is decided in `rootwarden-domain`, as for unlock requests. What is
//! missing here is the second person.

mod change;
mod place;
mod request;
mod wanted;

use rootwarden_aws::{MembershipError, ResourceSession};
use rootwarden_domain::{
    Pin, Sha256,
    aws::partition::Partition,
    people::Person,
    unlock::{FoundPolicy, LockOutKind, Planned, SignedRequest, UnlockPlan, UnlockRequest, plan},
};
use serde_json::json;

use crate::{
    access::{Access, load_config},
    arguments::{Format, UnlockArguments},
    context::Context,
    deployment,
    exit::{Ended, Exit},
    output, terminal,
};
use change::{Attempt, Confirmation};
use wanted::Wanted;

pub async fn run(arguments: UnlockArguments, context: &Context) -> Result<Exit, Ended> {
    if arguments.request {
        return request::send(&arguments, context).await;
    }
    let confirmation = Confirmation::of(&arguments)?;
    let stored = match &arguments.restore {
        Some(place) => Some(place::restored(place, &load_config(&context.access).await?).await?),
        None => None,
    };
    let wanted = Wanted::of(&arguments, stored)?;
    let access = Access::open_whatever_is_on(&context.access).await?;
    let partition = Partition::of_region(access.config.region().map_or("", AsRef::as_ref));
    let request = wanted.request(partition)?;
    if request.action.changes() && !arguments.ignore_deployment {
        deployment::require_none(&access.config, "--request with --reason and --ticket", context).await?;
    }
    let session = open(&access, &request).await?;
    let plan = planned(&access, &request, &wanted, &session, partition).await?;
    show(&plan, context)?;
    let Some(change) = plan.change().cloned() else { return Ok(ending(&plan)) };
    // A session may end while somebody reads.
    drop(session);
    Attempt { access: &access, request: &request, plan: &plan, change: &change }.make(&confirmation, context).await
}

/// Opens a session for the one task that the resource needs, in an account that Organizations has just confirmed.
pub async fn open(access: &Access, request: &UnlockRequest) -> Result<ResourceSession, Ended> {
    let account = request.account;
    // INVARIANT (I1): no session in the management account, outside the organization, or where the account is not active.
    let member = match access.organization.member(access.management_account, account).await {
        Ok(member) => member,
        Err(MembershipError::Ineligible(reason)) => {
            return Err(Ended::Refused(format!("account `{account}` is ineligible: {reason}")));
        }
        Err(MembershipError::Unanswered(error)) => return Err(error.into()),
    };
    Ok(ResourceSession::open(&access.sessions, &member, &request.resource).await?)
}

async fn planned(
    access: &Access,
    request: &UnlockRequest,
    wanted: &Wanted,
    session: &ResourceSession,
    partition: Partition,
) -> Result<UnlockPlan, Ended> {
    let now = access.clock.now();
    let unlock = format!("unlock-{}-cli", now.strftime("%Y%m%dT%H%M%SZ"));
    let person: Person = access.caller.arn.parse().map_err(|error| Ended::Refused(format!("{error}")))?;
    let signed = SignedRequest {
        unlock: unlock.parse().map_err(|error| Ended::Unfinished(format!("{error}")))?,
        request: request.clone(),
        requested_by: person,
        requested_at: now,
    };
    // There is no object that holds the request: what it says stands on this command's line.
    let text = serde_json::to_vec(&signed).map_err(|error| Ended::Unfinished(error.to_string()))?;
    let pin = Pin { key: signed.unlock.request_key(), version_id: String::new(), sha256: Sha256::of(&text) };
    let found = FoundPolicy {
        partition,
        region: session.region().to_owned(),
        policy: session.read().await?,
        stored: wanted.stored.as_ref(),
    };
    Ok(plan(&signed, pin, found, now))
}

fn show(plan: &UnlockPlan, context: &Context) -> Result<(), Ended> {
    let verdict = plan.lock_out_kind().to_string();
    match context.terminal.format() {
        Format::Table => terminal::say(&plan.text),
        Format::Json => terminal::say(&output::json(&json!({
            "account": plan.account,
            "resource": plan.resource,
            "region": plan.region,
            "locked_out": verdict,
            "planned": plan.planned,
            "text": plan.text,
        }))?),
        Format::Csv => {
            let record = [plan.account.to_string(), plan.region.clone(), verdict, plan.before_sha256.to_string()];
            terminal::say(&output::csv(["account", "region", "locked_out", "policy_sha256"], [record])?)
        }
    }
}

/// How a command ends that changes nothing.
fn ending(plan: &UnlockPlan) -> Exit {
    match (&plan.planned, plan.lock_out_kind()) {
        (Planned::NotPossible { .. }, _) | (_, LockOutKind::NotModelled) => Exit::Unfinished,
        (_, LockOutKind::NoPolicy | LockOutKind::Nobody) => Exit::Well,
        (_, LockOutKind::Everyone | LockOutKind::EveryoneExcept) => Exit::Found,
    }
}
