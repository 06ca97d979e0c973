//! What a run wants to delete. Neither the task token nor the ids of credentials are in it.

use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, Pin, RootCredential, Sha256,
    approvals::{ApprovalRequest, DecisionRecord},
    ids::approval::ApprovalId,
    people::StartedBy,
    run::plan::{DeletionPlan, Guard, PlannedAccount},
};
use serde::Serialize;

/// An answer of Lambda has 6 MB at most, and nobody reads more; the whole plan lies in the bucket.
const ACCOUNTS_LISTED: usize = 200;

/// What is asked, as the plan says it: the plan's hash is what a decision is bound to.
#[derive(Debug, Serialize)]
pub(super) struct DeletionView {
    approval_id: ApprovalId,
    summary: String,
    plan: Pin,
    plan_sha256: Sha256,
    started_by: Option<StartedBy>,
    /// When the plan was made that is asked about.
    planned_at: Timestamp,
    account_count: usize,
    accounts_in_24_hours: usize,
    limit: usize,
    accounts: Vec<AccountView>,
    accounts_not_listed: usize,
    decision: Option<DecisionRecord>,
}

/// How many credentials of each kind are to be deleted in an account.
#[derive(Debug, Serialize)]
struct AccountView {
    account: AccountId,
    name: String,
    #[serde(flatten)]
    delete: Counts,
    protected: usize,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    signing_certificates: usize,
    access_keys: usize,
    login_profiles: usize,
    mfa_devices: usize,
}

impl DeletionView {
    pub(super) fn of(asked: ApprovalRequest, plan: &DeletionPlan, decision: Option<DecisionRecord>) -> Self {
        let ApprovalRequest { approval_id, plan: pin, started_by, .. } = asked;
        let Guard { accounts_in_24_hours, limit } = plan.guard;
        let planned: Vec<&PlannedAccount> = plan.batches.iter().flat_map(|batch| &batch.accounts).collect();
        let credentials: usize = planned.iter().map(|account| account.delete.len()).sum();
        let account_count = planned.len();
        let summary = format!(
            "run {}, round {}: deletes {credentials} root credentials in {account_count} accounts; within 24 hours, \
             {accounts_in_24_hours} accounts are to be cleaned, and more than {limit} need an approval",
            plan.run, plan.round
        );
        Self {
            summary,
            plan_sha256: pin.sha256,
            plan: pin,
            started_by,
            planned_at: plan.planned_at,
            account_count,
            accounts_in_24_hours,
            limit,
            accounts: planned.iter().take(ACCOUNTS_LISTED).map(|account| AccountView::of(account)).collect(),
            accounts_not_listed: account_count.saturating_sub(ACCOUNTS_LISTED),
            decision,
            approval_id,
        }
    }
}

impl AccountView {
    fn of(planned: &PlannedAccount) -> Self {
        let PlannedAccount { account, delete: credentials, protected, inventory: _ } = planned;
        let mut delete = Counts::default();
        for credential in credentials {
            match credential {
                RootCredential::SigningCertificate(_) => delete.signing_certificates += 1,
                RootCredential::AccessKey(_) => delete.access_keys += 1,
                RootCredential::LoginProfile => delete.login_profiles += 1,
                RootCredential::MfaDevice(_) => delete.mfa_devices += 1,
            }
        }
        Self { account: account.id, name: account.name.clone(), delete, protected: protected.len() }
    }
}
