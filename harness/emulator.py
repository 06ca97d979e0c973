"""Runs the emulator, ministack, with the things that the deployment needs beside it.

Service events: AWS alone may put events whose source begins with `aws.` on a bus, and ministack refuses them as AWS
does. `POST /_service_events` with an EventBridge envelope delivers one as the service would, its id and time unchanged,
so that a test can deliver the same event twice.

TLS: the template's bucket policy refuses plain HTTP, and is deployed as it is. Requests come in over the loopback
interface in the clear; they are marked as if a TLS proxy had ended the connection, by the header that ministack reads.

Callers of function URLs: ministack verifies the signature and the caller's policies, and leaves out of the event who it
was. AWS says it under `requestContext.authorizer.iam`, and so does this.

Failed children of a Distributed Map: ministack puts null in their place. AWS puts the child's execution there, its
input included (Developer Guide, "ResultWriter (Map)": without one, results stand there unchanged), and so does this.

Callers of topics: ministack holds what a state machine publishes against the topic's policy as if whoever started the
execution had published it, over their connection; an execution that an event started has none. On AWS the machine's
role does, over TLS, and so it does here.

Errors of nested executions: AWS names them `StepFunctions.<code>Exception` (`samples/`), ministack by the code alone.

Waits for a moment: ministack shortens them too, where waits of so many seconds are shortened so that tests are quick. A
moment is one of the real clock, by which functions decide whether it has come, so that it is waited for.

Comparing two texts of a state by their order (`StringGreaterThanEqualsPath` and its like): ministack knows it of a text
that stands in the definition, and not of one that stands in the state.

Roles in conditions: on AWS, `aws:PrincipalArn` of a role's session is the role's ARN with its path (IAM User Guide,
"AWS global condition context keys"); ministack gives the session's, and the template's policies ask for the path.

What AWS does on behalf of a role: ministack does it whatever the role may; `harness/role_checks.py` asks first.

Several accounts, and stacks whose functions CloudFormation calls: `harness/emulator_accounts.py`.

Everything else is ministack's own, and listens where BIND_HOST says.
"""

import asyncio
import json
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import ministack.app as ministack
from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import resolve_caller_identity
from ministack.core.responses import request_scope
from ministack.core.router import extract_access_key_id
from ministack.services import eventbridge, iam, lambda_svc, s3, scheduler, stepfunctions
from ministack.services.cloudformation import provisioners

from harness import emulator_accounts, permission_log, role_checks
from harness.emulator_alarms import with_metric_math
from harness.emulator_events import with_source

SERVICE_EVENTS = "/_service_events"

Function = Callable[..., Any]
"""One of ministack's, which has no types."""
Record = dict[str, Any]


def deliver(envelope: Record) -> None:
    """Puts a service's event on the default bus of the account and Region that the envelope names."""
    record = {
        "EventId": envelope["id"],
        "Source": envelope["source"],
        "DetailType": envelope["detail-type"],
        "Detail": json.dumps(envelope["detail"]),
        "EventBusName": "default",
        "Time": int(datetime.strptime(envelope["time"], "%Y-%m-%dT%H:%M:%S%z").timestamp()),
        "Resources": envelope["resources"],
        "Account": envelope["account"],
        "Region": envelope["region"],
    }
    with request_scope(envelope["account"], envelope["region"]):
        # Why not PutEvents: it gives each event a new id, and a redelivered event keeps its own.
        eventbridge._dispatch_event(record)


def with_caller(build_event: Function) -> Function:
    """Wraps what makes the event of a function URL."""

    def build(*arguments: Any, **more: Any) -> Record:
        event: Record = build_event(*arguments, **more)
        *_, headers, _body, query_params = arguments
        caller = resolve_caller_identity(extract_access_key_id(headers, query_params))
        if caller is not None:
            event["requestContext"]["authorizer"] = {
                "iam": {
                    "accessKey": caller["accessKey"],
                    "accountId": caller["accountId"],
                    "callerId": caller["userId"],
                    "cognitoIdentity": None,
                    "principalOrgId": caller["principalOrgId"],
                    "userArn": caller["userArn"],
                    "userId": caller["userId"],
                }
            }
        return event

    return build


# The failed children of the map that runs, by their index. Its workers' threads start with a copy of its context.
FAILED: ContextVar[dict[int, Record]] = ContextVar("failed children")


def with_failures_kept(run_map: Function) -> Function:
    """Wraps what runs a Distributed Map: failed children are kept for its answer."""

    def run(*arguments: Any) -> Any:
        token = FAILED.set({})
        try:
            return run_map(*arguments)
        finally:
            FAILED.reset(token)

    return run


def wait_for_moment(timestamp: str) -> None:
    """Waits until the moment that a Wait state names."""
    left = (datetime.fromisoformat(timestamp.replace("Z", "+00:00")) - datetime.now(UTC)).total_seconds()
    time.sleep(max(left, 0))


def as_its_role(run_execution: Function) -> Function:
    """Wraps what runs an execution, in a thread of its own: it goes on as the role of its state machine."""

    def run(execution_arn: str) -> Any:
        execution = stepfunctions._executions.get(execution_arn)
        machine = stepfunctions._state_machines.get(execution["stateMachineArn"]) if execution else None
        if machine is not None:
            session = role_checks.Session(machine["roleArn"], execution_arn.rpartition(":")[2][:64])
            iam_evaluator._request_caller_arn.set(session.arn)
            iam_evaluator.pin_request_origin("", secure_transport=True)
            role_checks.MACHINE.set(session)
        return run_execution(execution_arn)

    return run


def with_failure_noted(run_child: Function) -> Function:
    """Wraps what runs a child: one that fails is written down as AWS writes it down.

    The fields are those of a failed execution's record as it was captured on AWS.
    """

    def run(states: Any, start_at: Any, input_data: Any, execution: Record, context: Record) -> Any:
        try:
            return run_child(states, start_at, input_data, execution, context)
        except Exception as failure:
            failed = FAILED.get(None)
            if failed is not None and execution.get("mapRunArn"):
                failed[context["Map"]["Item"]["Index"]] = {
                    "ExecutionArn": execution["executionArn"].replace(":execution:", ":express:"),
                    "Input": execution["input"],
                    "InputDetails": {"Included": True},
                    "Name": execution["name"],
                    "OutputDetails": {"Included": True},
                    "StateMachineArn": execution["stateMachineArn"],
                    "Status": "FAILED",
                    "Error": getattr(failure, "error", "States.TaskFailed"),
                    "Cause": getattr(failure, "cause", str(failure)),
                    "StartDate": execution["startDate"],
                    "StopDate": execution["startDate"],
                }
            raise

    return run


def with_failed_children(select_result: Function) -> Function:
    """Wraps what a state's result goes through first: in a map's, AWS's form stands in place of null."""

    def select(state: Record, results: Any) -> Any:
        is_map = (state.get("ItemProcessor", {}).get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"
        if is_map and isinstance(results, list):
            failed = FAILED.get({})
            results = [failed.get(index, result) if result is None else result for index, result in enumerate(results)]
        return select_result(state, results)

    return select


def with_errors_named(start: Function) -> Function:
    """Wraps what starts an execution from a state machine."""

    def started(resource: str, input_data: Any) -> Any:
        try:
            return start(resource, input_data)
        except stepfunctions._ExecutionError as failure:
            named = f"StepFunctions.{failure.error}Exception"
            raise stepfunctions._ExecutionError(named, failure.cause) from failure

    return started


ORDERS = ("StringLessThan", "StringLessThanEquals", "StringGreaterThan", "StringGreaterThanEquals")


def with_orders_of_texts(evaluate: Function) -> Function:
    """Wraps what decides a rule of a Choice state."""

    def evaluated(rule: dict[str, Any], data: Any, ctx: Any = None) -> Any:
        for order in ORDERS:
            if (path := rule.get(f"{order}Path")) is not None:
                other = stepfunctions._resolve_path_or_ctx(path, data, ctx)
                return isinstance(other, str) and evaluate({"Variable": rule["Variable"], order: other}, data, ctx)
        return evaluate(rule, data, ctx)

    return evaluated


def with_role(resolve: Function) -> Function:
    """Wraps what gives a condition key its value."""

    def resolved(key: str, context: Any) -> Any:
        # The ARN says what it is: for a topic's policy, every caller has the type Root.
        if key.lower() == "aws:principalarn" and ":assumed-role/" in context.principal_arn:
            name = context.principal_arn.split("/")[1]
            role = iam._roles.get_scoped(context.principal_account, None, name)
            return role["Arn"] if role else context.principal_arn
        return resolve(key, context)

    return resolved


async def read_body(receive: Function) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def answer(send: Function, status: int, text: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text.encode()})


def with_service_events(emulator: Function) -> Function:
    """Wraps ministack's application."""

    async def application(scope: Record, receive: Function, send: Function) -> Any:
        if scope["type"] != "http":
            return await emulator(scope, receive, send)
        if scope["path"] == SERVICE_EVENTS and scope["method"] == "POST":
            try:
                envelope = json.loads(await read_body(receive))
                await asyncio.to_thread(deliver, envelope)
            except (KeyError, ValueError) as error:
                return await answer(send, 400, f"not an EventBridge envelope: {error!r}")
            return await answer(send, 200, "delivered")
        permission_log.note_agent(dict(scope["headers"]))
        headers = [*scope["headers"], (b"x-forwarded-proto", b"https")]
        return await emulator({**scope, "headers": headers}, receive, send)

    return application


def hold_roles_to_their_policies() -> None:
    """Where `harness/role_checks.py` asks first."""
    stepfunctions._invoke_resource = role_checks.with_tasks_checked(stepfunctions._invoke_resource)
    stepfunctions._invoke_with_callback = role_checks.with_tasks_checked(stepfunctions._invoke_with_callback)
    stepfunctions._read_map_items = role_checks.with_reader_checked(stepfunctions._read_map_items)
    stepfunctions._run_distributed_map = role_checks.with_children_checked(stepfunctions._run_distributed_map)
    s3._get_object = role_checks.with_absence_hidden(s3._get_object)
    machine = provisioners._RESOURCE_HANDLERS["AWS::StepFunctions::StateMachine"]
    machine["create"] = role_checks.with_log_delivery_checked(machine["create"])
    iam_actions.request_tag_context = with_source(iam_actions.request_tag_context)
    alarm = provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]
    alarm["create"] = with_metric_math(alarm["create"])
    lambda_svc._emit_lambda_logs = role_checks.with_logs_checked(lambda_svc._emit_lambda_logs)
    lambda_svc._route_async_failure = role_checks.with_destination_checked(lambda_svc._route_async_failure)
    eventbridge._invoke_target = role_checks.as_scheduler(eventbridge._invoke_target)
    # Seconds from one look for what is due to the next.
    scheduler._SCHEDULE_TICK_INTERVAL = 1


if __name__ == "__main__":
    lambda_svc._build_function_url_event = with_caller(lambda_svc._build_function_url_event)
    stepfunctions._run_distributed_map = with_failures_kept(stepfunctions._run_distributed_map)
    stepfunctions._run_sub_machine = with_failure_noted(stepfunctions._run_sub_machine)
    stepfunctions._apply_result_selector = with_failed_children(stepfunctions._apply_result_selector)
    stepfunctions._invoke_nested_start_execution = with_errors_named(stepfunctions._invoke_nested_start_execution)
    stepfunctions._evaluate_rule = with_orders_of_texts(stepfunctions._evaluate_rule)
    stepfunctions._sleep_until = wait_for_moment
    stepfunctions._run_execution = as_its_role(stepfunctions._run_execution)
    iam_evaluator._resolve_condition_key = with_role(iam_evaluator._resolve_condition_key)
    emulator_accounts.install()
    hold_roles_to_their_policies()
    permission_log.install(iam_evaluator)
    ministack.app = with_service_events(ministack.app)
    ministack.main()
