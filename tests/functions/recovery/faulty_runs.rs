//! A fault at every call of the runs that meet a window, one after the other: one passes by, the other one closes it.

use super::{
    faults::{FAULTS, MakeFault},
    *,
};

/// Of those that end a step alike, one: a run makes many calls.
fn faults() -> impl Iterator<Item = (&'static str, MakeFault)> {
    FAULTS.into_iter().filter(|(what, _)| ["throttled for good", "answer lost once", "denied"].contains(what))
}

fn calls_since(rehearsal: &Rehearsal, first: usize) -> u64 {
    u64::try_from(rehearsal.simulator.calls_since(first).len()).unwrap()
}

async fn in_use() -> Rehearsal {
    let rehearsal = rehearsal();
    allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    owner_signs_in(&rehearsal);
    advance(&rehearsal, HOUR);
    rehearsal
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_a_run_that_passes_by_deletes_nothing_and_hides_no_window() {
    let undisturbed = in_use().await;
    let first = undisturbed.simulator.calls().len();
    undisturbed.run(enforce_all()).await.unwrap();
    let calls = calls_since(&undisturbed, first);
    assert!(calls >= 30, "{calls}");
    for nth in 1..=calls {
        for (what, fault) in faults() {
            let rehearsal = in_use().await;
            let before = root(&rehearsal);
            rehearsal.simulator.inject(fault(nth));
            let finished = rehearsal.run(enforce_all()).await;
            assert_eq!(root(&rehearsal), before, "call {nth} {what}");
            let Ok(finished) = finished else { continue };
            // Either it says who, why and until when, or somebody has to look.
            let told = finished.report.open_recoveries.keys().any(|account| account.to_string() == OWNER);
            assert!(told || finished.output["secured"] == false, "call {nth} {what}: {}", finished.output);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_fault_at_any_call_of_the_closing_run_the_account_is_proven_clean_or_named_as_kept_open() {
    let closed = async || {
        let rehearsal = rehearsal();
        let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
        owner_signs_in(&rehearsal);
        advance(&rehearsal, DAY);
        rehearsal.recovery(started.step("close")).await.unwrap();
        (rehearsal, started)
    };
    let request = json!({"selection": {"accounts": [OWNER]}, "mode": "enforce", "started_by": {"person": JANE}});
    let (undisturbed, started) = closed().await;
    let first = undisturbed.simulator.calls().len();
    closing_run(&undisturbed, &started).await;
    let calls = calls_since(&undisturbed, first);
    assert!(calls >= 30, "{calls}");
    for nth in 1..=calls {
        for (what, fault) in faults() {
            let what = format!("call {nth} {what}");
            let (rehearsal, started) = closed().await;
            rehearsal.simulator.inject(fault(nth));
            let finished = rehearsal.run_named(&started.closing_run(), request.clone()).await;
            let settled = match rehearsal.recovery(started.step("settle")).await {
                Ok(settled) => settled,
                // What was left of the fault.
                Err(_) => rehearsal.recovery(started.step("settle")).await.unwrap(),
            };
            if settled["outcome"] == "settled" {
                assert!(root(&rehearsal).is_clean() && window(&rehearsal)["settled"].is_object(), "{what}: {settled}");
                continue;
            }
            assert!(settled["summary"].as_str().unwrap().contains("is kept open after the end"), "{what}: {settled}");
            if let Ok(finished) = finished {
                // Where the window itself could not be read, that is what protects the account.
                let unreadable = finished.status(OWNER).to_string().contains("cannot be read as a recovery window");
                assert!(unreadable || finished.report.kept_open.len() == 1, "{what}: {}", finished.output);
                assert_eq!(finished.output["secured"], false, "{what}: {}", finished.output);
            }
            // The next nightly run does what the closing run could not.
            let nightly = rehearsal.run(enforce_all()).await.unwrap();
            assert!(root(&rehearsal).is_clean() && nightly.report.kept_open.is_empty(), "{what}: {}", nightly.output);
        }
    }
}
