//! Whom a Deny with `NotPrincipal` leaves out.
//!
//! A session of a role is let off only where the session stands there and its role does too; a role alone lets nobody off.
//! Sources: AWS IAM User Guide, "AWS JSON policy elements: `NotPrincipal`"; AWS Security Blog, "How to restrict Amazon S3
//! bucket access to a specific IAM role"; github.com/japan-d2/secure-stack-template-aws, issue 34 (a lock-out by it).

use super::{
    excepted::{Excepted, Limit},
    exception::{Exception, Likelihood},
    never::ROOT,
    who,
};
use crate::policy::language::{
    principal::{Principal, is_owner, is_unique_id},
    statement::Listed,
    subject::PolicySubject,
    words::quoted,
};

/// What a name of a `NotPrincipal` is to the owner's account.
enum Named<'a> {
    /// Somebody gets in by it.
    Somebody(Excepted),
    /// Nobody of the account does: who it is, and why not.
    Nobody(&'a str, &'static str),
}

pub(super) fn excepted(named: &[Principal<'_>], subject: PolicySubject<'_>) -> Vec<Excepted> {
    let read = named.iter().map(|principal| read(*principal, named, subject));
    read.filter_map(|named| match named {
        Named::Somebody(excepted) => Some(excepted),
        Named::Nobody(..) => None,
    })
    .collect()
}

/// The names that help nobody.
pub(super) fn nobodys(principals: &Listed<Principal<'_>>, subject: PolicySubject<'_>) -> Vec<Exception> {
    let Listed::NotIn(named) = principals else { return vec![] };
    let read = named.iter().map(|principal| read(*principal, named, subject));
    read.filter_map(|named| match named {
        Named::Somebody(_) => None,
        Named::Nobody(name, why) => Some(Exception::new(quoted(name), Likelihood::Nobody, why)),
    })
    .collect()
}

fn read<'a>(principal: Principal<'a>, all: &[Principal<'_>], subject: PolicySubject<'_>) -> Named<'a> {
    match principal {
        Principal::Anybody => Named::Nobody("*", "everybody"),
        Principal::Service(name) => Named::Nobody(name, "an AWS service, and nobody of the account"),
        Principal::CanonicalUser(id) => {
            Named::Nobody(id, "a canonical user is another account, a CloudFront identity, or the account's root user")
        }
        Principal::Federated(name) => Named::Somebody(Excepted {
            shown: Exception::new(
                format!("those who come through {}", quoted(name)),
                Likelihood::Doubtful,
                "the role that they take and its session would have to stand there too",
            ),
            limits: vec![],
        }),
        Principal::Aws(name) if is_owner(name, subject) => Named::Nobody(name, ROOT),
        Principal::Aws(name) if is_unique_id(name) => {
            Named::Nobody(name, "the id that stands where a principal was deleted")
        }
        Principal::Aws(name) => by_arn(name, all, subject),
    }
}

fn by_arn<'a>(name: &'a str, all: &[Principal<'_>], subject: PolicySubject<'_>) -> Named<'a> {
    let owner = subject.owner.to_string();
    let mut parts = name.splitn(6, ':').skip(4);
    let (account, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_account = |name: &str| name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    if is_account(name) || account != owner && is_account(account) {
        return Named::Nobody(name, "another account");
    }
    let has_account = all.iter().any(|other| matches!(other, Principal::Aws(other) if is_owner(other, subject)));
    let mut names = rest.split('/');
    match (names.next(), names.next(), names.next()) {
        (Some("role"), ..) => Named::Nobody(name, "a role without its sessions: whoever uses it has a session"),
        (Some("assumed-role"), Some(role), Some(_)) => session(name, (&owner, role), all, has_account),
        _ => {
            let Exception { who, likelihood, why } = who::principal(name);
            let shown = if has_account { Exception::new(who, likelihood, why) } else { without_account(who) };
            Named::Somebody(Excepted {
                shown,
                limits: vec![Limit::Is { key: "aws:principalarn".to_owned(), pattern: name.to_owned() }],
            })
        }
    }
}

fn session<'a>(name: &'a str, (owner, role): (&str, &str), all: &[Principal<'_>], has_account: bool) -> Named<'a> {
    let is_role = |other: &&str| {
        let named = other.splitn(6, ':').nth(5).is_some_and(|rest| rest.starts_with("role/"));
        named && other.split(':').nth(4) == Some(owner) && other.rsplit('/').next() == Some(role)
    };
    let role_arn = all.iter().find_map(|other| match other {
        Principal::Aws(other) => Some(*other).filter(is_role),
        Principal::Anybody | Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => None,
    });
    let who = format!("the session {}", quoted(name));
    let shown = if role_arn.is_none() {
        Exception::new(who, Likelihood::Doubtful, "its role does not stand beside it, which AWS asks for")
    } else if !has_account {
        without_account(who)
    } else {
        let why = "if the role still exists, whoever may assume it under that very name";
        Exception::new(who, Likelihood::Plausible, why)
    };
    let limits = [
        Some(Limit::Is { key: "a session's ARN".to_owned(), pattern: name.to_owned() }),
        role_arn.map(|arn| Limit::Is { key: "aws:principalarn".to_owned(), pattern: arn.to_owned() }),
    ];
    Named::Somebody(Excepted { shown, limits: limits.into_iter().flatten().collect() })
}

fn without_account(who: String) -> Exception {
    Exception::new(who, Likelihood::Doubtful, "the account does not stand beside it, which AWS may ask for")
}
