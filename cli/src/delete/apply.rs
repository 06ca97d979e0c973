//! `apply`: carries out a plan that was written into a file.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rootwarden_domain::{Mode, run::report::ApprovalOutcome};

use super::{
    carrying_out::CarryingOut,
    confirmation::{Confirmation, ToDo},
    earlier,
    plan_file::PlanFile,
    shown::Shown,
};
use crate::{
    access::Access,
    arguments::ApplyArguments,
    audit::{ExemptionFile, ending, open_journal, tell_of_the_rest},
    context::Context,
    deployment::DeploymentRules,
    exit::{Ended, Exit},
    journal::RunJournal,
    origin::Origin,
    output::{DeploymentSeen, Listed, Rows, show},
    terminal,
};

/// A plan, and everything that is asked again before it is carried out.
struct Application<'a> {
    access: &'a Access,
    file: PlanFile,
    protect_keys_used_within_days: u16,
    exemptions: &'a ExemptionFile,
    deployment: Option<&'a DeploymentRules>,
    seen: DeploymentSeen,
    max_accounts: usize,
    journal: &'a RunJournal,
    context: &'a Context,
}

pub async fn run(arguments: ApplyArguments, context: &Context) -> Result<Exit, Ended> {
    let ApplyArguments { file, plan_sha256, guard, exempt, protect_keys_used_within_days, confirm_accounts } =
        arguments;
    let exemptions = ExemptionFile::read(exempt.as_deref())?;
    let path = file;
    let file = PlanFile::read(&path, plan_sha256, Timestamp::now())?;
    let confirmation = Confirmation::of(confirm_accounts)?;
    if plan_sha256.is_none() && confirmation != Confirmation::Asked {
        let why =
            "--confirm-accounts answers for one plan: say --plan-sha256 with the hash that `delete --plan-out` printed";
        return Err(Ended::Usage(why.to_owned()));
    }
    let access = Access::open(&context.access).await?;
    if let Some(difference) = file.origin.difference(&Origin::of(&access, &context.access).await) {
        return Err(Ended::Refused(format!("the plan in `{}` {difference}", path.display())));
    }
    exemptions.require_members(&access).await?;
    let (deployment, seen) = DeploymentRules::look(guard.whose(), &exemptions.exemptions, &access, context).await?;
    let bucket = deployment.as_ref().map(DeploymentRules::bucket);
    let days = stricter(protect_keys_used_within_days, &file);
    let options = (file.plan_sha256, exemptions.sha256, guard.max_accounts, guard.ignore_deployment, bucket, days);
    let journal = open_journal("apply", &access, &options, Mode::Enforce, false, context).await?;
    let application = Application {
        access: &access,
        file,
        protect_keys_used_within_days: days,
        exemptions: &exemptions,
        deployment: deployment.as_ref(),
        seen,
        max_accounts: guard.max_accounts,
        journal: &journal,
        context,
    };
    let ended = Box::pin(application.run(confirmation)).await;
    journal.end(&ended, &context.stop, access.clock.now())?;
    ended
}

/// The rule that protects more: what was typed now, or what the plan was made by.
fn stricter(own: u16, file: &PlanFile) -> u16 {
    let planned = file.protect_keys_used_within_days;
    if own > planned {
        terminal::note(&format!(
            "access keys used within {own} days are protected; the plan was made with {planned}: --protect-keys-used-within-days {planned} goes by that"
        ));
    }
    own.max(planned)
}

impl Application<'_> {
    async fn run(self, confirmation: Confirmation) -> Result<Exit, Ended> {
        let Self {
            access,
            file,
            exemptions,
            deployment,
            seen,
            max_accounts,
            journal,
            context,
            protect_keys_used_within_days,
        } = self;
        let PlanFile { version: _, plan_sha256: _, origin: _, protect_keys_used_within_days: _, plan } = file;
        let days = protect_keys_used_within_days;
        let days = deployment.map_or(days, |deployment| deployment.protect_keys_used_within_days(days));
        let is_planned = |id| plan.accounts().any(|planned| planned.account.id == id);
        let done_before = earlier::done_before(journal, is_planned);
        let to_do = ToDo { accounts: plan.account_count().saturating_sub(done_before), done_before };
        let shown = Shown::of(&plan, days, access.clock.now());
        let approval = confirmation.of_plan(&shown, to_do, max_accounts, &seen, context).await?;
        let inventories: BTreeMap<_, _> =
            plan.accounts().map(|planned| (planned.account.id, planned.inventory.clone())).collect();
        let deletions = if approval == ApprovalOutcome::NotNeeded {
            let carrying_out = CarryingOut {
                access,
                exemptions: &exemptions.exemptions,
                deployment,
                protect_used_within_days: days,
                // Somebody may have used a key between the two commands.
                keys_are_fresh_for: SignedDuration::ZERO,
                journal,
                context,
            };
            carrying_out.all(&plan).await
        } else {
            [].into()
        };
        let report = earlier::report(plan, approval, deletions, journal);
        let rows = Rows::of(&report, &inventories, true, access.clock.now()).with_deployment(seen);
        show(&rows, Listed::WithoutClean, &context.terminal)?;
        tell_of_the_rest(&report, true, "apply", context);
        Ok(ending(&report, true, context))
    }
}
