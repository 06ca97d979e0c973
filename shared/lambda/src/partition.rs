//! Whether there is anything to do where a function runs.

use rootwarden_domain::{ErrorKind, aws::partition::Partition};

use crate::error::FunctionError;

/// Refuses to run in the China Regions: every input is answered with the reason.
///
/// Source: Getting Started with Amazon Web Services in China, "Amazon Identity and Access Management": there are no root user
/// credentials; the account was created by an IAM user.
///
/// # Errors
/// The function runs in the partition `aws-cn`.
pub(crate) fn supported(region: &str) -> Result<(), FunctionError> {
    match Partition::of_region(region) {
        Partition::Aws | Partition::AwsUsGov | Partition::AwsEusc => Ok(()),
        Partition::AwsCn => {
            let why = format!(
                "{region} is in the partition aws-cn, where accounts have no root user, so there is nothing to secure: \
                 delete the stack"
            );
            Err(FunctionError::new(ErrorKind::NotEnabled, why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_in_china_refuses_with_the_reason() {
        for region in ["us-east-1", "us-gov-west-1"] {
            assert_eq!(supported(region), Ok(()), "{region}");
        }
        let error = supported("cn-north-1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotEnabled);
        assert_eq!(
            error.to_string(),
            "cn-north-1 is in the partition aws-cn, where accounts have no root user, so there is nothing to secure: delete the stack"
        );
    }
}
