//! What holds for every policy.

use proptest::{prelude::*, sample::select};
use rootwarden_domain::{
    aws::{partition::Partition, resource::Resource},
    policy::{
        Change, LockOut, PolicyDocument, PolicySubject, Reach, analyse, drop_locking, exceeded_limit, narrow,
        new_access,
    },
};
use serde_json::Value;

use crate::generated::{BUCKET, OWNER, On, QUEUE, on, policy};
use crate::requests::{
    ADMINISTRATORS, ANONYMOUS, Caller, Context, NEWCOMERS, PARTNER, arn, circumstances, circumstances_of_data,
    data_requests, management, ordinary, unusual_circumstances, ways_out,
};

fn resource(on: On) -> Resource {
    match on {
        On::Bucket => Resource::bucket(BUCKET, Partition::Aws).unwrap(),
        On::Queue => Resource::Queue(QUEUE.parse().unwrap()),
    }
}

fn subject(resource: &Resource) -> PolicySubject<'_> {
    PolicySubject { resource, owner: OWNER.parse().unwrap(), partition: Partition::Aws }
}

fn document(policy: &Value) -> PolicyDocument {
    PolicyDocument::parse(&policy.to_string()).unwrap()
}

fn json(document: &PolicyDocument) -> Value {
    serde_json::from_str(&document.to_text()).unwrap()
}

fn after(change: &Change) -> Option<Value> {
    change.after.as_ref().map(json)
}

fn statements(policy: &Value) -> &[Value] {
    policy["Statement"].as_array().unwrap()
}

fn administrator<'a>(principal: &'a str, context: &'a Context) -> Caller<'a> {
    Caller { principal, identity_allows: true, context }
}

/// The policy with those statements of which a finding begins so.
fn only(policy: &Value, subject: PolicySubject<'_>, begins: &str) -> Value {
    let findings = analyse(&document(policy), subject).findings;
    let is_found = |statement: &&Value| {
        let name = format!("Sid {}", statement["Sid"]);
        findings.iter().any(|finding| finding.statement == name && finding.words.starts_with(begins))
    };
    let mut only = policy.clone();
    only["Statement"] = statements(policy).iter().filter(is_found).cloned().collect();
    only
}

fn policies() -> impl Strategy<Value = (On, Value)> {
    on().prop_flat_map(|on| (Just(on), policy(on)))
}

/// A change, as people may ask for one.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Narrow(Reach),
    Drop(Reach),
    Delete,
}

impl Asked {
    fn of(self, document: &PolicyDocument, subject: PolicySubject<'_>) -> Option<PolicyDocument> {
        match self {
            Self::Narrow(reach) => narrow(document, subject, reach).after,
            Self::Drop(reach) => drop_locking(document, subject, reach).after,
            Self::Delete => None,
        }
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    select(vec![
        Asked::Narrow(Reach::Everyone),
        Asked::Narrow(Reach::AlsoWithExceptions),
        Asked::Drop(Reach::Everyone),
        Asked::Drop(Reach::AlsoWithExceptions),
        Asked::Delete,
    ])
}

/// 256 cases of each, or as many as `PROPTEST_CASES` says. Most generated policies lock nobody out, so many are passed over.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_global_rejects: 1_000_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_forced_plan_gives_every_administrator_the_policy_back_whom_no_statement_names((on, policy) in policies(), context in circumstances()) {
        let resource = resource(on);
        let document = document(&policy);
        prop_assume!(analyse(&document, subject(&resource)).verdict != LockOut::Nobody);
        let after = after(&narrow(&document, subject(&resource), Reach::AlsoWithExceptions));
        for principal in NEWCOMERS {
            for action in management(on) {
                prop_assert!(administrator(principal, &context).may(after.as_ref(), action, arn(on)), "{principal} {action} {after:?}");
            }
        }
    }

    #[test]
    fn the_default_plan_gives_it_back_to_whom_no_exception_concerns((on, policy) in policies(), context in circumstances()) {
        let resource = resource(on);
        let document = document(&policy);
        prop_assume!(analyse(&document, subject(&resource)).verdict != LockOut::Nobody);
        let after = after(&narrow(&document, subject(&resource), Reach::Everyone));
        let with_exceptions = only(&policy, subject(&resource), "everybody except");
        for principal in NEWCOMERS {
            let administrator = administrator(principal, &context);
            for action in management(on) {
                if administrator.may(Some(&with_exceptions), action, arn(on)) {
                    prop_assert!(administrator.may(after.as_ref(), action, arn(on)), "{principal} {action} {after:?}");
                }
            }
        }
    }

    #[test]
    fn a_locked_policy_lets_no_administrator_out((on, policy) in policies(), context in unusual_circumstances()) {
        let resource = resource(on);
        prop_assume!(analyse(&document(&policy), subject(&resource)).verdict == LockOut::Everyone);
        for principal in ADMINISTRATORS.into_iter().chain(NEWCOMERS) {
            for action in ways_out(on) {
                prop_assert!(!administrator(principal, &context).may(Some(&policy), action, arn(on)), "{principal} {action}");
            }
        }
    }

    #[test]
    fn where_nobody_is_locked_out_there_is_a_way_out((on, policy) in policies()) {
        let resource = resource(on);
        prop_assume!(analyse(&document(&policy), subject(&resource)).verdict == LockOut::Nobody);
        let context = ordinary();
        for principal in NEWCOMERS {
            let administrator = administrator(principal, &context);
            prop_assert!(ways_out(on).iter().any(|action| administrator.may(Some(&policy), action, arn(on))), "{principal}");
        }
    }

    #[test]
    fn statements_that_lock_nobody_out_are_left_as_they_are((on, policy) in policies(), reach in select(vec![Reach::Everyone, Reach::AlsoWithExceptions])) {
        let resource = resource(on);
        let document = document(&policy);
        let analysis = analyse(&document, subject(&resource));
        let locking: Vec<String> = analysis
            .findings
            .iter()
            .filter(|finding| !finding.words.contains("whoever IAM allows"))
            .map(|finding| finding.statement.clone())
            .collect();
        let is_kept = |statement: &&Value| {
            analysis.verdict == LockOut::Nobody || !locking.contains(&format!("Sid {}", statement["Sid"]))
        };
        let kept: Vec<&Value> = statements(&policy).iter().filter(is_kept).collect();
        for change in [narrow(&document, subject(&resource), reach), drop_locking(&document, subject(&resource), reach)] {
            let after = after(&change);
            let mut there = after.as_ref().map(statements).unwrap_or_default().iter();
            for statement in &kept {
                // As texts, for the order of the elements counts.
                let text = statement.to_string();
                prop_assert!(there.any(|other| text == format!("{other}")), "{text}");
            }
            let unlocked = change.after.as_ref().is_none_or(|after| analyse(after, subject(&resource)).verdict == LockOut::Nobody);
            prop_assert!(unlocked || reach == Reach::Everyone);
            let verdict = change.after.as_ref().map(|after| analyse(after, subject(&resource)).verdict);
            prop_assert!(verdict != Some(LockOut::Everyone), "still locked: {after:?}");
            prop_assert!(change.after.is_none_or(|after| exceeded_limit(&after, subject(&resource)).is_none()));
        }
    }

    #[test]
    fn no_plan_allows_a_data_action_that_was_not_allowed_before(
        (on, policy) in policies(),
        context in circumstances_of_data(),
        principal in select(vec![ADMINISTRATORS[0], ADMINISTRATORS[1], ADMINISTRATORS[2], PARTNER, ANONYMOUS]),
        identity_allows: bool,
        reach in select(vec![Reach::Everyone, Reach::AlsoWithExceptions]),
    ) {
        let resource = resource(on);
        let document = document(&policy);
        prop_assume!(analyse(&document, subject(&resource)).verdict != LockOut::Nobody);
        let after = after(&narrow(&document, subject(&resource), reach));
        let caller = Caller { principal, identity_allows, context: &context };
        for (action, on) in data_requests(on) {
            let opens = caller.may(after.as_ref(), action, on) && !caller.may(Some(&policy), action, on);
            prop_assert!(!opens, "{action} {on} {after:?}");
        }
    }

    #[test]
    fn whatever_a_change_opens_is_said_and_forced_where_a_policy_gives_it(
        (on, policy) in policies(),
        asked in asked(),
        context in circumstances_of_data(),
        principal in select(vec![ADMINISTRATORS[0], ADMINISTRATORS[2], PARTNER, ANONYMOUS]),
        identity_allows: bool,
    ) {
        let resource = resource(on);
        let before = document(&policy);
        let after = asked.of(&before, subject(&resource));
        let found = new_access(Some(&before), after.as_ref(), subject(&resource));
        let is_given = principal == PARTNER || principal == ANONYMOUS || !identity_allows;
        let after = after.as_ref().map(json);
        let caller = Caller { principal, identity_allows, context: &context };
        let mut requests = data_requests(on);
        if principal == PARTNER || principal == ANONYMOUS {
            requests.extend(management(on).iter().map(|action| (*action, arn(on))));
        }
        for (action, on) in requests {
            if caller.may(after.as_ref(), action, on) && !caller.may(Some(&policy), action, on) {
                prop_assert!(!found.is_empty(), "{action} {on} {after:?}");
                // An ACL may give whatever is inside a bucket.
                let is_given = is_given || on.contains("data/");
                prop_assert!(!is_given || found.iter().any(|new_access| new_access.needs_force), "{action} {on} {found:?} {after:?}");
            }
        }
    }
}
