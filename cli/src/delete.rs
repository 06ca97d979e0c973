//! `delete`: audit, plan, ask, delete, read again.

mod apply;
mod carrying_out;
mod confirmation;
mod earlier;
mod plan_file;
mod shown;

use std::path::Path;

use rootwarden_domain::{
    Mode,
    recovery::RecoveryWindows,
    run::{
        exemption::Exemptions,
        plan::DeletionPlan,
        report::{ApprovalOutcome, Report},
        selection::Request,
    },
};

use crate::{
    access::Access,
    arguments::{DeleteArguments, RuleArguments},
    audit::{ExemptionFile, Options, Planned, ending, open_journal, plan, read, tell_of_the_rest},
    context::Context,
    deployment::DeploymentRules,
    exit::{Ended, Exit},
    journal::RunJournal,
    origin::Origin,
    output::{DeploymentSeen, Listed, Rows, counted, show},
    progress::Progress,
    stop::Reason,
    terminal,
};

pub use apply::run as apply;
use carrying_out::{CarryingOut, FRESH};
use confirmation::{Confirmation, ToDo};
use plan_file::PlanFile;

/// Everything by which it is decided what goes.
struct Deletion<'a> {
    access: &'a Access,
    request: &'a Request,
    rules: &'a RuleArguments,
    exemptions: &'a Exemptions,
    recoveries: &'a RecoveryWindows,
    deployment: Option<&'a DeploymentRules>,
    seen: DeploymentSeen,
    max_accounts: usize,
    journal: &'a RunJournal,
    context: &'a Context,
}

/// What becomes of the plan.
enum Then<'a> {
    Write(&'a Path),
    CarryOut(Confirmation),
}

pub async fn run(arguments: DeleteArguments, context: &Context) -> Result<Exit, Ended> {
    let DeleteArguments { selection, rules, guard, plan_out, confirm_accounts, fresh } = arguments;
    let file = ExemptionFile::read(rules.exempt.as_deref())?;
    // Before anything is asked of AWS: whoever cannot be asked, and did not answer before, is told so.
    let then = match &plan_out {
        Some(path) => {
            plan_file::require_new(path)?;
            Then::Write(path)
        }
        None => Then::CarryOut(Confirmation::of(confirm_accounts)?),
    };
    let request = selection.request(Mode::Enforce);
    let access = Access::open(&context.access).await?;
    file.require_members(&access).await?;
    let (deployment, seen) = DeploymentRules::look(guard.whose(), &file.exemptions, &access, context).await?;
    let rules = stricter(rules, deployment.as_ref());
    let protect_keys_used_within_days = rules.protect_keys_used_within_days;
    let options = Options { request: &request, exemptions: file.sha256, protect_keys_used_within_days };
    let (exemptions, recoveries) = match &deployment {
        Some(deployment) => (deployment.exemptions().await?, deployment.recoveries().await?),
        None => (file.exemptions, RecoveryWindows::default()),
    };
    let bucket = deployment.as_ref().map(DeploymentRules::bucket);
    let options = (&options, guard.max_accounts, guard.ignore_deployment, bucket, plan_out.is_some());
    let journal = open_journal("delete", &access, &options, request.mode, fresh, context).await?;
    let deletion = Deletion {
        access: &access,
        request: &request,
        rules: &rules,
        exemptions: &exemptions,
        recoveries: &recoveries,
        deployment: deployment.as_ref(),
        seen,
        max_accounts: guard.max_accounts,
        journal: &journal,
        context,
    };
    let ended = Box::pin(deletion.run(then)).await;
    journal.end(&ended, &context.stop, access.clock.now())?;
    ended
}

/// The caller's rules, or a deployment's where they protect more.
fn stricter(rules: RuleArguments, deployment: Option<&DeploymentRules>) -> RuleArguments {
    let own = rules.protect_keys_used_within_days;
    let protect_keys_used_within_days =
        deployment.map_or(own, |deployment| deployment.protect_keys_used_within_days(own));
    RuleArguments { protect_keys_used_within_days, ..rules }
}

impl Deletion<'_> {
    async fn run(self, then: Then<'_>) -> Result<Exit, Ended> {
        let (access, journal, context) = (self.access, self.journal, self.context);
        let progress = Progress::new("audited", context.progress_seconds);
        let reading = progress.shown_while(Box::pin(read(access, self.request, journal, &progress, context))).await?;
        let list_is_whole = reading.list_is_whole;
        let Planned { plan, mut inventories } = plan(reading, self.exemptions, self.recoveries, self.rules, access);
        earlier::add_found(&mut inventories, journal);
        let confirmation = match then {
            Then::Write(path) => return self.write_plan(path, plan, list_is_whole).await,
            Then::CarryOut(confirmation) => confirmation,
        };
        let approval = if context.stop.reason().is_some() {
            // INVARIANT: an audit that was stopped is followed by no deletion.
            ApprovalOutcome::NotRequested
        } else {
            let is_planned_again = |id| plan.accounts().any(|planned| planned.account.id == id);
            let done_before = earlier::done_before(journal, |id| !is_planned_again(id));
            let to_do = ToDo { accounts: plan.account_count(), done_before };
            confirmation.of_plan(&self.shown(&plan), to_do, self.max_accounts, &self.seen, context).await?
        };
        let deletions = if approval == ApprovalOutcome::NotNeeded {
            let carrying_out = CarryingOut {
                access,
                exemptions: self.exemptions,
                deployment: self.deployment,
                protect_used_within_days: self.rules.protect_keys_used_within_days,
                keys_are_fresh_for: FRESH,
                journal,
                context,
            };
            carrying_out.all(&plan).await
        } else {
            [].into()
        };
        let report = earlier::report(plan, approval, deletions, journal);
        let rows = Rows::of(&report, &inventories, list_is_whole, access.clock.now()).with_deployment(self.seen);
        show(&rows, Listed::WithoutClean, &context.terminal)?;
        tell_of_the_rest(&report, list_is_whole, "delete", context);
        Ok(ending(&report, list_is_whole, context))
    }

    fn shown(&self, plan: &DeletionPlan) -> shown::Shown {
        shown::Shown::of(plan, self.rules.protect_keys_used_within_days, self.access.clock.now())
    }

    /// Writes the plan into its file, and shows it.
    async fn write_plan(&self, path: &Path, plan: DeletionPlan, list_is_whole: bool) -> Result<Exit, Ended> {
        let context = self.context;
        match context.stop.reason() {
            Some(Reason::Interrupted) => return Err(Ended::Interrupted("no plan was written".to_owned())),
            Some(reason) => return Err(Ended::Unfinished(format!("no plan was written: {}", reason.words()))),
            None if !list_is_whole => return Err(Ended::Unfinished("no plan was written".to_owned())),
            None => {}
        }
        let shown = self.shown(&plan);
        let unknown =
            Report::add_round(None, plan.clone(), ApprovalOutcome::NotRequested, [].into(), 0).counts().unknown;
        let days = self.rules.protect_keys_used_within_days;
        let file = PlanFile::of(plan, days, Origin::of(self.access, &context.access).await)?;
        file.write(path)?;
        shown.say(Some(file.plan_sha256), context)?;
        let path = path.display();
        terminal::note(&format!("the plan is in `{path}`: `rootwarden apply` carries out exactly this one"));
        if unknown > 0 {
            let (verb, count) =
                (if unknown == 1 { "is" } else { "are" }, usize::try_from(unknown).unwrap_or(usize::MAX));
            terminal::note(&format!("{} {verb} unknown, and not in the plan", counted(count, "account")));
            return Ok(Exit::Unfinished);
        }
        Ok(if file.plan.account_count() > 0 { Exit::Found } else { Exit::Well })
    }
}
