//! Where AWS lets the caller into none of the first accounts, it lets them into no other.

use std::sync::{Mutex, PoisonError};

use rootwarden_domain::{ErrorKind, Failure, run::audit::AuditOutcome};

/// So many accounts, the first that are asked, have to deny it before that is believed: accounts differ, and the caller's own
/// permissions do not.
const FIRST: usize = 20;
/// How a failure to open a root session begins. What a session then reads is the account's own affair.
const SESSION: &str = "cannot open a root session";

/// How many of the first accounts have denied a root session.
#[derive(Debug, Default)]
pub(super) struct Denials(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    begun: usize,
    denied: usize,
}

impl Denials {
    /// The number of an account that is asked now. A denial comes sooner than any other answer, so it counts who is asked first,
    /// and not who answers first.
    pub fn begin(&self) -> usize {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.begun += 1;
        seen.begun
    }

    /// Takes in what came of the account with this number: why nothing more should be asked, if it was the last of the first ones.
    pub fn everywhere(&self, number: usize, outcome: &AuditOutcome) -> Option<String> {
        let AuditOutcome::Unknown(failure) = outcome else { return None };
        if number > FIRST || !is_of_caller(failure) {
            return None;
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.denied += 1;
        (seen.denied == FIRST).then(|| {
            let missing = if failure.kind == ErrorKind::NotEnabled {
                ""
            } else {
                ": you need sts:AssumeRoot, in the management account or the one that is delegated for IAM"
            };
            format!("the first {FIRST} accounts all denied it, so no other was asked{missing}; {}", failure.message)
        })
    }
}

/// Whether a failure is of the caller's own permissions, or of a feature of the whole organization.
fn is_of_caller(failure: &Failure) -> bool {
    matches!(failure.kind, ErrorKind::Denied | ErrorKind::NotEnabled)
        && failure.denied_by.is_none()
        && failure.message.starts_with(SESSION)
}

#[cfg(test)]
mod tests {
    use rootwarden_domain::aws::failure::DeniedBy;

    use super::*;

    fn denied(kind: ErrorKind) -> Failure {
        Failure::new(kind, "cannot open a root session in account `111122223333`: AccessDenied")
    }

    /// What is said once all have answered, the one that was asked first at last.
    fn told(first: &AuditOutcome, kind: ErrorKind) -> Option<String> {
        let denials = Denials::default();
        let numbers: Vec<usize> = (0..2 * FIRST).map(|_| denials.begin()).collect();
        let unknown = AuditOutcome::Unknown(denied(kind));
        let (one, others) = numbers.split_first().unwrap();
        let told = others.iter().find_map(|number| denials.everywhere(*number, &unknown));
        assert_eq!(told, None);
        denials.everywhere(*one, first)
    }

    #[test]
    fn the_first_accounts_all_have_to_deny_it() {
        let all = AuditOutcome::Unknown(denied(ErrorKind::Denied));
        assert!(told(&all, ErrorKind::Denied).unwrap().contains("sts:AssumeRoot"));
        let by_policy = Failure { denied_by: Some(DeniedBy::ServiceControlPolicy), ..denied(ErrorKind::Denied) };
        let later = Failure::new(ErrorKind::Denied, "cannot read the account summary");
        for other in [AuditOutcome::Clean, AuditOutcome::Unknown(by_policy), AuditOutcome::Unknown(later)] {
            assert_eq!(told(&other, ErrorKind::Denied), None);
        }
    }

    #[test]
    fn a_feature_that_is_off_is_no_matter_of_permissions() {
        let off = AuditOutcome::Unknown(denied(ErrorKind::NotEnabled));
        let why = told(&off, ErrorKind::NotEnabled).unwrap();
        assert!(!why.contains("sts:AssumeRoot"), "{why}");
    }
}
