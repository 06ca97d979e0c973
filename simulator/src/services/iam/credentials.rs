//! The root user and its credentials: read, make and delete one.
//!
//! Answers leave `UserName` and `Path` out, as AWS does for root. The texts about a missing key, certificate or device
//! are unverified; those about login profiles were observed.

use jiff::Timestamp;

use super::parameters::required;
use crate::wire::{Answer, Operation, Output, ServiceError, xml};
use crate::world::{Account, LoginProfile, RootCredentials};

pub(super) fn get_user(account: &Account) -> Output {
    let fields = xml::text("UserId", &account.id)
        + &xml::text("Arn", account.root_arn())
        + &xml::text("CreateDate", account.joined.to_string());
    Output::Xml(xml::element("User", fields))
}

pub(super) fn get_login_profile(account: &Account) -> Answer {
    account.root.password.as_ref().map(login_profile).ok_or_else(no_login_profile)
}

pub(super) fn create_login_profile(account: &mut Account, now: Timestamp) -> Answer {
    if account.root.password.is_some() {
        let message = format!("Login Profile for account {} already exists.", account.id);
        return Err(ServiceError::new("EntityAlreadyExists", 409, message));
    }
    Ok(login_profile(account.root.password.insert(LoginProfile { created: now })))
}

pub(super) fn delete_login_profile(account: &mut Account) -> Answer {
    account.root.password.take().map(|_| empty()).ok_or_else(no_login_profile)
}

/// Unverified: what AWS says about a key that is not the account's.
pub(super) fn get_access_key_last_used(account: &Account, operation: &Operation) -> Answer {
    let id = required(operation, "AccessKeyId")?;
    let Some(key) = account.root.access_keys.iter().find(|key| key.id == id) else {
        let resource = format!("access key {id}");
        return Err(ServiceError::not_authorized(&account.root_arn(), &operation.action(), &resource));
    };
    let last_used = match &key.last_used {
        Some(last) => {
            xml::text("LastUsedDate", last.date.to_string())
                + &xml::text("Region", &last.region)
                + &xml::text("ServiceName", &last.service)
        }
        None => xml::text("Region", "N/A") + &xml::text("ServiceName", "N/A"),
    };
    Ok(Output::Xml(xml::element("AccessKeyLastUsed", last_used)))
}

pub(super) fn delete_access_key(account: &mut Account, operation: &Operation) -> Answer {
    let id = required(operation, "AccessKeyId")?;
    take(&mut account.root.access_keys, |key| key.id == id)
        .ok_or_else(|| ServiceError::no_such_entity(format!("The Access Key with id {id} cannot be found.")))
}

pub(super) fn delete_signing_certificate(account: &mut Account, operation: &Operation) -> Answer {
    let id = required(operation, "CertificateId")?;
    take(&mut account.root.signing_certificates, |certificate| certificate.id == id)
        .ok_or_else(|| ServiceError::no_such_entity(format!("The Certificate with id {id} cannot be found.")))
}

pub(super) fn deactivate_mfa_device(account: &mut Account, operation: &Operation) -> Answer {
    let serial = required(operation, "SerialNumber")?;
    take(&mut account.root.mfa_devices, |device| device.serial == serial)
        .ok_or_else(|| ServiceError::no_such_entity(format!("MFA Device with serial number {serial} does not exist.")))
}

/// Removes the credential that an operation is about, if it is there.
pub(super) fn remove(root: &mut RootCredentials, operation: &Operation) {
    if let Some(id) = operation.parameter("AccessKeyId") {
        root.access_keys.retain(|key| key.id != id);
    } else if let Some(id) = operation.parameter("CertificateId") {
        root.signing_certificates.retain(|certificate| certificate.id != id);
    } else if let Some(serial) = operation.parameter("SerialNumber") {
        root.mfa_devices.retain(|device| device.serial != serial);
    } else if matches!(operation.name.as_str(), "GetLoginProfile" | "DeleteLoginProfile") {
        root.password = None;
    }
}

fn take<T>(entries: &mut Vec<T>, is_meant: impl Fn(&T) -> bool) -> Option<Output> {
    let position = entries.iter().position(is_meant)?;
    entries.remove(position);
    Some(empty())
}

fn empty() -> Output {
    Output::Xml(String::new())
}

fn login_profile(profile: &LoginProfile) -> Output {
    let fields = xml::text("CreateDate", profile.created.to_string()) + &xml::text("PasswordResetRequired", "false");
    Output::Xml(xml::element("LoginProfile", fields))
}

fn no_login_profile() -> ServiceError {
    ServiceError::no_such_entity("Login Profile for User null cannot be found.")
}
