//! `apply`: carries out a plan that was written into a file.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rootwarden_domain::run::report::{ApprovalOutcome, Report};

use super::{carrying_out::CarryingOut, confirmation::Confirmation, plan_file::PlanFile};
use crate::{
    access::Access,
    arguments::ApplyArguments,
    audit::{ending, exemptions, tell_of_the_rest},
    context::Context,
    deployment::DeploymentRules,
    exit::{Ended, Exit},
    journal::{Begin, RunJournal},
    output::{Listed, Rows, show},
    terminal,
};

pub async fn run(arguments: ApplyArguments, context: &Context) -> Result<Exit, Ended> {
    let ApplyArguments { file, plan_sha256, guard, exempt, confirm_accounts } = arguments;
    let exemptions = exemptions(exempt.as_deref())?;
    let file = PlanFile::read(&file, plan_sha256, Timestamp::now())?;
    let confirmation = Confirmation::of(confirm_accounts)?;
    let access = Access::open(&context.access).await?;
    let (planned_in, here) = (file.plan.management_account, access.management_account);
    if planned_in != here {
        return Err(Ended::Refused(format!(
            "the plan is of the organization of account `{planned_in}`, and these credentials are of that of `{here}`"
        )));
    }
    let (deployment, seen) = DeploymentRules::look(guard.whose(), &exemptions, &access, context).await?;
    let planned_within_days = file.protect_keys_used_within_days;
    let protect_used_within_days = deployment
        .as_ref()
        .map_or(planned_within_days, |deployment| deployment.protect_keys_used_within_days(planned_within_days));
    let journal = RunJournal::open("apply", &file.plan_sha256, Begin::WhereItWasLeft, access.clock.now())?;
    let approval = confirmation.of_plan(&file.plan, guard.max_accounts, &seen, &journal, context).await?;
    let inventories: BTreeMap<_, _> =
        file.plan.accounts().map(|planned| (planned.account.id, planned.inventory.clone())).collect();
    let deletions = if approval == ApprovalOutcome::NotNeeded {
        let carrying_out = CarryingOut {
            access: &access,
            exemptions: &exemptions,
            deployment: deployment.as_ref(),
            protect_used_within_days,
            planned_within_days,
            journal: &journal,
            context,
        };
        carrying_out.all(&file.plan).await
    } else {
        [].into()
    };
    let report = Report::add_round(None, file.plan, approval, deletions, 0);
    let rows = Rows::of(&report, &inventories, true, access.clock.now()).with_deployment(seen);
    show(&rows, Listed::WithoutClean, &context.terminal)?;
    tell_of_the_rest(&report, true, "apply", context);
    let exit = ending(&report, true, context);
    if exit < Exit::Unfinished {
        let path = journal.put_aside()?;
        terminal::note(&format!("what was done is kept in `{}`", path.display()));
    }
    Ok(exit)
}
