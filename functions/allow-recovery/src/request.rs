//! The request that a step is about, as it lies in the bucket.

use rootwarden_aws::Storage;
use rootwarden_domain::{Pin, ids::recovery::RecoveryId, recovery::SignedRecovery, text::input::InputError};
use rootwarden_lambda::FunctionError;

/// Reads requests.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    pub(crate) storage: Storage,
}

impl Requests {
    /// INVARIANT (I12): what was asked and by whom is what the URL wrote down, and nothing was written over it.
    pub(crate) async fn read(&self, recovery: &RecoveryId, pin: &Pin) -> Result<SignedRecovery, FunctionError> {
        let signed: SignedRecovery = self.storage.read_unaltered(pin, &recovery.request_key()).await?;
        if signed.is_of(recovery) {
            return Ok(signed);
        }
        Err(InputError::new("input", format!("`{}` is not the request `{recovery}`", pin.key)).into())
    }
}
