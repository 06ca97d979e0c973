//! What people and state machines send to `access-requests`.

use rootwarden_domain::Sha256;
use serde_json::{Value, json};

use crate::names::MANAGEMENT;

/// An HTTP request as Lambda hands it on from a function URL, signed by an IAM user, a role's session or nobody.
pub fn url_event(caller_arn: Option<&str>, body: &str) -> Value {
    let Some(arn) = caller_arn else { return url_event_by(Value::Null, body) };
    let name = arn.rsplit('/').next().unwrap_or_default();
    // The same user always has the same id, and no other user has it.
    let digest = Sha256::of(arn.to_lowercase().as_bytes()).to_string().to_uppercase();
    let is_user = arn.contains(":user/");
    let id = if is_user { format!("AIDA{}", &digest[..17]) } else { format!("AROA{}:{name}", &digest[..17]) };
    url_event_of(arn, Some(&id), body)
}

/// The same, signed by whom AWS knows by this ARN and this id.
///
/// Source: a capture of September 2026 in a public repository (radkawar/stackd, `testdata/aws/lambda/urls_http.json`): the fields
/// of `authorizer.iam`, for an IAM user and for a role's session.
pub fn url_event_of(arn: &str, id: Option<&str>, body: &str) -> Value {
    let account = arn.split(':').nth(4);
    let access_key = if arn.contains(":user/") { "AKIAIOSFODNN7EXAMPLE" } else { "ASIAIOSFODNN7EXAMPLE" };
    let iam = json!({
        "accessKey": access_key, "accountId": account, "callerId": id, "cognitoIdentity": null,
        "principalOrgId": "o-aaaaaaaaaa", "userArn": arn, "userId": id,
    });
    url_event_by(json!({"iam": iam}), body)
}

fn url_event_by(authorizer: Value, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "accountId": MANAGEMENT, "authorizer": authorizer, "http": {"method": "POST", "path": "/"},
            "stage": "$default", "time": "15/Sep/2026:12:09:52 +0000", "timeEpoch": 1_789_474_192_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// The state machine's question about what `plan-deletions` answered for round 0.
pub fn question(plan: &Value, started_by: &Value, task_token: &str) -> Value {
    json!({"approval_request": {
        "approval_id": plan["approval_id"], "plan": plan["plan"], "started_by": started_by, "task_token": task_token,
    }})
}
