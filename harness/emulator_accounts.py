"""What the emulator, ministack, lacks of several accounts, and of stacks whose functions CloudFormation calls.

Buses of other accounts and Regions: ministack delivers to no bus but the sender's own. AWS takes an event from a rule
of another account if the policy of the receiving bus lets it in, and leaves the account and the Region in it as they
were; and so does this. Of policies it knows what the template and PutPermission say: an account or `*`,
`events:PutEvents`, the bus, and `ArnEquals` of `aws:SourceArn`; any other statement lets nothing in. It does not
evaluate the role of the sending rule, nor retries, nor dead-letter queues: `end-to-end/test_management_account.py`
looks at these in the template.

`AWS::Events::EventBusPolicy`: ministack knows no such resource. Here it becomes a statement of the bus's policy.

Pseudo parameters in conditions: ministack compares their names, and here it compares the account and the Region.

Custom resources: ministack makes CloudFormation wait at its own address. A function takes none but AWS's, or the one
that stands for AWS in its environment, so here it is that one. And the simulator, which answers the function's calls,
has to know who signs them before the stack is there.
"""

import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, iam, lambda_svc
from ministack.services.cloudformation import changesets, custom_resource, engine, handlers, provisioners, stacks

from harness.servers import request

Function = Callable[..., Any]
Record = dict[str, Any]


def lets_in(policy: Record | None, sender: str, rule: str, bus: str) -> bool:
    """Whether a bus's policy takes what a rule of another account forwards."""

    def allows(statement: Record) -> bool:
        conditions = statement.get("Condition", {})
        if set(conditions) - {"ArnEquals"} or set(conditions.get("ArnEquals", {})) - {"aws:SourceArn"}:
            return False
        arns = conditions.get("ArnEquals", {}).get("aws:SourceArn", [rule])
        return (
            statement["Effect"] == "Allow"
            and statement["Principal"] in ("*", sender, {"AWS": f"arn:aws:iam::{sender}:root"})
            and statement["Action"] == "events:PutEvents"
            and statement["Resource"] == bus
            and rule in ([arns] if isinstance(arns, str) else arns)
        )

    return any(allows(statement) for statement in (policy or {}).get("Statement", []))


def to_other_buses(dispatch: Function) -> Function:
    """Wraps what delivers to a bus."""

    def dispatched(spec: Any, event: Record, rule: Record, path: set[str], payload: Any = None) -> Any:
        sender, region = get_account_id(), get_region()
        if (spec.account_id, spec.region) == (sender, region) or spec.resource != "event-bus/default":
            return dispatch(spec, event, rule, path, payload)
        arn = eventbridge._rule_arn(rule["Name"], rule.get("EventBusName", "default"))
        bus = f"arn:aws:events:{spec.region}:{spec.account_id}:{spec.resource}"
        with request_scope(spec.account_id, spec.region):
            policy = eventbridge._event_bus_policies.get("default")
            if spec.account_id == sender or lets_in(policy, sender, arn, bus):
                eventbridge._dispatch_event(dict(event))
            else:
                eventbridge.logger.warning("EventBridge: %s takes nothing from %s", bus, arn)
        return None

    return dispatched


def put_bus_policy(_logical_id: str, properties: Record, _stack: str) -> tuple[str, Record]:
    bus, id = properties.get("EventBusName", "default"), properties["StatementId"]
    delete_bus_policy(id, properties)
    known = eventbridge._event_bus_policies.get(bus, {"Version": "2012-10-17", "Statement": []})
    known["Statement"].append({"Sid": id, **properties["Statement"]})
    eventbridge._event_bus_policies[bus] = known
    return id, {}


def update_bus_policy(_id: str, old: Record, new: Record, stack: str) -> tuple[str, Record]:
    delete_bus_policy(old["StatementId"], old)
    return put_bus_policy("", new, stack)


def delete_bus_policy(id: str, properties: Record) -> None:
    known = eventbridge._event_bus_policies.get(properties.get("EventBusName", "default"))
    if known is not None:
        known["Statement"] = [statement for statement in known["Statement"] if statement["Sid"] != id]


def with_caller_known(invoke: Function) -> Function:
    """Wraps what invokes the function of a custom resource."""

    def invoked(kind: str, logical_id: str, properties: Record, *more: Any, **named: Any) -> Any:
        _, configuration, _ = lambda_svc._get_func_record_for_ref(properties["ServiceToken"])
        function, role = configuration["FunctionArn"], configuration["Role"]
        digest = hashlib.sha256(f"{function}:{role}".encode()).hexdigest()
        name = role.rpartition("/")[2]
        policies = iam._roles.get_scoped(get_account_id(), None, name)["InlinePolicies"].values()
        documents = [json.loads(policy) if isinstance(policy, str) else policy for policy in policies]
        caller = {
            "arn": f"arn:aws:sts::{get_account_id()}:assumed-role/{name}/{configuration['FunctionName']}",
            "statements": [statement for document in documents for statement in document["Statement"]],
            "function": function,
        }
        request("PUT", f"{os.environ['AWS_ENDPOINT_URL']}/_callers/ASIA{digest[:16].upper()}", caller)
        return invoke(kind, logical_id, properties, *more, **named)

    return invoked


def with_pseudo_parameters(evaluate: Function) -> Function:
    """Wraps what evaluates the conditions of a template."""

    def evaluated(template: Record, parameters: Record) -> Any:
        pseudo = {"AWS::AccountId": get_account_id(), "AWS::Region": get_region(), "AWS::Partition": "aws"}
        return evaluate(template, parameters | {name: {"Value": value} for name, value in pseudo.items()})

    return evaluated


def install() -> None:
    """Teaches ministack all of it."""
    for module in (engine, changesets, handlers, stacks):
        if hasattr(module, "_evaluate_conditions"):
            module._evaluate_conditions = with_pseudo_parameters(module._evaluate_conditions)
    eventbridge._dispatch_to_event_bus = to_other_buses(eventbridge._dispatch_to_event_bus)
    provisioners._RESOURCE_HANDLERS["AWS::Events::EventBusPolicy"] = {
        "create": put_bus_policy,
        "update": update_bus_policy,
        "delete": delete_bus_policy,
    }
    custom_resource._gateway_url = lambda: os.environ["AWS_ENDPOINT_URL"]
    custom_resource.invoke_custom_resource = with_caller_known(custom_resource.invoke_custom_resource)
