//! What the root user of an account holds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;

/// What the root user of an account holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootCredentials {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_keys: Vec<AccessKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signing_certificates: Vec<SigningCertificate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<LoginProfile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mfa_devices: Vec<MfaDevice>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    pub id: String,
    /// `Active` or `Inactive`.
    #[serde(default = "active_key")]
    pub status: String,
    #[serde(default = "clock::default_joined")]
    pub created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<KeyUse>,
}

/// The last use of an access key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyUse {
    pub date: Timestamp,
    #[serde(default = "default_region")]
    pub region: String,
    #[serde(default = "default_service")]
    pub service: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningCertificate {
    pub id: String,
    #[serde(default = "active_key")]
    pub status: String,
    #[serde(default = "clock::default_joined")]
    pub uploaded: Timestamp,
}

/// A root password, or the permission to recover one: AWS shows the same for both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginProfile {
    #[serde(default = "clock::default_joined")]
    pub created: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MfaDevice {
    pub serial: String,
    #[serde(default = "clock::default_joined")]
    pub enabled: Timestamp,
}

impl RootCredentials {
    /// Whether the root user holds nothing.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let Self { access_keys, signing_certificates, password, mfa_devices } = self;
        access_keys.is_empty() && signing_certificates.is_empty() && password.is_none() && mfa_devices.is_empty()
    }
}

impl AccessKey {
    pub(super) fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), status: active_key(), created: clock::default_joined(), last_used: None }
    }
}

impl KeyUse {
    /// A use of S3 in us-east-1.
    pub(super) fn at(date: Timestamp) -> Self {
        Self { date, region: default_region(), service: default_service() }
    }
}

impl SigningCertificate {
    pub(super) fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), status: active_key(), uploaded: clock::default_joined() }
    }
}

fn active_key() -> String {
    "Active".to_owned()
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

fn default_service() -> String {
    "s3".to_owned()
}
