//! The id of an unlock request, and where its artifacts lie.

use crate::text::checked_text;

checked_text! {
    /// An unlock request's id: the name of its execution, and what its approval is asked under.
    UnlockId, expects "the id of an unlock request (`unlock-…`)",
    |value| {
        value.strip_prefix("unlock-").is_some_and(|rest| !rest.is_empty())
            && value.len() <= 80
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }
}

impl UnlockId {
    /// What was asked, by whom.
    #[must_use]
    pub fn request_key(&self) -> String {
        format!("unlocks/{self}/request.json")
    }

    /// The plan: what was found, and what is to be done about it. An approval is bound to it.
    #[must_use]
    pub fn plan_key(&self) -> String {
        format!("unlocks/{self}/plan.json")
    }

    /// The plan for people, with the change as a diff.
    #[must_use]
    pub fn plan_text_key(&self) -> String {
        format!("unlocks/{self}/plan.txt")
    }

    /// What was done.
    #[must_use]
    pub fn result_key(&self) -> String {
        format!("unlocks/{self}/result.json")
    }

    /// What was read afterwards.
    #[must_use]
    pub fn verified_key(&self) -> String {
        format!("unlocks/{self}/verified.json")
    }
}
