//! AWS partitions: in which one a Region lies, and what that means for names.

use std::fmt;

/// A partition. Source: AWS General Reference, "Amazon Resource Names (ARNs)"; endpoint rules of the AWS SDKs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    Aws,
    AwsUsGov,
    AwsCn,
    /// The European Sovereign Cloud. Unverified: nobody here has seen root sessions there.
    AwsEusc,
}

impl Partition {
    pub(crate) const ALL: [Self; 4] = [Self::Aws, Self::AwsUsGov, Self::AwsCn, Self::AwsEusc];

    /// The partition of a Region's name.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        match region.split('-').next() {
            Some("cn") => Self::AwsCn,
            Some("eusc") => Self::AwsEusc,
            Some("us") if region.starts_with("us-gov-") => Self::AwsUsGov,
            Some(_) | None => Self::Aws,
        }
    }

    /// The partition that an ARN begins with.
    #[must_use]
    pub fn of_arn(arn: &str) -> Option<Self> {
        let name = arn.strip_prefix("arn:")?.split(':').next()?;
        Self::ALL.into_iter().find(|partition| partition.name() == name)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsCn => "aws-cn",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// What its endpoints end in.
    #[must_use]
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
        }
    }

    /// The host of AWS's console. Source: AWS `GovCloud` (US) User Guide, "Onboarding"; AWS China, "Getting started"; AWS European
    /// Sovereign Cloud User Guide (unverified).
    #[must_use]
    pub fn console_host(self) -> &'static str {
        match self {
            Self::Aws => "console.aws.amazon.com",
            Self::AwsUsGov => "console.amazonaws-us-gov.com",
            Self::AwsCn => "console.amazonaws.cn",
            Self::AwsEusc => "console.amazonaws-eusc.eu",
        }
    }

    /// What its dual-stack endpoints end in. Source: partitions of the AWS SDKs (botocore 1.44.5, `partitions.json`).
    pub(crate) fn dual_stack_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "api.aws",
            Self::AwsCn => "api.amazonwebservices.com.cn",
            Self::AwsEusc => "api.amazonwebservices.eu",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
