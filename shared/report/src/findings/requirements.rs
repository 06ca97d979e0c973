//! Which requirements a finding is about.
//!
//! Source: AWS Security Hub User Guide, "Security Hub CSPM controls for IAM", the related requirements of IAM.4 (no access key)
//! and of IAM.9 (MFA, which passes where there are no root user credentials). Neither is about signing certificates, nor about an
//! MFA device alone.

use super::{ComplianceStatus, has};
use crate::document::{Account, CredentialKind};

/// What asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) standard: &'static str,
    /// As Security Hub writes it.
    pub(super) id: &'static str,
}

const CIS: &str = "CIS AWS Foundations Benchmark v5.0.0";
const NIST: &str = "NIST SP 800-53 Rev. 5";
/// Of IAM.4.
const NO_ACCESS_KEY: [Requirement; 2] = [
    Requirement { standard: CIS, id: "CIS AWS Foundations Benchmark v5.0.0/1.3" },
    Requirement { standard: NIST, id: "NIST.800-53.r5 AC-6(10)" },
];
/// Of IAM.9.
const NO_PASSWORD_WITHOUT_MFA: [Requirement; 2] = [
    Requirement { standard: CIS, id: "CIS AWS Foundations Benchmark v5.0.0/1.4" },
    Requirement { standard: NIST, id: "NIST.800-53.r5 IA-2(1)" },
];

/// Those that what is there does not meet; all of them where nothing is there, or where that is not known.
pub(super) fn of(account: &Account<'_>) -> Vec<Requirement> {
    let all = || [NO_ACCESS_KEY, NO_PASSWORD_WITHOUT_MFA].concat();
    let evidence = &account.evidence;
    match ComplianceStatus::of(account) {
        ComplianceStatus::Passed | ComplianceStatus::Unknown | ComplianceStatus::NotRead => all(),
        ComplianceStatus::Accepted | ComplianceStatus::Failed
            if evidence.left.is_empty() && evidence.before.is_empty() =>
        {
            all()
        }
        ComplianceStatus::Accepted | ComplianceStatus::Failed => {
            let mut unmet = Vec::new();
            if has(account, CredentialKind::AccessKey) {
                unmet.extend(NO_ACCESS_KEY);
            }
            if has(account, CredentialKind::LoginProfile) && !has(account, CredentialKind::MfaDevice) {
                unmet.extend(NO_PASSWORD_WITHOUT_MFA);
            }
            unmet
        }
    }
}
