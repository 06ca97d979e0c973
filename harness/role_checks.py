"""Holds what AWS does on behalf of a role against the policies of that role, in the emulator's process.

ministack holds requests against the policies of whoever signed them. What happens inside of it is no request: the tasks
of state machines, what the Scheduler starts, the logs of functions and where their failed events go are carried out
whatever the role may. On AWS the role has to be allowed each of them, and so it has here.

Which action a task needs: AWS Step Functions Developer Guide, "How Step Functions generates IAM policies for integrated
services" and "IAM policies for Distributed Map states". A task that `TASKS` does not know is refused.
"""

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.services import eventbridge, lambda_svc, s3, stepfunctions

from harness.permission_log import SIGNED_BY_TEST

Function = Callable[..., Any]
Record = dict[str, Any]


@dataclass(frozen=True)
class Session:
    """A role that AWS has assumed, and the name of its session."""

    role_arn: str
    name: str
    is_of_test: bool = False
    """Whether a test acts with its credentials."""

    @property
    def account(self) -> str:
        return self.role_arn.split(":")[4]

    @property
    def role(self) -> str:
        return self.role_arn.rpartition("/")[2]

    @property
    def arn(self) -> str:
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role}/{self.name}"

    def may(self, action: str, resource: str, **keys: str) -> bool:
        """Whether its policies allow it. `keys`: condition keys of the service, with `_` for `:`."""
        question = iam_evaluator.EvalContext(
            principal_arn=self.arn,
            principal_type="AssumedRole",
            principal_account=self.account,
            action=action,
            resource_arn=resource,
            region="us-east-1",
            service_context={key.replace("_", ":").lower(): value for key, value in keys.items()},
        )
        policies = iam_evaluator._gather_role_policies(self.role, self.account)
        # Whoever started what goes on here: it is the role that does this.
        token = SIGNED_BY_TEST.set(self.is_of_test)
        try:
            return bool(iam_evaluator.evaluate(question, policies).decision == "Allow")
        finally:
            SIGNED_BY_TEST.reset(token)

    def require(self, error: str, action: str, resource: str, **keys: str) -> None:
        """Fails the state with an error of this name, as AWS words it."""
        if not self.may(action, resource, **keys):
            said = f"User: {self.arn} is not authorized to perform: {action} on resource: {resource}"
            cause = f"{said} because no identity-based policy allows the {action} action"
            raise stepfunctions._ExecutionError(error, cause)


MACHINE: ContextVar[Session] = ContextVar("the role of the state machine that runs")


@dataclass(frozen=True)
class Need:
    action: str
    parameter: str | None
    """The task's parameter that names the resource; None for an action that knows none."""
    error: str
    """Verified for Lambda (awslabs/aws-deployment-framework issue 460); no definition here asks for the others."""


TASKS = {
    "lambda:invoke": Need("lambda:InvokeFunction", "FunctionName", "Lambda.AWSLambdaException"),
    "sqs:sendMessage": Need("sqs:SendMessage", "QueueUrl", "SQS.AccessDeniedException"),
    "sns:publish": Need("sns:Publish", "TopicArn", "SNS.AuthorizationErrorException"),
    "states:startExecution": Need("states:StartExecution", "StateMachineArn", "StepFunctions.AccessDeniedException"),
    "aws-sdk:sfn:describeExecution": Need("states:DescribeExecution", "ExecutionArn", "Sfn.AccessDeniedException"),
    "events:putEvents": Need("events:PutEvents", None, "EventBridge.AccessDeniedException"),
    "aws-sdk:cloudwatch:putMetricData": Need("cloudwatch:PutMetricData", None, "CloudWatch.CloudWatchException"),
}

# What CreateStateMachine asks of the role of a machine that writes logs.
# Source: AWS Step Functions Developer Guide, "IAM policies for logging to CloudWatch Logs".
LOG_DELIVERY = (
    "CreateLogDelivery",
    "GetLogDelivery",
    "UpdateLogDelivery",
    "DeleteLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "DescribeResourcePolicies",
    "DescribeLogGroups",
)


def arn_of(name: str) -> str:
    """What policies see: an ARN as it is, and a queue's for its URL."""
    if "://" not in name:
        return name
    account, queue = name.split("/")[-2:]
    return f"arn:aws:sqs:us-east-1:{account}:{queue}"


def require_for_task(resource: str, parameters: Any) -> None:
    if ":function:" in resource:
        MACHINE.get().require("Lambda.AWSLambdaException", "lambda:InvokeFunction", resource)
        return
    task = resource.partition(":states:::")[2].removesuffix(".waitForTaskToken").removesuffix(".sync")
    need = TASKS.get(task)
    if need is None:
        raise stepfunctions._ExecutionError("States.Runtime", f"harness/role_checks.py does not say what {task} needs")
    if task == "events:putEvents":
        require_for_events(need, parameters["Entries"])
        return
    about = arn_of(parameters.get(need.parameter, "")) if need.parameter else "*"
    keys = {"cloudwatch_namespace": parameters["Namespace"]} if need.action.startswith("cloudwatch:") else {}
    MACHINE.get().require(need.error, need.action, about, **keys)


def require_for_events(need: Need, entries: list[Record]) -> None:
    """Each entry names its bus and its source; both are held against the role."""
    machine = MACHINE.get()
    for entry in entries:
        bus = f"arn:aws:events:us-east-1:{machine.account}:event-bus/{entry['EventBusName']}"
        machine.require(need.error, need.action, bus, events_source=entry["Source"])


def with_tasks_checked(invoke: Function) -> Function:
    """Wraps what carries a task out."""

    def invoked(resource: str, parameters: Any, *more: Any) -> Any:
        require_for_task(resource, parameters)
        return invoke(resource, parameters, *more)

    return invoked


def with_reader_checked(read: Function) -> Function:
    """Wraps what reads the items of a Distributed Map."""

    def items(reader: Record, effective: Any, context: Any) -> Any:
        parameters = stepfunctions._resolve_params_obj(reader["Parameters"], effective, context)
        # Source: S3 User Guide, "Required permissions for Amazon S3 API operations": GetObject with a version.
        action = "s3:GetObjectVersion" if "VersionId" in parameters else "s3:GetObject"
        key = f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}"
        MACHINE.get().require("States.ItemReaderFailed", action, key)
        return read(reader, effective, context)

    return items


def with_absence_hidden(get: Function) -> Function:
    """Wraps what reads an object: that it is not there, only those are told who may list the bucket.

    Source: S3 API Reference, GetObject: "If the object you request doesn't exist, the error that Amazon S3 returns
    depends on whether you also have the s3:ListBucket permission".
    """

    def read(bucket: str, key: str, *arguments: Any) -> Any:
        answer = get(bucket, key, *arguments)
        caller = iam_evaluator._request_caller_arn.get()
        if answer[0] != 404 or ":assumed-role/" not in caller:
            return answer
        account, (role, name) = caller.split(":")[4], caller.split("/")[1:3]
        session = Session(f"arn:aws:iam::{account}:role/{role}", name, SIGNED_BY_TEST.get())
        if session.may("s3:ListBucket", f"arn:aws:s3:::{bucket}"):
            return answer
        return s3._error("AccessDenied", "Access Denied", 403, f"/{bucket}/{key}")

    return read


def with_children_checked(run_map: Function) -> Function:
    """Wraps what runs a Distributed Map, whose children are executions of the machine itself."""

    def run(state: Record, raw: Any, effective: Any, iterator: Any, execution: Record, context: Any) -> Any:
        machine = execution["stateMachineArn"]
        MACHINE.get().require("States.Runtime", "states:StartExecution", machine)
        return run_map(state, raw, effective, iterator, execution, context)

    return run


def with_log_delivery_checked(create: Function) -> Function:
    """Wraps what creates a state machine of a stack."""

    def created(logical_id: str, properties: Record, stack: str) -> Any:
        session = Session(properties["RoleArn"], "creation")
        if (properties.get("LoggingConfiguration") or {}).get("Destinations") and not all(
            session.may(f"logs:{action}", "*") for action in LOG_DELIVERY
        ):
            # Source: aws/aws-cdk issue 26432.
            raise ValueError("The state machine IAM Role is not authorized to access the Log Destination")
        return create(logical_id, properties, stack)

    return created


def role_of_function(configuration: Record) -> Session:
    return Session(configuration["Role"], configuration["FunctionName"])


def with_logs_checked(emit: Function) -> Function:
    """Wraps what writes a function's logs: without the permission there are none, and the function runs."""

    def emitted(function: Record, *arguments: Any, **more: Any) -> None:
        configuration = function.get("config") or function
        _, _, _, region, account, *_ = configuration["FunctionArn"].split(":")
        group = (configuration.get("LoggingConfig") or {}).get("LogGroup", "")
        # What a refusal names is the stream, whose name is not known yet here.
        stream = f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:one"
        session = role_of_function(configuration)
        if all(session.may(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents")):
            emit(function, *arguments, **more)

    return emitted


def with_destination_checked(route: Function) -> Function:
    """Wraps what sends an event that a function failed at where its `OnFailure` says."""

    def routed(target: str, function: str, *arguments: Any) -> None:
        configuration = lambda_svc._functions[function]["config"]
        if role_of_function(configuration).may("sqs:SendMessage", target):
            route(target, function, *arguments)

    return routed


def may_start(session: Session, target: Record) -> bool:
    """Whether a role may start the target, which is a state machine."""
    return session.may("states:StartExecution", target["Arn"])


def as_scheduler(invoke: Function) -> Function:
    """Wraps what invokes a target: rules and the Scheduler start executions by their roles.

    The Scheduler says when it was due. What it may not start goes to the queue of its target, which it needs to be
    allowed as well; a rule needs no permission of its role for that. AWS tries again for hours before (`RetryPolicy`);
    here nothing would change meanwhile.
    """

    def invoked(target: Record, event: Record, rule: Any, view: Any = None) -> None:
        if event.get("Source") != "aws.scheduler":
            if ":stateMachine:" not in target["Arn"] or may_start(Session(target["RoleArn"], "rule"), target):
                invoke(target, event, rule, view)
            elif queue := (target.get("DeadLetterConfig") or {}).get("Arn"):
                eventbridge._dispatch_to_sqs(parse_arn(queue), json.dumps(event, default=str), {})
            return
        session = Session(target["RoleArn"], "schedule")
        due = datetime.fromtimestamp(event["Time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        filled_in = target["Input"].replace("<aws.scheduler.scheduled-time>", due)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if may_start(session, target):
            invoke({**target, "Input": filled_in}, event, rule, view)
        elif queue and session.may("sqs:SendMessage", queue):
            eventbridge._dispatch_to_sqs(parse_arn(queue), json.dumps({"Input": filled_in}), {})

    return invoked
