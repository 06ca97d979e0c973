//! In which partitions root password recovery can be allowed.

use crate::aws::partition::Partition;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartitionError {
    #[error(
        "in GovCloud no root user signs in, so there is no password to recover: the standard account that it belongs to has the root user"
    )]
    GovCloud,
    #[error("root sessions are not known in partition `{0}`")]
    Unknown(Partition),
}

/// Source: IAM User Guide, "Centrally manage root access for member accounts": in AWS `GovCloud` (US) the root users of member
/// accounts have no credentials for signing in.
///
/// # Errors
/// Recovery cannot be allowed in any account of the partition.
pub fn require_partition(partition: Partition) -> Result<(), PartitionError> {
    match partition {
        Partition::Aws => Ok(()),
        Partition::AwsUsGov => Err(PartitionError::GovCloud),
        Partition::AwsCn | Partition::AwsEusc => Err(PartitionError::Unknown(partition)),
    }
}
