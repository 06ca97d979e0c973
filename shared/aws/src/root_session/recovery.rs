//! Allows root password recovery in one account.

use super::{session::RootSession, task::AllowRecovery};
use crate::client::AwsError;

/// What became of allowing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryAllowed {
    Now,
    /// It was allowed already, or there is a root password: AWS shows the same for both.
    Already,
}

/// Allows the root user's password to be recovered: a login profile without a password, made without naming a user.
///
/// Source: captures of AWS, of the first call and of a second one (samples/iam.CreateLoginProfile.root-recovery.json); IAM API
/// Reference, `CreateLoginProfile`: with an `AssumeRoot` session the password must be omitted, and the user name may be.
///
/// # Errors
/// Any other failure of `CreateLoginProfile`.
pub async fn allow_recovery(session: &RootSession<AllowRecovery>) -> Result<RecoveryAllowed, AwsError> {
    match session.iam().create_login_profile().send().await {
        Ok(_) => Ok(RecoveryAllowed::Now),
        Err(error) => {
            let error = AwsError::new(session.what("allow root password recovery"), error);
            if error.code() == Some("EntityAlreadyExists") { Ok(RecoveryAllowed::Already) } else { Err(error) }
        }
    }
}
