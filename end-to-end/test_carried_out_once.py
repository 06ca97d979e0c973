"""A round is planned once, a plan is carried out once, and approvers are asked once; whoever invokes the functions."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from guarded_runs import ALL, DIRTY, ask, decide, notices_of, plan_sha256
from harness.deployment import Deployment, Invocation
from harness.organization import accounts
from harness.people import person
from shared_deployments import GUARD, RunName, forget, machine_changed
from worlds import changed_accounts, member, organization

Pin = dict[str, str]


def planned(deployment: Deployment, run: str, account: str) -> Invocation:
    """Round 0 of a run for one account, up to its plan, by whoever may invoke the functions."""

    def step(function: str, payload: dict[str, Any]) -> Invocation:
        return deployment.invoke(function, {"run": run, "round": 0, **payload})

    request = {"selection": {"accounts": [account]}, "mode": "enforce", "started_by": "schedule"}
    first: dict[str, Any] = {"request": request, "previous": None, "chunk": 0, "chain": None}
    selection = step("SelectAccounts", first).payload["selection"]
    batches = json.loads(deployment.read_object(selection["key"]))["batches"]
    chunk = {"chunk": 0, "selection": selection}
    outcomes = [step("AuditAccounts", {"step": "audit", **chunk, "batch": batch["batch"]}).payload for batch in batches]
    recorded = step("AuditAccounts", {"step": "record", **chunk, "outcomes": outcomes, "previous": None}).payload
    return step("PlanDeletions", {"chunk": 0, "audited": recorded["audited"]})


def delete(deployment: Deployment, run: str, plan: Pin) -> list[Invocation]:
    batches = json.loads(deployment.read_object(plan["key"]))["batches"]
    return [
        deployment.invoke("DeleteCredentials", {"run": run, "round": 0, "plan": plan, "batch": batch["batch"]})
        for batch in batches
    ]


def pin_of(deployment: Deployment, run: str) -> Pin:
    """The pin of the plan as the execution carried it on."""
    bucket, key = deployment.stack.outputs["BucketName"], f"runs/{run}/plan/0.json"
    found = deployment.stack.client("s3").get_object(Bucket=bucket, Key=key)
    return {"key": key, "version_id": found["VersionId"], "sha256": hashlib.sha256(found["Body"].read()).hexdigest()}


def test_a_round_that_is_planned_again_and_again_does_not_get_past_the_guard(
    guarded: Deployment, run_name: RunName
) -> None:
    before, run = guarded.world(), run_name("same-round")
    assert len(DIRTY) > GUARD
    refused = 0
    for account in DIRTY:
        plan = planned(guarded, run, account)
        if plan.error is None:
            assert all(answer.error is None for answer in delete(guarded, run, plan.payload["plan"]))
        else:
            assert "was planned before, from something else" in json.dumps(plan.payload), plan.payload
            refused += 1
    assert refused == len(DIRTY) - 1
    assert changed_accounts(before, guarded.world()) == {DIRTY[0]}


def test_many_small_runs_by_hand_do_not_get_past_the_guard_either(guarded: Deployment, run_name: RunName) -> None:
    before = guarded.world()
    for account in DIRTY:
        run = run_name("small")
        delete(guarded, run, planned(guarded, run, account).payload["plan"])
    assert changed_accounts(before, guarded.world()) == set(DIRTY[:GUARD])


def test_a_plan_that_the_ledger_does_not_hold_deletes_nothing(guarded: Deployment, run_name: RunName) -> None:
    before, run = guarded.world(), run_name("not-in-the-ledger")
    plan = planned(guarded, run, DIRTY[0]).payload["plan"]
    forget(guarded, "guard/")
    for answer in delete(guarded, run, plan):
        assert answer.error is not None and "is not in the guard's ledger" in json.dumps(answer.payload)
    assert guarded.world() == before


def test_an_old_plan_does_not_delete_what_was_set_since(guarded: Deployment, run_name: RunName) -> None:
    """An approved run is over; its organization then holds the same credentials again."""
    run, before = run_name("replayed"), guarded.world()
    ask(guarded, run, ALL)
    assert decide(guarded, person(guarded, "ann"), "approve", run, plan_sha256(guarded, run))[0] == 200
    assert guarded.wait_for_execution(run).status == "SUCCEEDED"
    plan = pin_of(guarded, run)
    guarded.reset(before)
    for answer in delete(guarded, run, plan):
        assert answer.error is None and answer.payload["result"]["key"] == f"runs/{run}/deleted/0/0.json"
    assert guarded.world() == before
    # Nor where no result tells that the batch was carried out.
    forget(guarded, f"runs/{run}/deleted/")
    for answer in delete(guarded, run, plan):
        assert answer.error is not None and "is over, its report is written" in json.dumps(answer.payload)
    assert guarded.world() == before


def test_approvers_are_asked_once_for_accounts_that_got_stuck(guarded: Deployment, run_name: RunName) -> None:
    guarded.reset(organization(*(member(number, dirty=True) for number in range(GUARD + 1))))
    before, run = guarded.world(), run_name("stuck")

    def soon(states: dict[str, Any]) -> None:
        states["WaitForPendingAccounts"] = {"Type": "Wait", "Seconds": 1, "Next": "NextRound"}

    with machine_changed(guarded, soon):
        ask(guarded, run, ALL)
        # AWS says that it deleted them, and did not.
        guarded.inject_faults({"on": "iam:DeleteAccessKey", "times": GUARD + 1, "effect": "ignored"})
        assert decide(guarded, person(guarded, "ann"), "approve", run, plan_sha256(guarded, run))[0] == 200
        execution = guarded.wait_for_execution(run, timeout=120)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert f"runs/{run}/report/1.json" in guarded.objects(), "it took two rounds"
    assert not any(account.get("root") for account in accounts(guarded.world()).values())
    assert accounts(before).keys() == accounts(guarded.world()).keys()
    assert len(notices_of(guarded, run, "approval needed")) == 1
    assert f"approvals/{run}.1/request.json" not in guarded.objects()


def test_a_key_in_use_goes_once_two_people_have_released_it(guarded: Deployment, run_name: RunName) -> None:
    used = {"date": datetime.now(UTC).isoformat(), "region": "us-east-1", "service": "s3"}
    keys = [{"id": f"AKIAINUSE0000000000{number}", "last_used": used} for number in (1, 2)]
    account = {**member(1), "root": {"access_keys": keys}}
    guarded.reset(organization(account))
    request = {"selection": {"accounts": [account["id"]]}, "mode": "enforce", "started_by": "schedule"}
    before = guarded.world()
    assert guarded.run(request, run_name("in-use")).error == "AccountsNotSecured"
    assert guarded.world() == before

    wish = {
        "action": "release-key",
        "account": account["id"],
        "access_key_id": keys[0]["id"],
        "reason": "moved",
        "ticket": "INC-1",
    }
    ann, ben = person(guarded, "ann"), person(guarded, "ben")
    status, asked = guarded.access_requests(ann, wish)
    assert status == 200, asked
    answer = {
        "action": "approve",
        "approval_id": asked["approval_id"],
        "plan_sha256": asked["plan_sha256"],
        "reason": "so it is",
    }
    assert guarded.approvals(ann, answer)[0] == 403
    assert guarded.run(request, run_name("not-released")).error == "AccountsNotSecured"
    assert guarded.world() == before

    status, decided = guarded.approvals(ben, answer)
    assert status == 200 and "user/ben#AIDA" in decided["by"], decided
    assert guarded.access_requests(ben, {"action": "show", "approval_id": asked["approval_id"]})[1]["good_until"]
    assert guarded.run(request, run_name("released")).error == "AccountsNotSecured", "the other key is still there"
    left = accounts(guarded.world())[account["id"]]["root"]["access_keys"]
    assert [key["id"] for key in left] == [keys[1]["id"]]
