//! What a root session reads and deletes: the root user's own credentials. `UserName` is left out of every call.

use aws_sdk_iam::{
    primitives::DateTime,
    types::{AccessKeyMetadata, SummaryKeyType},
};
use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, ErrorKind, Inventory, RootCredential,
    aws::credential::{AccessKey, AccountSummary, LastUsed, LoginProfile, MfaDevice, SigningCertificate},
};

use super::{
    session::RootSession,
    task::{Audit, Delete, Task},
};
use crate::client::AwsError;

/// Whether the last use of each access key is read, which takes a call for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastUse {
    Read,
    Skip,
}

/// What became of a call that deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepted {
    Yes,
    /// It was gone already.
    Absent,
}

/// The root user of the account that a session was opened in.
///
/// Both task policies allow the lists; only that of the audit allows the summary, and only that of deletion the rest.
pub(super) struct RootUser<'a, T: Task> {
    session: &'a RootSession<T>,
}

impl<'a, T: Task<Access = aws_sdk_iam::Client>> RootUser<'a, T> {
    pub(super) fn of(session: &'a RootSession<T>) -> Self {
        Self { session }
    }

    pub(super) fn account(&self) -> AccountId {
        self.session.account().id
    }

    /// Every root credential of the account, each list read to its last page.
    ///
    /// Why side by side: an account that is slow in every call is then read in a fourth of the time.
    pub(super) async fn inventory(&self, last_use: LastUse) -> Result<Inventory, AwsError> {
        // Boxed: four calls at once would make every future above this one large.
        let lists = Box::pin(async {
            tokio::try_join!(
                self.signing_certificates(),
                self.access_keys(last_use),
                self.login_profile(),
                self.mfa_devices(),
            )
        });
        let (signing_certificates, access_keys, login_profile, mfa_devices) = lists.await?;
        Ok(Inventory { signing_certificates, access_keys, login_profile, mfa_devices })
    }

    /// `None` means that AWS said so: no root password, and no recovery allowed.
    pub(super) async fn login_profile(&self) -> Result<Option<LoginProfile>, AwsError> {
        match self.session.iam().get_login_profile().send().await {
            Ok(output) => {
                let created_at = output.login_profile().and_then(|profile| timestamp(profile.create_date()));
                Ok(Some(LoginProfile { created_at }))
            }
            Err(error) => {
                let error = AwsError::new(self.session.what("read the login profile"), error);
                if error.code() == Some("NoSuchEntity") { Ok(None) } else { Err(error) }
            }
        }
    }

    async fn access_keys(&self, last_use: LastUse) -> Result<Vec<AccessKey>, AwsError> {
        let what = || self.session.what("list access keys");
        let mut pages = self.session.iam().list_access_keys().into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(key) = pages.next().await {
            let key = key.map_err(|error| AwsError::new(what(), error))?;
            keys.push(self.access_key(&key, last_use).await?);
        }
        Ok(keys)
    }

    async fn access_key(&self, key: &AccessKeyMetadata, last_use: LastUse) -> Result<AccessKey, AwsError> {
        let id = parsed(key.access_key_id(), || self.session.what("list access keys"))?;
        let last_used = match last_use {
            LastUse::Skip => LastUsed::Unread,
            LastUse::Read => self.last_use_of(key.access_key_id().unwrap_or_default()).await?,
        };
        let status = key.status().map_or("unknown", |status| status.as_str()).to_owned();
        Ok(AccessKey { id, status, created_at: key.create_date().and_then(timestamp), last_used })
    }

    async fn last_use_of(&self, key: &str) -> Result<LastUsed, AwsError> {
        let output =
            self.session.iam().get_access_key_last_used().access_key_id(key).send().await.map_err(|error| {
                AwsError::new(self.session.what(format_args!("read the last use of access key `{key}`")), error)
            })?;
        // An answer without the structure says nothing; one without the date says "never", or before AWS kept track.
        Ok(match output.access_key_last_used() {
            None => LastUsed::Unread,
            Some(used) => match used.last_used_date() {
                None => LastUsed::Never,
                Some(date) => timestamp(date).map_or(LastUsed::Unread, LastUsed::At),
            },
        })
    }

    async fn signing_certificates(&self) -> Result<Vec<SigningCertificate>, AwsError> {
        let what = || self.session.what("list signing certificates");
        let mut pages = self.session.iam().list_signing_certificates().into_paginator().items().send();
        let mut certificates = Vec::new();
        while let Some(certificate) = pages.next().await {
            let certificate = certificate.map_err(|error| AwsError::new(what(), error))?;
            certificates.push(SigningCertificate {
                id: parsed(Some(certificate.certificate_id()), what)?,
                status: certificate.status().as_str().to_owned(),
                uploaded_at: certificate.upload_date().and_then(timestamp),
            });
        }
        Ok(certificates)
    }

    async fn mfa_devices(&self) -> Result<Vec<MfaDevice>, AwsError> {
        let what = || self.session.what("list MFA devices");
        let mut pages = self.session.iam().list_mfa_devices().into_paginator().items().send();
        let mut devices = Vec::new();
        while let Some(device) = pages.next().await {
            let device = device.map_err(|error| AwsError::new(what(), error))?;
            devices.push(MfaDevice {
                serial_number: parsed(Some(device.serial_number()), what)?,
                enabled_at: timestamp(device.enable_date()),
            });
        }
        Ok(devices)
    }
}

impl RootUser<'_, Audit> {
    /// Whether each kind of root credential is there at all.
    ///
    /// # Errors
    /// `Defect` if one of the four figures is missing: what was not said is not clean.
    pub(super) async fn account_summary(&self) -> Result<AccountSummary, AwsError> {
        let what = || self.session.what("read the account summary");
        let output =
            self.session.iam().get_account_summary().send().await.map_err(|error| AwsError::new(what(), error))?;
        let map = output.summary_map();
        let is_present = |key: SummaryKeyType| {
            map.and_then(|map| map.get(&key)).map(|count| *count != 0).ok_or_else(|| {
                AwsError::of_kind(ErrorKind::Defect, what(), format!("`{}` is not in the answer", key.as_str()))
            })
        };
        Ok(AccountSummary {
            password: is_present(SummaryKeyType::AccountPasswordPresent)?,
            access_keys: is_present(SummaryKeyType::AccountAccessKeysPresent)?,
            signing_certificates: is_present(SummaryKeyType::AccountSigningCertificatesPresent)?,
            mfa: is_present(SummaryKeyType::AccountMfaEnabled)?,
        })
    }
}

impl RootUser<'_, Delete> {
    /// Deletes one credential. That AWS accepted it does not yet prove that it is gone.
    pub(super) async fn delete(&self, credential: &RootCredential) -> Result<Accepted, AwsError> {
        let iam = self.session.iam();
        let what = self.session.what(format_args!("delete {credential}"));
        let accepted = match credential {
            RootCredential::SigningCertificate(id) => iam
                .delete_signing_certificate()
                .certificate_id(id.as_str())
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::new(what, error)),
            RootCredential::AccessKey(id) => iam
                .delete_access_key()
                .access_key_id(id.as_str())
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::new(what, error)),
            RootCredential::LoginProfile => {
                iam.delete_login_profile().send().await.map(drop).map_err(|error| AwsError::new(what, error))
            }
            RootCredential::MfaDevice(serial) => iam
                .deactivate_mfa_device()
                .serial_number(serial.as_str())
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::new(what, error)),
        };
        match accepted {
            Ok(()) => Ok(Accepted::Yes),
            Err(error) if error.code() == Some("NoSuchEntity") => Ok(Accepted::Absent),
            Err(error) => Err(error),
        }
    }
}

/// An id from AWS's answer. One that is missing or cannot be read is an error, never skipped.
fn parsed<T>(id: Option<&str>, what: impl Fn() -> String) -> Result<T, AwsError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    id.unwrap_or_default().parse().map_err(|error| AwsError::of_kind(ErrorKind::Defect, what(), error))
}

fn timestamp(at: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(at.secs()).ok()
}
