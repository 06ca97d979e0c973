//! The id of a recovery request, and where its objects and the windows lie.

use crate::{AccountId, text::checked_text};

/// Where the recovery windows lie, one object for each account.
pub const WINDOWS: &str = "recoveries/";

checked_text! {
    /// A recovery request's id: the name of its execution, and what its approval is asked under. `recovery-ACCOUNT-MINUTE-DIGEST`.
    RecoveryId, expects "the id of a recovery request (`recovery-…`)",
    |value| account(value).is_some()
}

/// The account in an id. None of its parts has a `-`.
fn account(id: &str) -> Option<AccountId> {
    let mut parts = id.strip_prefix("recovery-")?.split('-');
    let account = parts.next()?.parse().ok()?;
    let is_part = |part: Option<&str>, length| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    (is_part(parts.next(), 14) && is_part(parts.next(), RecoveryId::DIGITS) && parts.next().is_none())
        .then_some(account)
}

impl RecoveryId {
    /// Hexadecimal digits of the hash at its end.
    pub const DIGITS: usize = 32;

    /// What was asked, by whom. An approval is bound to it.
    #[must_use]
    pub fn request_key(&self) -> String {
        format!("recovery-requests/{self}/request.json")
    }

    /// The window as this request opened it, written once: a request opens one window.
    #[must_use]
    pub fn opened_key(&self) -> String {
        format!("recovery-requests/{self}/opened.json")
    }

    /// Whether the request is about this account.
    #[must_use]
    pub fn is_about(&self, id: AccountId) -> bool {
        account(self.as_str()) == Some(id)
    }
}

/// Where the window of an account lies.
#[must_use]
pub fn window_key(account: AccountId) -> String {
    format!("{WINDOWS}{account}.json")
}

/// The account whose window lies at `key`; `None` if its name says none.
#[must_use]
pub fn account_of(key: &str) -> Option<AccountId> {
    key.strip_prefix(WINDOWS)?.strip_suffix(".json")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "recovery-111122223333-20261122T0200Z-0123456789abcdef0123456789abcdef";

    #[test]
    fn an_id_names_its_account_and_cannot_leave_its_folder() {
        let id: RecoveryId = ID.parse().unwrap();
        assert!(id.is_about("111122223333".parse().unwrap()) && !id.is_about("444455556666".parse().unwrap()));
        assert!(ID.len() + "closing-".len() <= 80, "the closing run has its name from it");
        for wrong in ["recovery-", "recovery-111122223333", &ID.replace("1111", "111"), &format!("{ID}/../x"), &ID[1..]]
        {
            assert!(wrong.parse::<RecoveryId>().is_err(), "{wrong}");
        }
        assert_eq!(account_of("recoveries/111122223333.json"), Some("111122223333".parse().unwrap()));
        assert_eq!(account_of("recoveries/111122223333.json.json"), None);
    }
}
