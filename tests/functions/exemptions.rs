//! What people write into the bucket to leave accounts alone, where it cannot be read: it holds back what it could protect,
//! and never more, since nobody can delete it.

use rootwarden_domain::run::report::Status;
use rootwarden_tests::{BUCKET, Deployment, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

/// Each is an exemption that somebody may have meant.
fn unreadable() -> Vec<Vec<u8>> {
    vec![
        b"".to_vec(),
        b"not JSON".to_vec(),
        b"\xff\xfe".to_vec(),
        b"[]".to_vec(),
        json!({"reason": ""}).to_string().into_bytes(),
        json!({"reason": "a", "til": "2026-12-01T00:00:00Z"}).to_string().into_bytes(),
        json!({"reason": "a".repeat(20_000)}).to_string().into_bytes(),
    ]
}

fn write(rehearsal: &Rehearsal, key: &str, text: &[u8]) {
    rehearsal.simulator.put_object(BUCKET, key, text.to_vec());
}

#[tokio::test(start_paused = true)]
async fn an_exemption_that_cannot_be_read_does_not_keep_any_other_account_from_being_cleaned() {
    let key = format!("exemptions/{KEYS}.json");
    for text in unreadable() {
        let rehearsal = rehearsal();
        let before = root_of(&rehearsal, KEYS);
        write(&rehearsal, &key, &text);
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert_eq!(root_of(&rehearsal, KEYS), before, "it may be exempt");
        for account in DIRTY.into_iter().filter(|account| *account != KEYS) {
            assert!(is_clean(&rehearsal, account), "{account}");
        }
        assert_eq!(finished.output["secured"], false, "somebody has to mend it");
        let protected = finished.status(KEYS)["protected"]["protected"].clone();
        assert_eq!(protected.as_array().unwrap().len(), before.access_keys.len(), "{protected}");
        let reason = protected[0]["reason"].as_str().unwrap();
        assert!(reason.contains(&key) && reason.contains("write over it"), "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_named_after_no_account_holds_everything_back_and_the_report_says_how_to_mend_it() {
    for key in ["exemptions/the-payments-account.json", "exemptions/11112222333a.json", "exemptions/notes.txt"] {
        let rehearsal = rehearsal();
        let before = all_roots(&rehearsal);
        write(&rehearsal, key, json!({"reason": "whose?"}).to_string().as_bytes());
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert_eq!(all_roots(&rehearsal), before);
        assert_eq!(rehearsal.count("iam:DeleteAccessKey") + rehearsal.count("iam:DeleteLoginProfile"), 0);
        assert_eq!(finished.output["secured"], false);
        for account in DIRTY {
            let status = finished.status(account).to_string();
            assert!(
                status.contains(key) && status.contains("write over it with an exemption that has ended"),
                "{status}"
            );
        }
        assert!(matches!(finished.report.accounts[&CLEAN.parse().unwrap()].status, Status::Clean));

        // Nobody can delete it: an end in the past is what mends it.
        let ended = json!({"reason": "typing error", "until": "2020-01-01T00:00:00Z"});
        write(&rehearsal, key, ended.to_string().as_bytes());
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert_eq!(finished.output["secured"], true, "{}", finished.output);
        assert!(DIRTY.into_iter().all(|account| is_clean(&rehearsal, account)));
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_and_was_written_after_the_plan_is_not_deleted_over() {
    for (key, kept) in
        [(format!("exemptions/{KEYS}.json"), vec![KEYS]), ("exemptions/x.json".to_owned(), DIRTY.to_vec())]
    {
        let rehearsal = rehearsal();
        let before = all_roots(&rehearsal);
        let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
        write(&rehearsal, &key, b"not JSON");
        let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
        for account in DIRTY {
            assert_eq!(is_clean(&rehearsal, account), !kept.contains(&account), "{account} and {key}");
        }
        let report = rehearsal
            .publish(json!({
                "run": RUN, "round": 0, "plan": plan["plan"], "approval": "not_needed",
                "deletions": deletions, "previous": null,
            }))
            .await
            .unwrap();
        assert_eq!(report["secured"], false);
        let report = rehearsal.object(&report["report"]);
        for account in kept {
            let status = &report["accounts"][account]["status"];
            assert!(status.to_string().contains(&key), "{status}");
        }
        assert!(key.contains("x.json") == (all_roots(&rehearsal) == before));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployments_own_exemption_is_told_as_such_beside_one_that_cannot_be_read() {
    let deployment = Deployment { exempt_accounts: EXEMPTIONS, ..Deployment::default() };
    let rehearsal = Rehearsal::deployed(world(), &deployment);
    write(&rehearsal, &format!("exemptions/{EXEMPT}.json"), b"not JSON");
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(finished.status(EXEMPT)["exempt"]["reason"], "break-glass account");
    assert_eq!(finished.output["secured"], true);
}

#[tokio::test(start_paused = true)]
async fn a_report_says_too_what_is_held_back() {
    let rehearsal = Rehearsal::deployed(world(), &Deployment { mode: "report", ..Deployment::default() });
    write(&rehearsal, "exemptions/x.json", b"not JSON");
    let finished = rehearsal.run(json!({"selection": "all"})).await.unwrap();
    assert!(finished.status(KEYS).to_string().contains("exemptions/x.json"), "{}", finished.status(KEYS));
    assert_ne!(finished.output["counts"]["protected"], Value::from(0));
}
