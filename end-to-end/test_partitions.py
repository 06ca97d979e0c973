"""The template in each partition: every ARN is of it, and China is refused."""

import json
import re

import pytest

from harness.paths import ROOT
from rendered_template import Rendered


@pytest.mark.parametrize(("partition", "region"), [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1")])
def test_every_arn_is_of_the_partition_that_the_stack_is_in(partition: str, region: str) -> None:
    rendered = Rendered(partition=partition, region=region, Mode="enforce", UnlockRequests="on")
    resources = [rendered.resolve(resource) for resource in rendered.template["Resources"].values()]
    found = re.findall(r"arn:(aws[a-z-]*):", json.dumps(resources, default=str))
    assert len(found) >= 100 and set(found) == {partition}


@pytest.mark.parametrize("machine", sorted(path.name for path in (ROOT / "statemachines").glob("*.asl.json")))
def test_no_state_machine_names_a_partition(machine: str) -> None:
    text = (ROOT / "statemachines" / machine).read_text()
    assert set(re.findall(r"arn:([^:]*):", text)) <= {"${Partition}"}


def test_the_template_refuses_the_china_regions_with_the_reason() -> None:
    [assertion] = Rendered().template["Rules"]["NotInChina"]["Assertions"]
    assert assertion["Assert"] == {
        "Fn::Not": [{"Fn::Contains": [["cn-north-1", "cn-northwest-1"], {"Ref": "AWS::Region"}]}]
    }
    assert "no root user" in assertion["AssertDescription"]


def test_nothing_of_recovery_is_deployed_where_nobody_can_sign_in_as_root() -> None:
    parts = {
        "AllowRecovery",
        "AllowRecoveryRole",
        "RecoverySessions",
        "AllowRecoveryMachine",
        "AllowRecoveryMachineRole",
    }
    commercial = Rendered(Mode="enforce", partition="aws", region="us-east-1")
    govcloud = Rendered(Mode="enforce")
    assert parts <= commercial.names()
    assert not [name for name in govcloud.names() if "Recover" in name]
    for rendered, is_taken in ((commercial, True), (govcloud, False)):
        function = rendered.resources("AWS::Lambda::Function")["AccessRequests"]
        machine = function["Environment"]["Variables"]["ROOTWARDEN_RECOVERY_STATE_MACHINE_ARN"]
        assert bool(machine) is is_taken
