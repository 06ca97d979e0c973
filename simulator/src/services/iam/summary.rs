//! GetAccountSummary, with the quotas of a new account as they were observed.

use crate::wire::{Output, xml};
use crate::world::RootCredentials;

const OBSERVED: [(&str, u32); 30] = [
    ("GroupPolicySizeQuota", 5120),
    ("InstanceProfilesQuota", 1000),
    ("Policies", 0),
    ("GroupsPerUserQuota", 10),
    ("InstanceProfiles", 0),
    ("AttachedPoliciesPerUserQuota", 10),
    ("Users", 0),
    ("PoliciesQuota", 1500),
    ("Providers", 1),
    ("AccessKeysPerUserQuota", 2),
    ("AssumeRolePolicySizeQuota", 2048),
    ("PolicyVersionsInUseQuota", 10000),
    ("GlobalEndpointTokenVersion", 1),
    ("VersionsPerPolicyQuota", 5),
    ("AttachedPoliciesPerGroupQuota", 10),
    ("PolicySizeQuota", 6144),
    ("Groups", 0),
    ("UsersQuota", 5000),
    ("ServerCertificatesQuota", 20),
    ("MFADevices", 0),
    ("UserPolicySizeQuota", 2048),
    ("PolicyVersionsInUse", 7),
    ("ServerCertificates", 0),
    ("Roles", 8),
    ("RolesQuota", 1000),
    ("SigningCertificatesPerUserQuota", 2),
    ("MFADevicesInUse", 0),
    ("RolePolicySizeQuota", 10240),
    ("AttachedPoliciesPerRoleQuota", 20),
    ("GroupsQuota", 300),
];

pub(super) fn get_account_summary(root: &RootCredentials) -> Output {
    let RootCredentials { access_keys, signing_certificates, password, mfa_devices } = root;
    let present = [
        ("AccountAccessKeysPresent", u32::from(!access_keys.is_empty())),
        ("AccountMFAEnabled", u32::from(!mfa_devices.is_empty())),
        ("AccountPasswordPresent", u32::from(password.is_some())),
        ("AccountSigningCertificatesPresent", u32::from(!signing_certificates.is_empty())),
    ];
    let entries = OBSERVED.into_iter().chain(present);
    let entries: String = entries
        .map(|(key, value)| xml::element("entry", xml::text("key", key) + &xml::text("value", value.to_string())))
        .collect();
    Output::Xml(xml::element("SummaryMap", entries))
}
