//! Account ids as people type them.

use rootwarden_domain::AccountId;

/// Reads an account id, also in groups of four as AWS's console shows it: `1111-2222-3333`.
///
/// # Errors
/// Anything else.
pub fn account(value: &str) -> Result<AccountId, String> {
    AccountId::from_typed(value).map_err(|error| error.to_string())
}
