//! Where AWS does not take a policy: what is said of it, and what can be asked for instead (I6).

use std::collections::BTreeSet;

use rootwarden_domain::{
    aws::resource::Resource,
    policy::{PolicyDocument, PolicyText, gone_principals, public_statements},
    unlock::{PlannedChange, StoredKey, UnlockAction, UnlockPlan},
};
use rootwarden_root_access::{AwsError, PolicyRefusal};
use serde_json::{Value, json};

/// What an error of SQS may stand for. It goes into a notice, so it names nothing of the policy.
pub(crate) const PERHAPS_A_PRINCIPAL: &str =
    "SQS answers so, too, where a principal that the policy names is gone: if it stays so, ask for the same without it";

/// The request that puts the policy back as it was.
pub(crate) fn undo(plan: &UnlockPlan, key: &StoredKey) -> Vec<String> {
    vec![format!("to put it back as it was: {}", request(plan, &json!({"action": "restore", "stored": key})))]
}

/// The failure for the summary. What AWS says of a policy may repeat a part of it, which no notice should hold.
pub(crate) fn told(error: &AwsError) -> String {
    match PolicyRefusal::of(error) {
        Some(PolicyRefusal::Malformed) => "AWS does not take a part of this policy, which the result names".to_owned(),
        Some(PolicyRefusal::MalformedSomewhere) => {
            "AWS does not take a part of this policy and does not say which, a principal that is gone most likely; the result \
             names those in it, and what to ask for instead"
                .to_owned()
        }
        Some(PolicyRefusal::BlockPublicAccess) => {
            "Block Public Access does not take this policy; the result names the statements".to_owned()
        }
        None => error.to_string(),
    }
}

/// What is possible where AWS does not take the policy.
pub(crate) fn refused(error: &AwsError, plan: &UnlockPlan, change: &PlannedChange) -> Vec<String> {
    let Some(after) = &change.after else { return Vec::new() };
    let document = PolicyDocument::parse(after.as_str()).ok();
    match PolicyRefusal::of(error) {
        Some(PolicyRefusal::Malformed) => {
            let gone = document.as_ref().map(gone_principals).unwrap_or_default();
            let named = if gone.is_empty() {
                "AWS does not take a part of it: a principal that is gone, most often, which its message names"
                    .to_owned()
            } else {
                format!("these principals are gone: {}", gone.join(", "))
            };
            let gone = json!({"principals": gone});
            vec![error.to_string(), named, format!("to leave them out: {}", without(plan, &gone))]
        }
        Some(PolicyRefusal::MalformedSomewhere) => {
            let gone = document.as_ref().map(gone_principals).unwrap_or_default();
            let mut advice = vec![error.to_string()];
            advice.extend(perhaps_gone(plan, after, &gone));
            advice
        }
        Some(PolicyRefusal::BlockPublicAccess) => {
            let Some(document) = document else { return vec![error.to_string()] };
            let public = public_statements(&document);
            let left_out = json!({"statements": public});
            vec![
                error.to_string(),
                format!("Block Public Access does not take these statements: {}", public.join(", ")),
                format!("to leave them out: {}", without(plan, &left_out)),
                "or let the account's administrators change Block Public Access, and ask again".to_owned(),
            ]
        }
        None => Vec::new(),
    }
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
    let left_out = json!({"principals": if gone.is_empty() { &named } else { gone }});
    advice.push(format!("to leave them out: {}", without(plan, &left_out)));
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
fn without(plan: &UnlockPlan, left_out: &Value) -> String {
    match &plan.action {
        UnlockAction::Restore { stored, .. } => {
            request(plan, &json!({"action": "restore", "stored": stored, "leave_out": left_out}))
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
