"""Each role's statements: every one has a name, is enforced, and its use is written down."""

import copy
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from harness.deployment import Deployment
from harness.errors import DeploymentError
from harness.paths import TEMPLATE
from harness.permissions import (
    MANAGED,
    POLICIES,
    WITHOUT_VARIABLE,
    Statement,
    Use,
    refused,
    statements,
    unexplained,
    unused,
    without,
)
from prove_permissions import candidates, prove, stale
from shared_deployments import RunName
from worlds import demo_world

DOCUMENT: dict[str, Any] = yaml_parse(TEMPLATE.read_text())


def test_every_statement_of_every_role_has_a_name_of_its_own() -> None:
    known = statements(DOCUMENT)
    resources = DOCUMENT["Resources"]
    owners = {name for name, resource in resources.items() if resource["Type"] in ("AWS::IAM::Role", MANAGED)}
    # A policy that several roles have owns its statements itself.
    shared = {name for name in {statement.owner for statement in known} - owners if resources[name]["Type"] in POLICIES}
    assert {statement.owner for statement in known} == owners | shared
    assert len(known) > len(owners)


def test_a_statement_without_a_name_is_refused() -> None:
    document = copy.deepcopy(DOCUMENT)
    policies = document["Resources"]["SelectAccountsRole"]["Properties"]["Policies"]
    del policies[1]["PolicyDocument"]["Statement"][0]["Sid"]
    with pytest.raises(DeploymentError, match="a statement of SelectAccountsRole has no Sid"):
        statements(document)


def test_no_statement_has_the_name_of_one_that_people_hold() -> None:
    document = copy.deepcopy(DOCUMENT)
    people = document["Resources"]["ApproversPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    next(statement for statement in people if statement.get("Sid") == "ReadPlans")["Sid"] = "ReadObjects"
    with pytest.raises(DeploymentError, match="have the same Sid"):
        statements(document)


@pytest.mark.parametrize("statement", statements(DOCUMENT), ids=lambda statement: statement.name)
def test_any_one_statement_can_be_taken_out_and_no_other_goes_with_it(statement: Statement) -> None:
    left = {one.name for one in statements(without(copy.deepcopy(DOCUMENT), statement.name)) if one.sid != "Nothing"}
    assert left == {one.name for one in statements(DOCUMENT)} - {statement.name}


def test_what_the_template_does_not_have_cannot_be_taken_out() -> None:
    with pytest.raises(DeploymentError, match="0 statements SelectAccountsRole/Nothing"):
        without(copy.deepcopy(DOCUMENT), "SelectAccountsRole/Nothing")


def test_the_lists_name_what_was_not_used_what_was_refused_and_reasons_without_use() -> None:
    known = [Statement("A", "Read", ("s3:GetObject", "s3:GetObjectVersion"), "{}")]
    uses = [Use("A", "s3:GetObject", "arn", "Read"), Use("A", "s3:PutObject", "arn", None)]
    assert unused(known, uses) == {"A/Read s3:GetObjectVersion"}
    assert refused(uses) == {"A s3:PutObject"}
    assert unexplained({"A x"}, {}) == ["no reason: A x"]
    assert unexplained({"A x"}, {"A x": " "}) == ["no reason: A x"]
    assert unexplained(set(), {"A x": "why"}) == ["no longer needed: A x"]
    assert unexplained({"A x"}, {"A x": "why"}) == []


def test_a_statement_is_proven_by_the_test_that_used_least_and_only_if_that_test_fails_without_it() -> None:
    known = [Statement("A", sid, ("s3:GetObject",), "{}") for sid in ("Needed", "Idle", "Unused")]
    needed, idle = (Use("A", "s3:GetObject", "arn", sid) for sid in ("Needed", "Idle"))
    tests = candidates(known, {"large": {needed, idle}, "small": {needed}}, {}, {})
    assert tests == {"A/Needed": ["small", "large"], "A/Idle": ["large"], "A/Unused": []}
    runs: list[tuple[str, str | None]] = []

    def run(test: str, without: str | None) -> bool:
        runs.append((test, without))
        return without != "A/Needed"

    kept: list[int] = []
    first = prove(known, tests, {}, run, "2026-01-01", lambda results: kept.append(len(results)))
    assert {name: result["proven"] for name, result in first.items()} == {
        "A/Needed": True,
        "A/Idle": False,
        "A/Unused": False,
    }
    assert kept == [1, 2, 3], "after each one"
    assert runs == [("small", None), ("small", "A/Needed"), ("large", None), ("large", "A/Idle")]
    runs.clear()
    prove(known, tests, first, run, "2026-01-02", lambda results: None)
    assert runs == [("large", None), ("large", "A/Idle")], "what is proven is not run again"
    changed = [Statement("A", "Needed", ("s3:GetObject",), '{"Action": "s3:*"}')]
    runs.clear()
    prove(changed, tests, first, run, "2026-01-02", lambda results: None)
    assert runs == [("small", None), ("small", "A/Needed")], "another statement is"


def test_a_test_that_passes_without_a_statement_is_followed_by_the_next() -> None:
    known = [Statement("A", "Needed", ("s3:GetObject",), "{}")]
    tests = {"A/Needed": ["careless", "careful"]}

    def run(test: str, without: str | None) -> bool:
        return without is None or test == "careless"

    [result] = prove(known, tests, {}, run, "2026-01-01", lambda results: None).values()
    assert (result["proven"], result["test"]) == (True, "careful")


def test_a_named_test_comes_instead_of_all_others_and_the_last_one_before_them() -> None:
    known, use = [Statement("A", "Logs", ("logs:Put",), "{}")], Use("A", "logs:Put", "arn", "Logs")
    used = {"small": {use}, "large": {use, Use("A", "x:Y", "arn", None)}}
    assert candidates(known, used, {}, {"*/Logs": "named"}) == {"A/Logs": ["named"]}
    assert candidates(known, used, {"A/Logs": {"test": "large"}}, {}) == {"A/Logs": ["large", "small"]}


def test_results_of_another_template_are_told_apart() -> None:
    known = [Statement("A", sid, ("s3:GetObject",), sid) for sid in ("Same", "Changed", "New")]
    results = {"A/Same": {"statement": known[0].digest}, "A/Changed": {"statement": "other"}, "A/Gone": {}}
    assert stale(known, results) == ["A/Gone is no longer there", "A/Changed is changed", "A/New is new"]


def test_a_test_that_fails_anyway_proves_nothing() -> None:
    known = [Statement("A", "Needed", ("s3:GetObject",), "{}")]
    [result] = prove(known, {"A/Needed": ["t"]}, {}, lambda *_: False, "2026-01-01", lambda results: None).values()
    assert result["proven"] is False and result["why"] == "fails with it too"


def test_a_run_leaves_in_the_log_what_each_role_used(deployment: Deployment, run_name: RunName) -> None:
    deployment.permissions_used()
    name = run_name("permissions")
    execution = deployment.run({"selection": {"accounts": ["333300000001"]}, "mode": "report"}, name)
    assert execution.status == "SUCCEEDED", execution
    used = {(use.owner, use.action, use.sid) for use in deployment.permissions_used()}
    assert ("SelectAccountsRole", "organizations:DescribeOrganization", "ReadOrganization") in used
    assert ("SelectAccountsRole", "iam:ListOrganizationsFeatures", "ReadOrganization") in used
    assert ("AuditAccountsRole", "sts:AssumeRoot", "AuditSessionsOnly") in used
    assert ("PublishReportRole", "s3:PutObject", "WriteObjects") in used
    assert ("SecureAccountsRole", "lambda:InvokeFunction", "InvokeFunctions") in used
    assert ("SecureAccountsRole", "s3:GetObjectVersion", "ReadObjects") in used
    assert deployment.permissions_used() == set()


def test_what_a_test_signs_with_a_functions_credentials_is_no_use(deployment: Deployment) -> None:
    deployment.invoke("SelectAccounts", {})
    deployment.permissions_used()
    s3 = deployment.stack.client("s3", deployment.stack.credentials_of("SelectAccounts"))
    s3.list_objects_v2(Bucket=deployment.stack.outputs["BucketName"])
    organizations = deployment.stack.client("organizations", deployment.stack.credentials_of("SelectAccounts"))
    organizations.describe_organization()
    assert {use for use in deployment.permissions_used() if use.owner == "SelectAccountsRole"} == set()


@pytest.mark.refused_on_purpose
@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("AuditAccountsRole/WriteObjects", "AuditAccountsRole s3:PutObject"),
        ("SelectAccountsRole/ReadOrganization", "SelectAccountsRole organizations:DescribeOrganization"),
        ("AuditAccountsRole/AuditSessionsOnly", "AuditAccountsRole sts:AssumeRoot"),
        ("SecureAccountsRole/ReadObjects", "SecureAccountsRole s3:GetObjectVersion"),
    ],
)
def test_without_a_statement_a_run_fails_at_the_call_that_it_allowed(
    binaries: Path, monkeypatch: pytest.MonkeyPatch, statement: str, refusal: str
) -> None:
    monkeypatch.setenv(WITHOUT_VARIABLE, statement)
    with Deployment(demo_world(), mode="report", binaries=binaries) as deployment:
        execution = deployment.run({"selection": {"accounts": ["333300000001"]}, "mode": "report"}, "without")
        used = deployment.permissions_used()
    assert execution.status == "FAILED"
    assert refusal in refused(used), used


def test_a_machine_that_may_not_deliver_its_logs_is_not_even_created(
    binaries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WITHOUT_VARIABLE, "SecureAccountsRole/DeliverLogs")
    with (
        pytest.raises(DeploymentError, match="not authorized to access the Log Destination"),
        Deployment(demo_world(), mode="report", binaries=binaries),
    ):
        pass
