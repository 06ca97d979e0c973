//! Regions that an account has from its beginning, and those that somebody has to enable.

use crate::aws::partition::Partition;

/// Source: AWS Account Management Reference Guide, "Enable or disable AWS Regions in your account": Regions introduced before
/// 20 March 2019 are enabled by default and cannot be disabled; later ones are off in a new account.
const ENABLED_BY_DEFAULT: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Whether accounts do not have a Region until somebody enables it. In other partitions than `aws` every account has all.
#[must_use]
pub fn is_opt_in(region: &str) -> bool {
    Partition::of_region(region) == Partition::Aws && !ENABLED_BY_DEFAULT.contains(&region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_regions_are_to_be_enabled() {
        for (region, expected) in [
            ("us-east-1", false),
            ("eu-central-1", false),
            ("eu-south-2", true),
            ("af-south-1", true),
            ("us-gov-east-1", false),
        ] {
            assert_eq!(is_opt_in(region), expected, "{region}");
        }
        assert!(ENABLED_BY_DEFAULT.is_sorted());
    }
}
