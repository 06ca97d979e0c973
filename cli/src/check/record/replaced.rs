//! Puts something else in the place of ids, names, addresses and keys: the same for the same, of the same form.

use std::collections::BTreeMap;

use rootwarden_domain::AccountId;

/// Values that AWS gives the same to everybody.
const KEPT: [&str; 22] = [
    "Code",
    "Type",
    "Status",
    "State",
    "JoinedMethod",
    "FeatureSet",
    "EnabledFeatures",
    "key",
    "value",
    "IsTruncated",
    "__type",
    "CreateDate",
    "UploadDate",
    "EnableDate",
    "LastUsedDate",
    "Expiration",
    "PasswordResetRequired",
    "Region",
    "ServiceName",
    "JoinedTimestamp",
    "DelegationEnabledDate",
    "PasswordLastUsed",
];
const NAMES: [&str; 2] = ["Name", "UserName"];
const MESSAGES: [&str; 2] = ["Message", "message"];
const REMOVED: [&str; 3] = ["SecretAccessKey", "SessionToken", "CertificateBody"];
/// The beginnings of AWS's unique ids. Source: IAM User Guide, "IAM identifiers", "Understanding unique ID prefixes".
const UNIQUE_IDS: [&str; 8] = ["AKIA", "ASIA", "AIDA", "AROA", "AGPA", "ANPA", "AIPA", "ASCA"];
/// What stands first in a resource's name in an ARN, and what AWS itself names there.
const OF_AWS: [&str; 14] = [
    "user",
    "role",
    "assumed-role",
    "account",
    "organization",
    "root",
    "mfa",
    "policy",
    "federated-user",
    "group",
    "ou",
    "aws-reserved",
    "sso.amazonaws.com",
    "root-account-mfa-device",
];
/// A word that long is no word: an encoded message, a token.
const LONGEST_WORD: usize = 200;

/// What was replaced so far.
#[derive(Debug, Default)]
pub(super) struct Replaced {
    by: BTreeMap<String, (Form, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Account,
    Address,
    UniqueId,
    RequestId,
    OrganizationId,
    Name,
    Token,
}

impl Replaced {
    /// A value of a field: kept where AWS gives it the same to everybody, else replaced by something of the same form.
    pub(super) fn value(&mut self, field: &str, text: &str) -> String {
        match field {
            field if REMOVED.contains(&field) => "REMOVED".to_owned(),
            field if KEPT.contains(&field) => text.to_owned(),
            field if MESSAGES.contains(&field) => self.message(text),
            field if NAMES.contains(&field) => self.put(Form::Name, text),
            "NextToken" | "Marker" => self.put(Form::Token, text),
            _ if text.starts_with("arn:") => self.arn(text),
            _ if text.parse::<f64>().is_ok() && text.parse::<AccountId>().is_err() => text.to_owned(),
            _ if text == "true" || text == "false" => text.to_owned(),
            _ => {
                let form = form(text).unwrap_or(Form::Name);
                self.put(form, text)
            }
        }
    }

    pub(super) fn header(&mut self, name: &str, value: &str) -> String {
        if name == "x-amzn-requestid" { self.put(Form::RequestId, value) } else { value.to_owned() }
    }

    /// How many ids and addresses that were replaced still stand in a text.
    pub(super) fn left_in(&self, text: &str) -> usize {
        let ids = self
            .by
            .iter()
            .filter(|(original, (form, by))| *form != Form::Name && original != &by && original.len() > 5);
        ids.filter(|(original, _)| text.contains(original.as_str())).count()
    }

    /// A text for people: its words stay, but for those that name something.
    fn message(&mut self, text: &str) -> String {
        let around = |character: char| "()[]{}.,;:'\"`<>".contains(character);
        let words = text.split(' ').map(|word| {
            let bare = word.trim_matches(around);
            let instead = match form(bare) {
                _ if bare.starts_with("arn:") => self.arn(bare),
                Some(form) => self.put(form, bare),
                None if bare.len() > LONGEST_WORD => "REMOVED".to_owned(),
                None => match self.by.get(bare) {
                    Some((_, by)) => by.clone(),
                    None => return word.to_owned(),
                },
            };
            word.replacen(bare, &instead, 1)
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)".
    fn arn(&mut self, text: &str) -> String {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, resource] = parts.as_slice() else {
            return self.put(Form::Name, text);
        };
        if *account == "aws" {
            return text.to_owned();
        }
        let account = if account.is_empty() { String::new() } else { self.put(Form::Account, account) };
        let mut replaced = String::new();
        let mut rest = *resource;
        loop {
            let end = rest.find(['/', ':']).unwrap_or(rest.len());
            let (segment, after) = rest.split_at(end);
            replaced += &if segment.is_empty() || OF_AWS.contains(&segment) {
                segment.to_owned()
            } else {
                let form = form(segment).unwrap_or(Form::Name);
                self.put(form, segment)
            };
            let mut characters = after.chars();
            let Some(between) = characters.next() else { break };
            replaced.push(between);
            rest = characters.as_str();
        }
        format!("{arn}:{partition}:{service}:{region}:{account}:{replaced}")
    }

    fn put(&mut self, form: Form, text: &str) -> String {
        if let Some((_, by)) = self.by.get(text) {
            return by.clone();
        }
        // What stands for something must not be replaced itself.
        if self.by.values().any(|(_, by)| by == text) {
            return text.to_owned();
        }
        let number = self.by.values().filter(|(other, _)| *other == form).count() + 1;
        let by = match form {
            Form::Account => format!("{:012}", 100_000_000_000_u64 + u64::try_from(number).unwrap_or(0)),
            Form::Address => format!("somebody-{number}@example.com"),
            Form::UniqueId => {
                let digits = text.len().saturating_sub(4);
                format!("{}{number:0digits$}", text.get(..4).unwrap_or("AKIA"))
            }
            Form::RequestId => format!("00000000-0000-0000-0000-{number:012}"),
            Form::OrganizationId => {
                let kind = text.split('-').next().unwrap_or("o");
                let digits = text.len().saturating_sub(kind.len() + 1);
                format!("{kind}-{number:0digits$}")
            }
            Form::Name => format!("name-{number}"),
            Form::Token => format!("token-{number}"),
        };
        self.by.insert(text.to_owned(), (form, by.clone()));
        by
    }
}

/// What a text is, if its form says so.
fn form(text: &str) -> Option<Form> {
    let is_upper =
        |text: &str| text.chars().all(|character| character.is_ascii_uppercase() || character.is_ascii_digit());
    let is_hex = |text: &str| text.chars().all(|character| character.is_ascii_hexdigit() || character == '-');
    let is_small =
        |text: &str| text.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit());
    if text.parse::<AccountId>().is_ok() {
        return Some(Form::Account);
    }
    if text.contains('@') {
        return Some(Form::Address);
    }
    if text.len() >= 16 && is_upper(text) && UNIQUE_IDS.iter().any(|prefix| text.starts_with(prefix)) {
        return Some(Form::UniqueId);
    }
    if text.len() == 36 && is_hex(text) && text.matches('-').count() == 4 {
        return Some(Form::RequestId);
    }
    let id = text.split_once('-').filter(|(kind, _)| ["o", "r", "ou"].contains(kind)).map(|(_, id)| id);
    id.filter(|id| id.len() >= 4 && id.split('-').all(is_small)).map(|_| Form::OrganizationId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_stands_for_the_same_everywhere() {
        let mut replaced = Replaced::default();
        let name = replaced.value("Name", "payroll");
        let id = replaced.value("Id", "444455556666");
        let arn = replaced.value("Arn", "arn:aws:sts::444455556666:assumed-role/payroll/ann@company.com");
        assert_eq!(arn, format!("arn:aws:sts::{id}:assumed-role/{name}/somebody-1@example.com"));
        let message =
            replaced.value("Message", "User: arn:aws:iam::444455556666:user/payroll is not allowed (444455556666).");
        assert_eq!(message, format!("User: arn:aws:iam::{id}:user/{name} is not allowed ({id})."));
        assert_eq!(replaced.left_in(&message), 0);
        assert_eq!(replaced.left_in("account 444455556666"), 1);
    }

    #[test]
    fn what_aws_gives_everybody_stays() {
        let mut replaced = Replaced::default();
        for (field, text) in [
            ("Code", "NoSuchEntity"),
            ("Message", "Login Profile for User null cannot be found."),
            ("CreateDate", "2026-09-12T01:41:52Z"),
            ("EnabledFeatures", "RootSessions"),
            ("PolicyArn", "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"),
        ] {
            assert_eq!(replaced.value(field, text), text);
        }
        assert_eq!(replaced.value("AccessKeyId", "ASIAABCDEFGHIJKLMNOP"), "ASIA0000000000000001");
        assert_eq!(replaced.value("SessionToken", "any"), "REMOVED");
    }

    #[test]
    fn a_field_that_is_not_known_is_replaced() {
        assert_eq!(Replaced::default().value("CostCenter", "4711-berlin"), "name-1");
    }
}
