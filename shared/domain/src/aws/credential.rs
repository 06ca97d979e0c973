//! Root credentials, as ids, dates and serials. A secret never has a place in these types.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::{checked_text, is_plain};

checked_text! {
    /// Source: AWS IAM API Reference, `accessKeyIdType`: 16 to 128 word characters.
    AccessKeyId, expects "an access key id",
    |value| (16..=128).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

checked_text! {
    /// Source: AWS IAM API Reference, `certificateIdType`: 24 to 128 word characters.
    CertificateId, expects "a signing certificate id",
    |value| (24..=128).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

checked_text! {
    /// An ARN for a virtual or FIDO device, a bare serial number for a hardware token.
    ///
    /// Source: AWS IAM API Reference, `serialNumberType`: 9 to 256 characters.
    MfaSerialNumber, expects "an MFA serial number",
    |value| (9..=256).contains(&value.len()) && is_plain(value, 256)
}

/// One credential of a root user. The order of the variants is the order of deletion.
///
/// INVARIANT: an MFA device goes last, so that a password never outlives its MFA.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RootCredential {
    SigningCertificate(CertificateId),
    AccessKey(AccessKeyId),
    LoginProfile,
    MfaDevice(MfaSerialNumber),
}

impl fmt::Display for RootCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SigningCertificate(id) => write!(formatter, "signing certificate `{id}`"),
            Self::AccessKey(id) => write!(formatter, "access key `{id}`"),
            Self::LoginProfile => formatter.write_str("login profile"),
            Self::MfaDevice(serial) => write!(formatter, "MFA device `{serial}`"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    pub id: AccessKeyId,
    /// `Active`, `Inactive` or `Expired`, as AWS says it.
    pub status: String,
    pub created_at: Option<Timestamp>,
    pub last_used: LastUsed,
}

impl AccessKey {
    /// Whether AWS refuses whatever is signed with it.
    #[must_use]
    pub fn is_inactive(&self) -> bool {
        self.status == "Inactive"
    }
}

/// What AWS knows of an access key's last use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastUsed {
    At(Timestamp),
    /// AWS answered, and knows of no use.
    Never,
    /// Not read: a key of which this is said counts as in use.
    Unread,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningCertificate {
    pub id: CertificateId,
    pub status: String,
    pub uploaded_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginProfile {
    pub created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MfaDevice {
    pub serial_number: MfaSerialNumber,
    pub enabled_at: Option<Timestamp>,
}

/// Every root credential of one account, each list read to its last page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    pub signing_certificates: Vec<SigningCertificate>,
    pub access_keys: Vec<AccessKey>,
    pub login_profile: Option<LoginProfile>,
    pub mfa_devices: Vec<MfaDevice>,
}

impl Inventory {
    /// Every credential in here, in the order of deletion.
    #[must_use]
    pub fn credentials(&self) -> Vec<RootCredential> {
        let Self { signing_certificates, access_keys, login_profile, mfa_devices } = self;
        let certificates =
            signing_certificates.iter().map(|certificate| RootCredential::SigningCertificate(certificate.id.clone()));
        let keys = access_keys.iter().map(|key| RootCredential::AccessKey(key.id.clone()));
        let profile = login_profile.iter().map(|_| RootCredential::LoginProfile);
        let devices = mfa_devices.iter().map(|device| RootCredential::MfaDevice(device.serial_number.clone()));
        certificates.chain(keys).chain(profile).chain(devices).collect()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.credentials().is_empty()
    }

    #[must_use]
    pub fn contains(&self, credential: &RootCredential) -> bool {
        self.credentials().contains(credential)
    }
}

/// The four root-user figures of `GetAccountSummary`: whether each kind of credential is there at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent figures of one AWS answer")]
pub struct AccountSummary {
    pub password: bool,
    pub access_keys: bool,
    pub signing_certificates: bool,
    pub mfa: bool,
}

impl AccountSummary {
    #[must_use]
    pub fn is_clean(self) -> bool {
        let Self { password, access_keys, signing_certificates, mfa } = self;
        !(password || access_keys || signing_certificates || mfa)
    }

    /// Whether the lists show everything that the summary speaks of. They follow a change at different times.
    #[must_use]
    pub fn agrees_with(self, inventory: &Inventory) -> bool {
        let Self { password, access_keys, signing_certificates, mfa } = self;
        let shown = |said: bool, listed: bool| !said || listed;
        shown(password, inventory.login_profile.is_some())
            && shown(access_keys, !inventory.access_keys.is_empty())
            && shown(signing_certificates, !inventory.signing_certificates.is_empty())
            && shown(mfa, !inventory.mfa_devices.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletes_the_mfa_device_last() {
        let mut credentials = [
            RootCredential::MfaDevice("arn:aws:iam::111122223333:mfa/root-account-mfa-device".parse().unwrap()),
            RootCredential::LoginProfile,
            RootCredential::AccessKey("AKIAIOSFODNN7EXAMPLE".parse().unwrap()),
            RootCredential::SigningCertificate("TA7SMP42TDN5Z26OBPJE7EXAMPLE".parse().unwrap()),
        ];
        credentials.sort();
        assert!(matches!(
            credentials,
            [
                RootCredential::SigningCertificate(_),
                RootCredential::AccessKey(_),
                RootCredential::LoginProfile,
                RootCredential::MfaDevice(_)
            ]
        ));
    }

    #[test]
    fn a_summary_that_the_lists_do_not_bear_out_does_not_agree() {
        let summary = AccountSummary { password: false, access_keys: false, signing_certificates: false, mfa: true };
        assert!(!summary.is_clean());
        assert!(!summary.agrees_with(&Inventory::default()));
    }
}
