"""More accounts to clean than the guard allows: nothing is deleted before a second person approves this very plan."""

import json
from typing import Any

import pytest

from guarded_runs import ALL, DIRTY, ask, decide, notices_of, plan_sha256, wait_for_request
from harness.deployment import Deployment
from harness.executions import Execution
from harness.organization import DELETE, reported_status, secured
from harness.paths import ROOT
from harness.people import person, session, user
from leaks import leaked
from shared_deployments import EXEMPT, GUARD, RunName, machine_changed
from worlds import changed_accounts


def nothing_deleted(deployment: Deployment, before: dict[str, Any], execution: Execution) -> None:
    """The run ends not secured, names the accounts it did not touch, and tells people once."""
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured"), execution.cause
    assert deployment.world() == before
    assert DELETE not in {call["session"]["task"] for call in deployment.calls() if call["session"]}
    report = deployment.report(execution.name)
    assert {reported_status(report, account) for account in DIRTY} == {"not_approved"}
    [notice] = notices_of(deployment, execution.name, "need a person")
    assert notice.startswith("What to do:") and f"/{execution.name}/report.html" in notice, notice
    assert len(notices_of(deployment, execution.name, "")) == 2, "that approval is needed, and how it ended"


def wait_at_most(seconds: int) -> Any:
    def change(states: dict[str, Any]) -> None:
        states["RequestApproval"]["TimeoutSeconds"] = seconds

    return change


def test_an_approval_by_another_person_lets_the_run_delete(guarded: Deployment, run_name: RunName) -> None:
    before, run = guarded.world(), run_name("approved")
    shown = ask(guarded, run, ALL)
    assert len(DIRTY) > GUARD and shown["account_count"] == len(DIRTY)
    assert guarded.world() == before
    status, answer = decide(guarded, person(guarded, "ann"), "approve", run, plan_sha256(guarded, run))
    assert status == 200, answer
    execution = guarded.wait_for_execution(run)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert guarded.world() == secured(before, {EXEMPT})
    decision = json.loads(guarded.read_object(f"approvals/{run}.0/decision.json"))
    assert "user/ann#AIDA" in decision["by"] and decision["decision"] == "approved"
    [told] = notices_of(guarded, run, "run approved")
    assert decision["by"].split("#")[0] in told and "looked at it" in told and f"secure-accounts:{run}" in told, told


def test_after_an_approval_the_tags_are_read_again_before_anything_is_deleted(
    guarded: Deployment, run_name: RunName
) -> None:
    run, tag = run_name("tags-again"), {"key": "root", "value": "keep"}
    ask(guarded, run, ALL | {"exclude": {"tags": [tag]}})
    waited = len(guarded.calls())
    assert decide(guarded, person(guarded, "ann"), "approve", run, plan_sha256(guarded, run))[0] == 200
    assert guarded.wait_for_execution(run).status == "SUCCEEDED"
    calls = [call for call in guarded.calls()[waited:] if call["session"] is None]
    read = [call["account"] for call in calls if call["action"] == "organizations:ListTagsForResource"]
    assert sorted(read) == sorted(DIRTY)


def test_who_started_a_run_cannot_approve_it_and_somebody_else_can(guarded: Deployment, run_name: RunName) -> None:
    before, ann = guarded.world(), person(guarded, "ann")
    body = {"action": "secure", "selection": "all", "mode": "enforce", "reason": "before the audit"}
    status, answer = guarded.access_requests(ann, body)
    assert status == 200, answer
    [run] = [name for name in guarded.executions() if name in json.dumps(answer)]
    wait_for_request(guarded, run)
    digest = plan_sha256(guarded, run)
    status, answer = decide(guarded, ann, "approve", run, digest)
    assert status == 403 and answer["error"]
    assert guarded.world() == before
    status, answer = decide(guarded, person(guarded, "ben"), "approve", run, digest)
    assert status == 200, answer
    assert guarded.wait_for_execution(run).status == "SUCCEEDED"
    assert guarded.world() == secured(before, {EXEMPT})


def test_another_role_does_not_make_another_person(guarded: Deployment) -> None:
    """Of a role's session, its name is the person."""
    before = guarded.world()
    body = {"action": "secure", "selection": "all", "mode": "enforce", "reason": "before the audit"}
    status, answer = guarded.access_requests(session(guarded, "requester", "ann"), body)
    assert status == 200, answer
    [run] = [name for name in guarded.executions() if name in json.dumps(answer)]
    digest = wait_for_request(guarded, run)["plan"]["sha256"]
    status, answer = decide(guarded, session(guarded, "approver", "ann"), "approve", run, digest)
    assert status == 403, answer
    assert guarded.world() == before
    status, answer = decide(guarded, session(guarded, "requester", "ben"), "approve", run, digest)
    assert status == 200, answer
    assert guarded.wait_for_execution(run).status == "SUCCEEDED"


def test_nobody_approves_a_run_of_which_nobody_knows_who_started_it(guarded: Deployment, run_name: RunName) -> None:
    before, run = guarded.world(), run_name("unknown-starter")
    ask(guarded, run, {"selection": "all", "mode": "enforce"})
    status, answer = decide(guarded, person(guarded, "ann"), "approve", run, plan_sha256(guarded, run))
    assert status == 403, answer
    assert guarded.world() == before


def test_a_root_user_cannot_approve(guarded: Deployment, run_name: RunName) -> None:
    run = run_name("root-approves")
    ask(guarded, run, ALL)
    root = (guarded.stack.account, "any", None)
    assert decide(guarded, root, "approve", run, plan_sha256(guarded, run))[0] == 403
    assert decide(guarded, person(guarded, "ann"), "reject", run, plan_sha256(guarded, run))[0] == 200


def test_a_refusal_ends_the_run_without_deleting(guarded: Deployment, run_name: RunName) -> None:
    before, run = guarded.world(), run_name("refused")
    ask(guarded, run, ALL)
    digest = plan_sha256(guarded, run)
    assert decide(guarded, person(guarded, "ann"), "reject", run, digest)[0] == 200
    nothing_deleted(guarded, before, guarded.wait_for_execution(run))
    assert decide(guarded, person(guarded, "ben"), "approve", run, digest)[0] == 409


def test_without_an_answer_the_run_ends_without_deleting(guarded: Deployment, run_name: RunName) -> None:
    """The emulator's clock for a waiting task cannot be shortened, so the machine's 24 hours are two seconds here."""
    before, run = guarded.world(), run_name("no-answer")
    with machine_changed(guarded, wait_at_most(2)):
        ask(guarded, run, ALL)
        nothing_deleted(guarded, before, guarded.wait_for_execution(run))
    status, answer = decide(guarded, person(guarded, "ann"), "approve", run, plan_sha256(guarded, run))
    assert status == 409, answer
    assert guarded.world() == before


def test_the_machine_waits_for_24_hours() -> None:
    machine = json.loads((ROOT / "statemachines" / "secure-accounts.asl.json").read_text())
    assert machine["States"]["RequestApproval"]["TimeoutSeconds"] == 24 * 60 * 60 < machine["TimeoutSeconds"]


@pytest.mark.refused_on_purpose
def test_where_nobody_can_be_asked_the_report_says_so_and_the_run_fails(guarded: Deployment, run_name: RunName) -> None:
    before, run = guarded.world(), run_name("not-asked")

    def out_of_reach(states: dict[str, Any]) -> None:
        asked = states["RequestApproval"]["Parameters"]
        asked["FunctionName"] = asked["FunctionName"].replace(guarded.stack.account, "999988887777")

    with machine_changed(guarded, out_of_reach):
        execution = guarded.run(ALL, run)
    assert (execution.status, execution.error) == ("FAILED", "ApprovalNotRequested"), execution.cause
    assert "999988887777" in (execution.cause or "")
    assert guarded.world() == before
    report = guarded.report(run)
    assert {reported_status(report, account) for account in DIRTY} == {"not_approved"}
    assert len(notices_of(guarded, run, "need a person")) == 1


@pytest.mark.refused_on_purpose
def test_notices_that_cannot_be_sent_lose_no_run(guarded: Deployment, run_name: RunName) -> None:
    before, run = guarded.world(), run_name("no-notices")

    def no_topic(states: dict[str, Any]) -> None:
        states["TellPeople"]["Arguments"]["TopicArn"] += "-that-is-not-there"

    with machine_changed(guarded, no_topic):
        shown = ask(guarded, run, ALL)
        assert decide(guarded, person(guarded, "ann"), "reject", run, shown["plan"]["sha256"])[0] == 200
        execution = guarded.wait_for_execution(run)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured"), execution.cause
    assert guarded.world() == before and guarded.report(run)
    [notice] = notices_of(guarded, run, "")
    assert "has rejected" in notice, "what the run itself says comes from elsewhere"


def test_the_approval_of_another_plan_is_refused(guarded: Deployment, run_name: RunName) -> None:
    before, run = guarded.world(), run_name("other-hash")
    ask(guarded, run, ALL)
    digest = plan_sha256(guarded, run)
    assert decide(guarded, person(guarded, "ann"), "approve", run, "0" * 64)[0] == 409
    # Somebody writes over the plan between asking and approving.
    plan = f"runs/{run}/plan/0.json"
    guarded.put_object(plan, guarded.read_object(plan).replace(DIRTY[0], EXEMPT).encode())
    status, answer = decide(guarded, person(guarded, "ann"), "approve", run, digest)
    assert status == 409, answer
    assert guarded.world() == before


def test_a_token_without_a_decision_deletes_nothing(guarded: Deployment, run_name: RunName) -> None:
    """The worker holds the decision against the plan, whoever answered the token."""
    before, run = guarded.world(), run_name("token-alone")
    ask(guarded, run, ALL)
    token = json.loads(guarded.read_object(f"approvals/{run}.0/request.json"))["task_token"]
    guarded.stack.client("stepfunctions").send_task_success(taskToken=token, output='{"decision": "approved"}')
    execution = guarded.wait_for_execution(run)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert guarded.world() == before


def test_the_guard_counts_over_all_runs_of_24_hours(guarded: Deployment, run_name: RunName) -> None:
    before, first, second = guarded.world(), run_name("first"), run_name("second")
    execution = guarded.run({**ALL, "selection": {"accounts": DIRTY[:2]}}, first)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert changed_accounts(before, guarded.world()) == set(DIRTY[:2])
    shown = ask(guarded, second, {**ALL, "selection": {"accounts": DIRTY[2:4]}})
    assert (shown["account_count"], shown["accounts_in_24_hours"], shown["limit"]) == (2, 4, GUARD)
    assert changed_accounts(before, guarded.world()) == set(DIRTY[:2])
    digest = plan_sha256(guarded, second)
    assert decide(guarded, person(guarded, "ann"), "approve", second, digest)[0] == 200
    assert guarded.wait_for_execution(second).status == "SUCCEEDED"
    assert changed_accounts(before, guarded.world()) == set(DIRTY[:4])


def test_an_approved_plan_is_not_counted_again(guarded: Deployment, run_name: RunName) -> None:
    run = run_name("counted")
    digest = ask(guarded, run, ALL)["plan"]["sha256"]
    assert decide(guarded, person(guarded, "ann"), "approve", run, digest)[0] == 200
    assert guarded.wait_for_execution(run).status == "SUCCEEDED"
    guarded.reset()
    before, request = guarded.world(), {**ALL, "selection": {"accounts": DIRTY[:GUARD]}}
    assert guarded.run(request, run_name("within-the-guard")).status == "SUCCEEDED"
    assert changed_accounts(before, guarded.world()) == set(DIRTY[:GUARD])


def test_a_notice_names_the_request_and_the_plan_and_no_secret(guarded: Deployment, run_name: RunName) -> None:
    run = run_name("notice")
    shown = ask(guarded, run, ALL)
    [notice] = notices_of(guarded, run, "approval needed")
    for part in (f"Approval id: {run}.0", shown["plan"]["sha256"], f"{len(DIRTY)} accounts"):
        assert part in notice
    for command in ("show", "approve", "reject"):
        assert f"rootwarden {command} {run}.0" in notice
    assert "AKIA" not in notice and "task_token" not in json.dumps(shown)
    assert leaked(guarded) == []
    assert decide(guarded, person(guarded, "ann"), "reject", run, shown["plan"]["sha256"])[0] == 200


def test_who_is_not_let_in_by_iam_can_ask_nothing(guarded: Deployment) -> None:
    stranger, (key, _, _) = user(guarded, "stranger"), person(guarded, "ann")
    for url in (guarded.access_requests, guarded.approvals):
        assert url(stranger, {"action": "show", "approval_id": "some-run.0"})[0] == 403
        assert url((key, "not the secret", None), {"approval_id": "some-run.0"})[0] == 403


def test_asking_and_approving_are_two_permissions(guarded: Deployment, run_name: RunName) -> None:
    outputs = guarded.stack.outputs
    requester = user(guarded, "only-a-requester", outputs["RequestersPolicyArn"])
    approver = user(guarded, "only-an-approver", outputs["ApproversPolicyArn"])
    run = run_name("two-permissions")
    shown, show = ask(guarded, run, ALL), {"action": "show", "approval_id": f"{run}.0"}
    answer = {"action": "approve", "approval_id": f"{run}.0", "plan_sha256": shown["plan"]["sha256"], "reason": "try"}
    start = {"action": "secure", "selection": "all", "reason": "try"}
    executions = guarded.executions()
    # Each sees what it is about, behind the URL that takes what it may do; IAM keeps it from the other one.
    assert guarded.access_requests(requester, show)[0] == guarded.approvals(approver, show)[0] == 200
    assert guarded.approvals(requester, answer)[0] == guarded.access_requests(approver, start)[0] == 403
    # Who may both still has to go where it is taken, and is told where that is.
    both = person(guarded, "ann")
    for (status, said), place in (
        (guarded.access_requests(both, answer), "approvals"),
        (guarded.approvals(both, start), "requests"),
    ):
        assert status == 403 and place in said["error"] and "\n" not in said["error"], said
    assert guarded.executions() == executions
    assert f"approvals/{run}.0/decision.json" not in guarded.objects()
    assert decide(guarded, approver, "reject", run, shown["plan"]["sha256"])[0] == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "show", "approval_id": "no-such-run.0"}, 404),
        ({"action": "show", "approval_id": "../x"}, 400),
        ({"action": "destroy", "approval_id": "some-run.0"}, 400),
        ({"action": "show", "approval_id": "some-run.0", "force": True}, 400),
        ({"approval_request": {"run": "x"}}, 400),
        ({"action": "secure", "selection": "everything", "reason": "typo"}, 400),
        ([], 400),
        ("approve", 400),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_line(guarded: Deployment, body: Any, status: int) -> None:
    executions = guarded.executions()
    answer = guarded.access_requests(person(guarded, "ann"), body)
    assert answer[0] == status, answer
    assert "\n" not in answer[1]["error"]
    answer = guarded.approvals(person(guarded, "ann"), body)
    assert answer[0] in (status, 403), answer
    assert "\n" not in answer[1]["error"]
    assert guarded.executions() == executions
