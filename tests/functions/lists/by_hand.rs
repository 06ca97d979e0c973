//! Lists of accounts that people write: with typing errors, with duplicates, and too long.

use rootwarden_domain::run::selection::Request;
use rootwarden_tests::Finished;

use super::*;
use crate::access_requests::JANE;

/// Accounts listed by hand, `count` of them: one suspended, one excluded by its id, one by its unit.
async fn by_hand(count: u64, further: &[&str]) -> (Rehearsal, Finished) {
    let world = (0..count).fold(World::new(MANAGEMENT), |world, number| {
        let member = Member::new(id(number)).password();
        world.member(match number {
            0 => member.state("SUSPENDED"),
            2 => member.organizational_unit(UNIT),
            _ => member,
        })
    });
    let rehearsal = without_guard(world);
    let mut accounts: Vec<String> = (0..count).map(id).collect();
    accounts.extend(further.iter().map(|&account| account.to_owned()));
    // Each twice, as people's lists are.
    accounts.extend(accounts.clone());
    let exclude = json!({"accounts": [id(1)], "organizational_units": [UNIT]});
    let request = json!({"selection": {"accounts": accounts}, "mode": "enforce", "exclude": exclude});
    let finished = rehearsal.run(request).await.unwrap();
    (rehearsal, finished)
}

#[tokio::test(start_paused = true)]
async fn listed_accounts_that_are_suspended_or_excluded_are_not_called_unknown_to_the_organization() {
    for count in [10, 60] {
        let (rehearsal, finished) = by_hand(count, &[]).await;
        assert_eq!(finished.status(&id(0)), json!({"ineligible": {"not_active": "SUSPENDED"}}));
        for excluded in [1, 2] {
            assert_eq!(finished.status(&id(excluded)), json!({"ineligible": "excluded"}));
        }
        for number in 0..3 {
            assert_eq!(rehearsal.calls_in(&id(number)), Vec::<String>::new());
        }
        assert_eq!(u64::from(finished.report.counts().cleaned), count - 3);
        assert_eq!(finished.output["secured"], true, "{}", finished.output);
        let described = rehearsal.count("organizations:DescribeAccount") as u64;
        let asked = if count > 50 { 0 } else { count };
        assert_eq!(
            described,
            asked + count - 3,
            "duplicates cost nothing, and each is asked about before it is deleted"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_listed_account_that_is_not_in_the_organization_does_not_end_as_a_success() {
    for count in [10, 60] {
        let (rehearsal, finished) = by_hand(count, &["999999999999"]).await;
        assert_eq!(finished.status("999999999999"), json!({"ineligible": "not_in_organization"}));
        assert_eq!(finished.output["secured"], false);
        let summary = finished.output["summary"].as_str().unwrap();
        assert!(summary.contains("not in the organization: 999999999999"), "{summary}");
        assert_eq!(u64::from(finished.report.counts().cleaned), count - 3, "the others are done");
        assert_eq!(rehearsal.calls_in("999999999999"), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_leaves_the_organization_in_the_middle_of_a_run_is_no_typing_error() {
    let rehearsal = rehearsal_of(many(2));
    let throttled = Fault::on("iam:DeleteLoginProfile").account(id(0)).times(5).throttle();
    rehearsal.simulator.inject(throttled);
    let request = enforce(&[&id(0), &id(1)]);
    let round = rehearsal.round(0, &request, &Value::Null).await.unwrap();
    assert_eq!(round.report["pending"], 1, "{}", round.report);
    rehearsal.simulator.update(|world| {
        world.accounts.remove(&id(0));
    });
    let next = rehearsal.round(1, &request, &round.report["report"]).await.unwrap();
    assert_eq!(next.report["secured"], true, "{}", next.report);
}

/// The length of the longest list that a run can carry.
fn longest_list() -> u64 {
    let (one, two) = (list_of(1).1, list_of(2).1);
    let fits = 1 + u64::try_from((Request::MOST_BYTES - one) / (two - one)).unwrap();
    assert!(list_of(fits).1 <= Request::MOST_BYTES && list_of(fits + 1).1 > Request::MOST_BYTES);
    fits
}

/// A list of accounts, and the bytes that a run of it takes as its input.
fn list_of(count: u64) -> (Value, usize) {
    let accounts: Vec<String> = (0..count).map(id).collect();
    let request = json!({"selection": {"accounts": accounts}, "mode": "enforce", "started_by": {"person": JANE}});
    let bytes = request.to_string().len();
    (request, bytes)
}

#[tokio::test(start_paused = true)]
async fn a_list_that_a_run_cannot_carry_is_not_started() {
    let rehearsal = rehearsal();
    let body = |count: u64| {
        let (request, _) = list_of(count);
        json!({"action": "secure", "selection": request["selection"], "mode": "enforce", "reason": "why"})
    };
    let fits = longest_list();
    for (count, accepted) in [(fits + 1, false), (100_000, false), (fits, true)] {
        let (status, answer) = rehearsal.access_requests(JANE, &body(count)).await.unwrap();
        assert_eq!(status, if accepted { 200 } else { 400 }, "{answer}");
        assert_eq!(rehearsal.simulator.executions().len(), usize::from(accepted));
        if !accepted {
            let error = answer["error"].as_str().unwrap();
            assert!(error.contains(&format!("{fits} accounts fit")) && !error.contains('\n'), "{error}");
            assert!(error.len() < 400, "{error}");
        }
    }
    // Each account once is enough, so that a list with duplicates is not refused for them.
    let mut twice = body(fits);
    let accounts = twice["selection"]["accounts"].as_array().unwrap().clone();
    twice["selection"]["accounts"].as_array_mut().unwrap().extend(accounts);
    assert_eq!(rehearsal.access_requests(JANE, &twice).await.unwrap().0, 200);
    for execution in rehearsal.simulator.executions() {
        assert!(execution.input.len() <= Request::MOST_BYTES);
    }
    // Started directly, it is refused before anybody is looked at.
    let error = rehearsal.run(list_of(fits + 1).0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("accounts fit"), "{error}");
    assert_eq!(rehearsal.count("organizations:ListAccounts"), 0);
}

/// The most that the state machine carries: the states in which the answers of a map over the largest list by hand are
/// written down, those of the audit and those of the deletion.
#[tokio::test(start_paused = true)]
async fn no_state_of_the_largest_list_by_hand_is_larger_than_step_functions_takes() {
    const MOST: usize = 256 * 1024;
    let fits = longest_list();
    let (request, _) = list_of(fits);
    let rehearsal = without_guard(many(60));
    let small = json!({"selection": {"accounts": (0..60).map(id).collect::<Vec<_>>()}, "mode": "enforce"});
    let round = rehearsal.round(0, &small, &Value::Null).await.unwrap();
    // As long as any can be: a run's name has 80 characters, and a number of a batch four digits.
    let longest = |value: &Value| 80 - RUN.len() + 16 + value.to_string().len();
    let each = |values: &[Value], count: u64| {
        let answer = values.iter().map(longest).max().unwrap() + 1;
        answer * usize::try_from(count).unwrap()
    };
    let audits = round.listed.audits.concat();
    assert!(audits.len() == 2 && round.deletions.len() == 6);
    let (selection, audited) = (round.listed.selection(), &round.listed.audited);
    let pins = [&selection, &selection, audited, audited];
    let rest = pins.into_iter().chain([&round.plan, &round.report, &round.report["report"]]);
    let rest: usize = rest.map(longest).sum::<usize>() + 2_000;
    for answers in [each(&audits, fits.div_ceil(50)), each(&round.deletions, fits.div_ceil(10).min(500))] {
        let state = request.to_string().len() + answers + rest;
        assert!(state < MOST, "{fits} accounts make a state of {state} bytes");
    }
    // Whatever the workers answer: where it fits in the largest plan of all, it fits beside the longest list.
    let room = |request: usize, batches: u64| (MOST - rest - request) / usize::try_from(batches).unwrap();
    let (in_a_list, in_a_night) = (room(request.to_string().len(), fits.div_ceil(10)), room(0, 500));
    assert!(in_a_list >= in_a_night, "{in_a_list} bytes for each batch of the longest list, {in_a_night} else");
    // The request stands in the state once: a state that adds it again would break the sum.
    let machine = include_str!("../../../statemachines/secure-accounts.asl.json");
    let machine: Value = serde_json::from_str(machine).unwrap();
    for (name, state) in machine["States"].as_object().unwrap() {
        let copies = state["Parameters"]["request.$"].is_string() && state["ResultPath"].is_string();
        assert!(!copies, "`{name}` keeps the request a second time");
        let merges = state["Parameters"].to_string().contains("$.request,");
        assert!(!merges, "`{name}` keeps the request a second time");
    }
}
