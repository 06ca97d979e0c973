//! `delete`: audit, plan, ask, delete, read again.

mod apply;
mod carrying_out;
mod confirmation;
mod plan_file;
mod shown;

use rootwarden_domain::{
    Mode,
    recovery::RecoveryWindows,
    run::{
        plan::DeletionPlan,
        report::{ApprovalOutcome, Report},
    },
};

use crate::{
    access::Access,
    arguments::{DeleteArguments, RuleArguments},
    audit::{Planned, ending, exemptions, open_journal, plan, read, tell_of_the_rest},
    context::Context,
    deployment::DeploymentRules,
    exit::{Ended, Exit},
    output::{Listed, Rows, show},
    progress::Progress,
    terminal,
};

pub use apply::run as apply;
use carrying_out::CarryingOut;
use confirmation::Confirmation;
use plan_file::PlanFile;

pub async fn run(arguments: DeleteArguments, context: &Context) -> Result<Exit, Ended> {
    let DeleteArguments { selection, rules, guard, plan_out, confirm_accounts, fresh } = arguments;
    let exemptions = exemptions(rules.exempt.as_deref())?;
    // Before anything is asked of AWS: whoever cannot be asked, and did not answer before, is told so.
    let confirmation = match &plan_out {
        Some(path) => {
            plan_file::require_new(path)?;
            None
        }
        None => Some(Confirmation::of(confirm_accounts)?),
    };
    let request = selection.request(Mode::Enforce);
    let access = Access::open(&context.access).await?;
    let (deployment, seen) = DeploymentRules::look(guard.whose(), &exemptions, &access, context).await?;
    let rules = stricter(rules, deployment.as_ref());
    let (exemptions, recoveries) = match &deployment {
        Some(deployment) => (deployment.exemptions().await?, deployment.recoveries().await?),
        None => (exemptions, RecoveryWindows::default()),
    };
    let journal = open_journal("delete", &access, &request, fresh, context)?;
    let progress = Progress::new("audited", context.progress_seconds);
    let reading = progress.shown_while(Box::pin(read(&access, &request, &journal, &progress, context))).await?;
    let list_is_whole = reading.list_is_whole;
    let Planned { plan, inventories } = plan(reading, &exemptions, &recoveries, &rules, &access);

    let Some(confirmation) = confirmation else {
        let days = rules.protect_keys_used_within_days;
        let exit = write_plan(plan_out.as_deref(), plan, list_is_whole, days, context)?;
        journal.remove();
        return Ok(exit);
    };
    let approval = if context.stop.reason().is_some() {
        // INVARIANT: an audit that was stopped is followed by no deletion.
        ApprovalOutcome::NotRequested
    } else {
        confirmation.of_plan(&plan, guard.max_accounts, &seen, &journal, context).await?
    };
    let deletions = if approval == ApprovalOutcome::NotNeeded {
        let carrying_out = CarryingOut {
            access: &access,
            exemptions: &exemptions,
            deployment: deployment.as_ref(),
            protect_used_within_days: rules.protect_keys_used_within_days,
            planned_within_days: rules.protect_keys_used_within_days,
            journal: &journal,
            context,
        };
        carrying_out.all(&plan).await
    } else {
        [].into()
    };
    let report = Report::add_round(None, plan, approval, deletions, 0);
    let rows = Rows::of(&report, &inventories, list_is_whole, access.clock.now()).with_deployment(seen);
    show(&rows, Listed::WithoutClean, &context.terminal)?;
    tell_of_the_rest(&report, list_is_whole, "delete", context);
    let exit = ending(&report, list_is_whole, context);
    if exit < Exit::Unfinished {
        if report.counts().cleaned > 0 {
            let path = journal.put_aside()?;
            terminal::note(&format!("what was done is kept in `{}`", path.display()));
        } else {
            journal.remove();
        }
    }
    Ok(exit)
}

/// The caller's rules, or a deployment's where they protect more.
fn stricter(rules: RuleArguments, deployment: Option<&DeploymentRules>) -> RuleArguments {
    let own = rules.protect_keys_used_within_days;
    let protect_keys_used_within_days =
        deployment.map_or(own, |deployment| deployment.protect_keys_used_within_days(own));
    RuleArguments { protect_keys_used_within_days, ..rules }
}

/// Writes the plan into its file, and shows it.
fn write_plan(
    path: Option<&std::path::Path>,
    plan: DeletionPlan,
    list_is_whole: bool,
    protect_used_within_days: u16,
    context: &Context,
) -> Result<Exit, Ended> {
    let path = path.unwrap_or_else(|| std::path::Path::new("plan.json"));
    if !list_is_whole || context.stop.reason().is_some() {
        return Err(Ended::Interrupted("no plan was written".to_owned()));
    }
    let shown = shown::Shown::of(&plan);
    let report = Report::add_round(None, plan.clone(), ApprovalOutcome::NotRequested, [].into(), 0);
    let file = PlanFile::of(plan, protect_used_within_days)?;
    file.write(path)?;
    shown.say(Some(file.plan_sha256), context)?;
    terminal::note(&format!("the plan is in `{}`: `rootwarden apply` carries out exactly this one", path.display()));
    let unknown = report.counts().unknown;
    if unknown > 0 {
        terminal::note(&format!("{unknown} accounts are unknown, and not in the plan"));
        return Ok(Exit::Unfinished);
    }
    Ok(if file.plan.account_count() > 0 { Exit::Found } else { Exit::Well })
}
