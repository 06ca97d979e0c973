//! What Lambda says of a request to a function URL: who signed it, and what it holds.

use rootwarden_simulator::World;
use rootwarden_tests::{MANAGEMENT, Rehearsal};
use serde_json::Value;

use crate::check::Check;

pub async fn check(check: &mut Check) {
    // Each is refused for what it asks, or for who asks; never because it could not be read.
    let user = check.answer("lambda.function-url.iam-user", "an IAM user's");
    let (status, error) = answered(&user.body).await;
    assert_eq!(status, 400, "{error}");
    assert!(error.contains("allEntries"), "the body was read, and its field is refused by name: {error}");
    check.reader_took(&user);

    let role = check.answer("lambda.function-url.assumed-role", "a role session's");
    let (status, error) = answered(&role.body).await;
    assert!([400, 403].contains(&status) && !error.contains("not signed"), "the caller was read: {status} {error}");
    check.reader_took(&role);

    let person = check.answer("http-api.iam.sso-assumed-role", "no body");
    let (status, error) = answered(&person.body).await;
    assert_eq!((status, error.contains("it has no body")), (400, true), "{error}");
    check.reader_took(&person);

    // Without who signed it, nothing else is looked at.
    let mut unsigned = user.body.clone();
    unsigned["requestContext"].as_object_mut().unwrap().shift_remove("authorizer");
    assert_eq!(answered(&unsigned).await.0, 403);
}

async fn answered(event: &Value) -> (u64, String) {
    let answer = Rehearsal::new(World::new(MANAGEMENT)).access_event(event.clone()).await.unwrap();
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_u64().unwrap(), body["error"].as_str().unwrap_or_default().to_owned())
}
