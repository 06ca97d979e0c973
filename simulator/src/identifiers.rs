//! How AWS writes account ids, ARNs and organization paths.

/// Whether a text has the form of an account id.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The fifth field of an ARN; empty if there is none.
pub(crate) fn account_of_arn(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// The ARN of an account's root user.
pub(crate) fn root_arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:root")
}

pub(crate) fn bucket_arn(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// The id of an organization unless a world says otherwise.
pub(crate) fn default_organization() -> String {
    "o-aaaaaaaaaa".to_owned()
}

/// The path of what lies directly under an organization's root.
pub(crate) fn root_path(organization: &str) -> String {
    format!("{organization}/r-aaaa/")
}
