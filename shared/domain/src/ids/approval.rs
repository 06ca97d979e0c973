//! The id under which an approval is asked for, and where the request, the decision and the plan lie.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{recovery::RecoveryId, release::ReleaseId, run::RoundId, unlock::UnlockId};
use crate::text::input::ValueError;

/// What an approval is asked for: one round of one run, written `<run>.<round>`, or an unlock request, a release or a recovery request, written as its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ApprovalId {
    Deletion(RoundId),
    Unlock(UnlockId),
    Release(ReleaseId),
    Recovery(RecoveryId),
}

impl ApprovalId {
    /// Where the approval request lies, with the task token in it.
    #[must_use]
    pub fn request_key(&self) -> String {
        format!("approvals/{self}/request.json")
    }

    /// Where the decision lies, once there is one.
    #[must_use]
    pub fn decision_key(&self) -> String {
        format!("approvals/{self}/decision.json")
    }

    /// Where that lies which is to be approved: the plan, or the request for a release or a recovery.
    #[must_use]
    pub fn plan_key(&self) -> String {
        match self {
            Self::Deletion(round) => round.plan_key(),
            Self::Unlock(unlock) => unlock.plan_key(),
            Self::Release(release) => release.key(),
            Self::Recovery(recovery) => recovery.request_key(),
        }
    }
}

impl FromStr for ApprovalId {
    type Err = ValueError;

    fn from_str(value: &str) -> Result<Self, ValueError> {
        let refused =
            || ValueError::new(value, "an approval id (`<run>.<round>`, `unlock-…`, `release-…` or `recovery-…`)");
        // None of these ids has a dot.
        let Some((run, round)) = value.split_once('.') else {
            let release = value.parse().map(Self::Release);
            let recovery = release.or_else(|_| value.parse().map(Self::Recovery));
            return recovery.or_else(|_| value.parse().map(Self::Unlock)).map_err(|_| refused());
        };
        let (run, round) = (run.parse().map_err(|_| refused())?, round.parse().map_err(|_| refused())?);
        let request = Self::Deletion(RoundId::new(run, round));
        // Why: each round has one id, and so one key, although `+1` and `01` are read as numbers too.
        if request.to_string() == value { Ok(request) } else { Err(refused()) }
    }
}

impl TryFrom<String> for ApprovalId {
    type Error = ValueError;

    fn try_from(value: String) -> Result<Self, ValueError> {
        value.parse()
    }
}

impl From<ApprovalId> for String {
    fn from(request: ApprovalId) -> Self {
        request.to_string()
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deletion(RoundId { run, round }) => write!(formatter, "{run}.{round}"),
            Self::Unlock(unlock) => unlock.fmt(formatter),
            Self::Release(release) => release.fmt(formatter),
            Self::Recovery(recovery) => recovery.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(id: &str) -> ApprovalId {
        id.parse().unwrap()
    }

    #[test]
    fn a_request_has_one_name() {
        let id = request("joined-444455556666-e5e20ada.12");
        assert_eq!(id, ApprovalId::Deletion(RoundId::new("joined-444455556666-e5e20ada".parse().unwrap(), 12)));
        assert_eq!(id.plan_key(), "runs/joined-444455556666-e5e20ada/plan/12.json");
        assert_eq!(id.request_key(), "approvals/joined-444455556666-e5e20ada.12/request.json");
        assert_eq!(id.decision_key(), "approvals/joined-444455556666-e5e20ada.12/decision.json");
        for wrong in [
            "",
            "nightly",
            "unlock-",
            "nightly.",
            ".0",
            "nightly.01",
            "nightly.+1",
            "nightly.-1",
            "nightly.0.0",
            "../x.0",
            "a/b.0",
        ] {
            assert!(wrong.parse::<ApprovalId>().is_err(), "{wrong}");
        }
        let unlock = request("unlock-20261122T0405Z-0123456789ab");
        assert_eq!(unlock.plan_key(), "unlocks/unlock-20261122T0405Z-0123456789ab/plan.json");
        assert_eq!(unlock.decision_key(), "approvals/unlock-20261122T0405Z-0123456789ab/decision.json");
    }
}
