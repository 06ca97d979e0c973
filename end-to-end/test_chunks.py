"""An organization of several chunks: the next one is listed while the current one is audited."""

import json
from typing import Any

from harness.deployment import Deployment
from harness.organization import AUDIT, accounts, reported_status, secured, sessions_in
from shared_deployments import RunName
from worlds import member, organization

ACCOUNTS, DIRTY = 1200, (1, 499, 500, 501, 1000, 1199)


def test_every_account_of_several_chunks_is_audited_exactly_once(deployment: Deployment, run_name: RunName) -> None:
    deployment.reset(organization(*(member(number, dirty=number in DIRTY) for number in range(ACCOUNTS))))
    before, name = deployment.world(), run_name("chunks")
    execution = deployment.run({"selection": "all", "mode": "enforce"}, name, timeout=120)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    calls = deployment.calls()
    assert deployment.world() == secured(before, set())

    listed = [call for call in calls if call["action"] == "organizations:ListAccounts"]
    assert len(listed) == -(-(ACCOUNTS + 1) // 20)
    assert len([key for key in deployment.objects() if key.startswith(f"runs/{name}/selection/0/")]) == 3
    assert_one_chain(deployment, name)
    audits = [call for call in calls if call["action"] == "sts:AssumeRoot" and call["resource"].endswith(AUDIT)]
    audited = [call["account"] for call in audits]
    members = {member(number)["id"] for number in range(ACCOUNTS)}
    assert len(audited) == len(set(audited)) and set(audited) == members

    report = deployment.report(name)
    assert set(accounts(before)) - set(report["accounts"]) <= {before["management_account"]}
    for number in range(ACCOUNTS):
        expected = "cleaned" if number in DIRTY else "clean"
        assert reported_status(report, member(number)["id"]) == expected
    assert len(sessions_in(calls, member(500)["id"])) == 2

    # The second chunk is listed while the first, of 25 pages, is audited.
    first_chunk = {member(number)["id"] for number in range(499)}
    last_of_the_first = max(call["time"] for call in audits if call["account"] in first_chunk)
    assert listed[25]["time"] < last_of_the_first


def assert_one_chain(deployment: Deployment, run: str) -> None:
    """Each chunk left one record, which names what was selected and the record before it; nothing else went on."""

    def read(folder: str, chunk: int) -> Any:
        return json.loads(deployment.read_object(f"runs/{run}/{folder}/0/{chunk}.json"))

    selected, records = ([read(folder, chunk) for chunk in range(3)] for folder in ("selection", "audit"))
    for chunk, record in enumerate(records):
        assert (record["run"], record["round"], record["chunk"]) == (run, 0, chunk)
        assert record["selection"]["key"] == f"runs/{run}/selection/0/{chunk}.json"
        batches = [batch["batch"] for batch in selected[chunk]["batches"]]
        assert [outcome["batch"] for outcome in record["outcomes"]] == batches
        assert all(
            outcome["result"]["key"].startswith(f"runs/{run}/audit/0/{chunk}/") for outcome in record["outcomes"]
        )
        before = record["previous"]
        if chunk == 0:
            assert before is None and selected[0]["previous"] is None
        else:
            assert before["key"] == f"runs/{run}/audit/0/{chunk - 1}.json"
            assert selected[chunk]["previous"] == records[chunk - 1]["selection"]
    assert not any("audits" in chunk for chunk in selected)
