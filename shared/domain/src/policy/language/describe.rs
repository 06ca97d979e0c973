//! What a statement says, in plain words.

use super::{
    inside::touches_inside,
    principal::Principal,
    resource::{Names, names},
    statement::{Listed, Statement},
    subject::PolicySubject,
    words::{listed, quoted, shortened},
};
use crate::aws::resource::Resource;

pub(in crate::policy) fn principal(principal: Principal<'_>) -> String {
    match principal {
        Principal::Anybody => "everybody".to_owned(),
        Principal::Aws(name) if name.contains(":role/") => format!("the role {}", quoted(name)),
        Principal::Aws(name) if name.contains(":user/") => format!("the user {}", quoted(name)),
        Principal::Aws(name) if name.ends_with(":root") || name.len() == 12 => format!("the account {}", quoted(name)),
        Principal::Aws(name) => format!("the principal {}", quoted(name)),
        Principal::Service(name) => format!("the service {}", quoted(name)),
        Principal::Federated(name) => format!("those who come through {}", quoted(name)),
        Principal::CanonicalUser(id) => format!("canonical user {}", quoted(id)),
    }
}

/// Whom a statement is about.
pub(in crate::policy) fn who(principals: &Listed<Principal<'_>>) -> String {
    let shown: Vec<String> = principals.values().iter().map(|named| principal(*named)).collect();
    let shown = listed(&shortened(&shown), "and");
    match principals {
        Listed::In(_) => shown,
        Listed::NotIn(_) => format!("everybody but {shown}"),
    }
}

/// The actions of a statement, and where it says them.
pub(in crate::policy) fn what(statement: &Statement<'_>, subject: PolicySubject<'_>) -> String {
    let actions: Vec<String> =
        statement.actions.values().iter().map(|action| quoted(action).trim_matches('`').to_owned()).collect();
    let actions = listed(&shortened(&actions), "and");
    let actions = match &statement.actions {
        Listed::In(_) => actions,
        Listed::NotIn(_) => format!("everything but {actions}"),
    };
    match (subject.resource, names(&statement.resources, &subject.arn())) {
        (Resource::Bucket(_), Names::No) => format!("{actions} on its objects"),
        (Resource::Bucket(_), _) if touches_inside(statement, subject) => {
            format!("{actions} on {} and its objects", subject.resource)
        }
        (Resource::Bucket(_) | Resource::Queue(_), _) => format!("{actions} on {}", subject.resource),
    }
}
