//! What was deleted stays in the report of its run, whatever comes later.

use rootwarden_simulator::Fault;
use rootwarden_tests::{BUCKET, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

/// The report's entry of one account.
fn told(rehearsal: &Rehearsal, report: &Value, account: &str) -> Value {
    rehearsal.object(report)["accounts"][account].clone()
}

#[tokio::test(start_paused = true)]
async fn i3_what_was_deleted_is_told_also_where_the_account_is_left_alone_in_the_next_round() {
    let paused = |rehearsal: &Rehearsal| {
        rehearsal.simulator.put_object(BUCKET, "control/paused.json", r#"{"paused": true, "reason": "incident"}"#);
    };
    let exempt = |rehearsal: &Rehearsal| {
        rehearsal.simulator.put_object(BUCKET, &format!("exemptions/{KEYS}.json"), r#"{"reason": "wait"}"#);
    };
    let suspended = |rehearsal: &Rehearsal| {
        rehearsal.simulator.update(|world| world.accounts.get_mut(KEYS).unwrap().state = "SUSPENDED".into());
    };
    for (change, status) in
        [(&paused as &dyn Fn(&Rehearsal), "paused"), (&exempt, "exempt"), (&suspended, "ineligible")]
    {
        let rehearsal = rehearsal();
        // The first of two keys goes, the second one does not.
        rehearsal.simulator.inject(Fault::on("iam:DeleteAccessKey").account(KEYS).nth(2).times(5).throttle());
        let first = rehearsal.round(0, &enforce(&[KEYS]), &Value::Null).await.unwrap();
        assert_eq!(first.report["pending"], 1);
        let keys = root_of(&rehearsal, KEYS).access_keys;
        assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["AKIAROOTKEY000000002"]);

        change(&rehearsal);
        let second = rehearsal.round(1, &enforce(&[KEYS]), &first.report["report"]).await.unwrap();
        assert_eq!(root_of(&rehearsal, KEYS).access_keys, keys);
        let told = told(&rehearsal, &second.report["report"], KEYS);
        assert!(!told["status"][status].is_null(), "{told}");
        let gone = json!([{"credential": {"access_key": "AKIAROOTKEY000000001"}, "outcome": "deleted"}]);
        assert_eq!(told["deleted"], gone, "{told}");
    }
}
