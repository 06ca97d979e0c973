//! What a change of a policy opens, in plain words.
//!
//! Conservative: principals and conditions of a Deny are never taken as a reason that it kept nothing in check; disjoint
//! actions and disjoint resources are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    facts::{Facts, Table},
    loss::{Lost, given_by, lost},
    public::{fixes_account, is_for_anybody},
};
use crate::policy::{
    language::{
        action, describe,
        document::PolicyDocument,
        principal::{Principal, is_owner},
        statement::{Effect, Listed, Statement},
        subject::PolicySubject,
        words::{self, listed},
    },
    lock_out::locking::{Denial, Scope},
};

/// Something that a change opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccess {
    pub words: String,
    /// Whether access to data may grow beyond what identity policies of the owner decide.
    pub needs_force: bool,
}

/// Says what a change opens; `None` stands for no policy.
///
/// Those that need force let somebody at the data whom a Deny kept out so far, or let others than the owner manage the
/// policy. The rest is said and no more: access that then rests on identity policies alone.
#[must_use]
pub fn new_access(
    before: Option<&PolicyDocument>,
    after: Option<&PolicyDocument>,
    subject: PolicySubject<'_>,
) -> Vec<NewAccess> {
    let before = before.map(PolicyDocument::statements).unwrap_or_default();
    let after = after.map(PolicyDocument::statements).unwrap_or_default();
    let mut table = Table::new(actions(before.iter().chain(&after), subject), subject);
    let there: Vec<Facts<'_>> = after.iter().map(|statement| table.facts(statement)).collect();
    let gone: Vec<Facts<'_>> = before
        .iter()
        .filter(|statement| statement.effect == Effect::Deny && !after.iter().any(|kept| kept.json == statement.json))
        .map(|statement| table.facts(statement))
        .collect();
    let mut found = vec![];
    for allow in there.iter().filter(|there| there.statement.effect == Effect::Allow) {
        let statement = allow.statement;
        if before.iter().any(|there| is_as_before(statement, there)) {
            continue;
        }
        // An Allow that a Deny beside it keeps in check as a whole gives nobody anything: a locked policy that is put back.
        if !lost(allow, &there, &table).is_empty() {
            let (who, what) = (describe::who(&statement.principals), describe::what(statement, subject));
            found.push(forced(format!("{} is new and allows {who} {what}", statement.name())));
        }
    }
    for denial in &gone {
        found.extend(opened(denial, &there, &table, subject));
    }
    found
}

fn forced(words: String) -> NewAccess {
    NewAccess { words, needs_force: true }
}

/// What opens where a Deny goes or covers less.
fn opened(denial: &Facts<'_>, after: &[Facts<'_>], table: &Table<'_>, subject: PolicySubject<'_>) -> Vec<NewAccess> {
    let is_management = |lost: &Lost| table.actions.get(lost.action).is_some_and(|action| action.is_management);
    let (management, data): (Vec<Lost>, Vec<Lost>) = lost(denial, after, table).into_iter().partition(is_management);
    let names = |places: &[usize]| -> Vec<&str> {
        places.iter().filter_map(|place| table.actions.get(*place)).map(|action| action.name).collect()
    };
    let denied = denial.statement.name();
    let mut found = vec![];
    for allow in after.iter().filter(|there| there.statement.effect == Effect::Allow) {
        let (name, who) = (allow.statement.name(), describe::who(&allow.statement.principals));
        let given = given_by(allow, &data, table);
        if !given.is_empty() {
            let given = shortened(&names(&given));
            found.push(forced(format!("{name} allows {who} {given}, which {denied} denied so far")));
        }
        let given = given_by(allow, &management, table);
        if !given.is_empty() && is_for_others(allow.statement, subject) {
            let given = listed(&names(&given), "and");
            found.push(forced(format!(
                "{name} allows {who} to manage the policy ({given}), which {denied} denied so far"
            )));
        }
    }
    let denial_of_policy = Denial::of(denial.statement, subject);
    let locks = denial_of_policy.as_ref().is_some_and(Denial::locks);
    let by_acl = data.iter().any(|lost| may_be_given_by_acl(lost, table));
    if by_acl || found.is_empty() && (!data.is_empty() || !management.is_empty() && !locks) {
        found.push(NewAccess { words: said(denial.statement, by_acl, subject), needs_force: by_acl });
    }
    found
}

/// What ACLs may give on a bucket itself.
///
/// Source: Amazon S3 User Guide, "Access control list (ACL) overview", "Mapping of ACL permissions and access policy
/// permissions".
const BY_ACL_OF_BUCKET: [&str; 5] =
    ["s3:GetBucketAcl", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions", "s3:PutBucketAcl"];

/// ACLs cannot be read with a session that may only touch the policy, so all that is inside a bucket counts.
fn may_be_given_by_acl(lost: &Lost, table: &Table<'_>) -> bool {
    let action = table.actions.get(lost.action).map(|action| action.name);
    !lost.inside.is_empty() || lost.on_resource && action.is_some_and(|action| BY_ACL_OF_BUCKET.contains(&action))
}

/// A Deny that goes, beside what an Allow then gives.
fn said(denial: &Statement<'_>, by_acl: bool, subject: PolicySubject<'_>) -> String {
    let (name, what) = (denial.name(), describe::what(denial, subject));
    let locks = Denial::of(denial, subject).is_some_and(|denial| denial.locks());
    let is_for_everybody = locks || Denial::scope_beside(denial, subject) != Scope::Nobody;
    let mut words = if is_for_everybody {
        let owner = subject.owner;
        format!(
            "{name} no longer denies {what}: identities of account {owner} reach it again as far as their own policies allow"
        )
    } else {
        format!("{name}, which locks nobody out, no longer denies {what}")
    };
    if by_acl {
        words.push_str(
            ", and so may anybody whom an ACL of the bucket or of an object lets in (ACLs cannot be read from here)",
        );
    }
    words
}

/// The known data actions, and what the statements name beyond those.
fn actions<'a>(statements: impl Iterator<Item = &'a Statement<'a>>, subject: PolicySubject<'_>) -> Vec<&'a str> {
    let known: Vec<&'static str> = subject
        .known_actions()
        .iter()
        .chain(subject.known_actions_inside())
        .copied()
        .filter(|action| !subject.management().contains(action))
        .collect();
    let is_unknown = |pattern: &&str| {
        let mut all = known.iter().chain(subject.management());
        !all.any(|action| action::is_of(pattern, action))
    };
    let named: BTreeSet<&'a str> =
        statements.flat_map(|statement| statement.actions.values().iter().copied()).filter(is_unknown).collect();
    known.iter().copied().chain(named).collect()
}

/// Whether an Allow stood there before, with the same principals or more.
fn is_as_before(allow: &Statement<'_>, there: &Statement<'_>) -> bool {
    if allow.json == there.json {
        return true;
    }
    let (Listed::In(now), Listed::In(before)) = (&allow.principals, &there.principals) else { return false };
    let rest = |statement: &Statement<'_>| -> Vec<(String, Value)> {
        let kept = statement.json.iter().filter(|(name, _)| *name != "Principal");
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    now.iter().all(|principal| before.contains(principal)) && rest(allow) == rest(there)
}

/// Whether an Allow is for anybody outside of the owner's account.
fn is_for_others(allow: &Statement<'_>, subject: PolicySubject<'_>) -> bool {
    let owner = subject.owner.to_string();
    if allow.conditions.iter().any(|condition| fixes_account(condition, &owner)) {
        return false;
    }
    if is_for_anybody(allow) {
        return true;
    }
    allow.principals.values().iter().any(|principal| match principal {
        Principal::Anybody | Principal::CanonicalUser(_) => true,
        Principal::Service(_) => false,
        Principal::Aws(name) | Principal::Federated(name) => {
            let account = name.split(':').nth(4).unwrap_or_default();
            !is_owner(name, subject) && account != owner
        }
    })
}

fn shortened(actions: &[&str]) -> String {
    let shown = words::shortened(actions);
    let shown: Vec<String> = shown.into_iter().map(|one| one.replace(" more", " more actions")).collect();
    listed(&shown, "and")
}
