//! What can be asked for next: how to undo a change, and what is possible where AWS does not take a policy (I6).

use std::{collections::BTreeSet, iter};

use rootwarden_aws::{AwsError, PolicyWriteError};
use rootwarden_domain::{
    aws::resource::Resource,
    policy::{PolicyDocument, PolicyText, gone_principals, public_statements},
    unlock::{PlannedChange, StoredKey, UnlockAction, UnlockPlan},
};
use serde_json::{Value, json};

/// What an error of SQS may stand for. It goes into a notice, so it names nothing of the policy.
pub(crate) const PERHAPS_A_PRINCIPAL: &str =
    "SQS answers so, too, where a principal that the policy names is gone: if it stays so, ask for the same without it";

/// The request that puts the policy back as it was.
pub(crate) fn how_to_undo(plan: &UnlockPlan, key: &StoredKey) -> Vec<String> {
    vec![format!("to put it back as it was: {}", request(plan, &json!({"action": "restore", "stored": key})))]
}

/// A failure of changing the policy, as the summary says it: a notice should not repeat a part of the policy, as AWS's text may.
pub(crate) fn refusal_in_notice(error: &AwsError) -> String {
    match PolicyWriteError::of(error) {
        Some(PolicyWriteError::Malformed) => "AWS does not take a part of this policy, which the result names".to_owned(),
        Some(PolicyWriteError::MalformedSomewhere) => {
            "AWS does not take a part of this policy and does not say which, a principal that is gone most likely; the result \
             names those in it, and what to ask for instead"
                .to_owned()
        }
        Some(PolicyWriteError::BlockPublicAccess) => {
            "Block Public Access does not take this policy; the result names the statements".to_owned()
        }
        None => error.to_string(),
    }
}

/// What is possible where AWS does not take the policy.
pub(crate) fn advice_on_refusal(error: &AwsError, plan: &UnlockPlan, change: &PlannedChange) -> Vec<String> {
    let Some(after) = &change.after else { return Vec::new() };
    let document = PolicyDocument::parse(after.as_str()).ok();
    let gone = document.as_ref().map(gone_principals).unwrap_or_default();
    let more = match PolicyWriteError::of(error) {
        Some(PolicyWriteError::Malformed) => without_gone(plan, &gone),
        Some(PolicyWriteError::MalformedSomewhere) => perhaps_gone(plan, after, &gone),
        Some(PolicyWriteError::BlockPublicAccess) => {
            document.map(|document| without_public(plan, &document)).unwrap_or_default()
        }
        None => return Vec::new(),
    };
    iter::once(error.to_string()).chain(more).collect()
}

/// What can be said where AWS does not take a principal, which its message names.
fn without_gone(plan: &UnlockPlan, gone: &[String]) -> Vec<String> {
    let named = if gone.is_empty() {
        "AWS does not take a part of it: a principal that is gone, most often, which its message names".to_owned()
    } else {
        format!("these principals are gone: {}", gone.join(", "))
    };
    vec![named, format!("to leave them out: {}", without(plan, &json!({"principals": gone})))]
}

/// What can be said where Block Public Access does not take statements.
fn without_public(plan: &UnlockPlan, document: &PolicyDocument) -> Vec<String> {
    let public = public_statements(document);
    vec![
        format!("Block Public Access does not take these statements: {}", public.join(", ")),
        format!("to leave them out: {}", without(plan, &json!({"statements": public}))),
        "or let the account's administrators change Block Public Access, and ask again".to_owned(),
    ]
}

/// What can be said where AWS does not say which part it does not take: whom the policy names, and which of them are known to be gone.
fn perhaps_gone(plan: &UnlockPlan, policy: &PolicyText, gone: &[String]) -> Vec<String> {
    let named = named_principals(policy);
    if named.is_empty() {
        let by_hand =
            request(plan, &json!({"action": "apply", "change": {"replace": "another policy"}, "force": true}));
        return vec![
            "AWS does not say which part; no role and no user is named in it, so it is another one: look at the actions, the \
             resources and the conditions"
                .to_owned(),
            format!("to put another policy there: {by_hand}"),
        ];
    }
    let mut advice = vec![format!(
        "AWS does not say which part; it takes no principal that is gone, and this policy names {}",
        named.join(", ")
    )];
    if gone.is_empty() {
        advice.push("look which of them are still there: only those that are not have to be left out".to_owned());
    } else {
        advice.push(format!("these are gone, since AWS shows them as ids: {}", gone.join(", ")));
    }
    let leave_out = json!({"principals": if gone.is_empty() { &named } else { gone }});
    advice.push(format!("to leave them out: {}", without(plan, &leave_out)));
    advice
}

/// Every role, user and session that a policy names, and every id that stands for one.
fn named_principals(policy: &PolicyText) -> Vec<String> {
    let Ok(policy) = serde_json::from_str::<Value>(policy.as_str()) else { return Vec::new() };
    let each = |value: &Value| match value {
        Value::Array(values) => values.clone(),
        Value::Null => Vec::new(),
        value => vec![value.clone()],
    };
    let statements = policy.get("Statement").map(each).unwrap_or_default();
    let elements =
        statements.iter().flat_map(|one| [one.get("Principal"), one.get("NotPrincipal")].into_iter().flatten());
    let named: BTreeSet<String> = elements
        .filter_map(|element| element.get("AWS").map(each))
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .filter(|name| may_be_gone(name))
        .collect();
    named.into_iter().collect()
}

/// Not everybody (`*`), and no account as a whole, by its id or its root: those cannot be deleted under a policy.
fn may_be_gone(name: &str) -> bool {
    name != "*" && !name.ends_with(":root") && !name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same request without a part of the policy.
fn without(plan: &UnlockPlan, leave_out: &Value) -> String {
    match &plan.action {
        UnlockAction::Restore { stored, .. } => {
            request(plan, &json!({"action": "restore", "stored": stored, "leave_out": leave_out}))
        }
        UnlockAction::Apply { .. } | UnlockAction::Inspect | UnlockAction::Plan { .. } => {
            request(plan, &json!({"action": "apply", "change": {"replace": "the policy without it"}, "force": true}))
        }
    }
}

/// A request about the same resource.
fn request(plan: &UnlockPlan, fields: &Value) -> String {
    let mut request = json!({"account": plan.account, "reason": "…", "ticket": "…"});
    let resource = match &plan.resource {
        Resource::Bucket(name) => json!({"bucket": name}),
        Resource::Queue(queue) => json!({"queue": queue}),
    };
    if let Some(all) = request.as_object_mut() {
        for more in [&resource, fields] {
            all.extend(more.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
        }
    }
    request.to_string()
}
