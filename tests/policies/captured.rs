//! How IAM was seen to decide conditions, held against the simulator's evaluator.

use rootwarden_simulator::{Access, is_allowed};
use serde_json::{Value, json};

use crate::generated::{BUCKET, OWNER};

/// The table that the analysis is held against too.
const TABLE: &str = include_str!("../../shared/domain/src/policy/lock_out/captured_conditions.json");

#[test]
fn conditions_are_decided_as_iam_was_seen_to_decide_them() {
    let table: Value = serde_json::from_str(TABLE).unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert!(rows.len() >= 80, "{}", rows.len());
    for row in rows {
        let (key, expected) = (row["key"].as_str().unwrap(), row["holds"].as_bool().unwrap());
        let operator = row["operator"].as_str().unwrap();
        let deny = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": "*", "Condition": {operator: {key: row["value"]}}}});
        let carried = row["request"].as_array().map_or(&[][..], Vec::as_slice);
        let context: Vec<(&str, &str)> = carried.iter().map(|value| (key, value.as_str().unwrap())).collect();
        let is_denied = !is_allowed(&Access {
            policy: Some(&deny),
            owner: OWNER,
            principal: "arn:aws:iam::111122223333:user/bob",
            identity_allows: true,
            action: "s3:PutBucketPolicy",
            resource: BUCKET,
            context: &context,
        });
        assert_eq!(is_denied, expected, "{row}");
    }
}
