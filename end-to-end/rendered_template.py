"""The template with everything filled in that CloudFormation would fill in, with names as long as AWS lets them be."""

import re
from pathlib import Path
from typing import Any

from harness.paths import TEMPLATE
from harness.template import translated

ACCOUNT = "111122223333"
NOTHING = object()
# What CloudFormation may make of a name that it chooses itself, by type, and how such a resource is referred to.
LONGEST_NAME = {
    "AWS::IAM::Role": 64,
    "AWS::Lambda::Function": 64,
    "AWS::S3::Bucket": 63,
    "AWS::SQS::Queue": 80,
    "AWS::SNS::Topic": 256,
    "AWS::Events::Rule": 64,
}


class Rendered:
    """One rendering, by default of the longest names in the partition with the longest name that we support."""

    def __init__(
        self,
        *,
        source: Path = TEMPLATE,
        stack: str = "s" * 64,
        partition: str = "aws-us-gov",
        region: str = "us-gov-west-1",
        **parameters: str,
    ) -> None:
        self.template = translated(source)
        self._pseudo = {
            "AWS::StackName": stack,
            "AWS::StackId": f"arn:{partition}:cloudformation:{region}:{ACCOUNT}:stack/{stack}/id",
            "AWS::Partition": partition,
            "AWS::Region": region,
            "AWS::AccountId": ACCOUNT,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NOTHING,
        }
        known_parameters = self.template["Parameters"].items()
        defaults = {name: str(known.get("Default", "none")) for name, known in known_parameters}
        self.parameters = defaults | parameters

    def resources(self, type: str) -> dict[str, dict[str, Any]]:
        """Properties of the resources of a type, by logical ids, as far as they are in the stack."""
        return {
            id: self.resolve(resource.get("Properties", {}))
            for id, resource in self.template["Resources"].items()
            if resource["Type"] == type and self._is_there(resource)
        }

    def names(self) -> set[str]:
        """Logical ids of the resources that are in the stack."""
        return {id for id, resource in self.template["Resources"].items() if self._is_there(resource)}

    def resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [found for item in value if (found := self.resolve(item)) is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            known = getattr(self, f"_{function.removeprefix('Fn::').lower()}", None)
            if known is not None and (function == "Ref" or function.startswith("Fn::")):
                return known(argument)
        return {key: found for key, item in value.items() if (found := self.resolve(item)) is not NOTHING}

    def condition(self, name: str) -> bool:
        return self._holds(self.template["Conditions"][name])

    def _holds(self, condition: Any) -> bool:
        [(function, argument)] = condition.items()
        if function == "Condition":
            return self.condition(argument)
        if function == "Fn::Equals":
            left, right = self.resolve(argument)
            return left == right
        inner = [self._holds(item) for item in argument]
        return {"Fn::Not": not inner[0], "Fn::And": all(inner), "Fn::Or": any(inner)}[function]

    def _is_there(self, resource: dict[str, Any]) -> bool:
        return "Condition" not in resource or self.condition(resource["Condition"])

    def _if(self, argument: list[Any]) -> Any:
        name, then, otherwise = argument
        return self.resolve(then if self.condition(name) else otherwise)

    def _join(self, argument: list[Any]) -> str:
        separator, parts = argument
        return separator.join(self.resolve(parts))

    def _split(self, argument: list[Any]) -> list[str]:
        separator, text = argument
        return self.resolve(text).split(separator)

    def _select(self, argument: list[Any]) -> str:
        index, parts = argument
        return self.resolve(parts)[int(index)]

    def _ref(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self.parameters:
            value = self.parameters[name]
            is_list = self.template["Parameters"][name]["Type"] == "CommaDelimitedList"
            return value.split(",") if is_list else value
        resource = self.template["Resources"][name]
        arn_by_ref = ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::IAM::ManagedPolicy")
        return self.arn(name) if resource["Type"] in arn_by_ref else self.name(name)

    def _getatt(self, argument: Any) -> str:
        name, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
        return self.arn(name) if attribute == "Arn" else self.name(name)

    def _sub(self, argument: Any) -> str:
        text, given = argument if isinstance(argument, list) else (argument, {})

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name in given:
                return str(self.resolve(given[name]))
            return str(self._getatt(name) if "." in name and ":" not in name else self._ref(name))

        return re.sub(r"\$\{([^!}]+)\}", fill, text)

    def name(self, id: str) -> str:
        """The name of a resource: the template's own, or one as long as CloudFormation may choose it."""
        resource = self.template["Resources"][id]
        for key in ("StateMachineName", "Name", "LogGroupName"):
            if key in resource.get("Properties", {}):
                return self.resolve(resource["Properties"][key])
        # Distinct: what is denied to all but one name must not be open to another of the same letters.
        return f"{id[:40]}-".lower().ljust(LONGEST_NAME.get(resource["Type"], 64), "x")

    def arn(self, id: str) -> str:
        type, name = self.template["Resources"][id]["Type"], self.name(id)
        partition, region = self._pseudo["AWS::Partition"], self._pseudo["AWS::Region"]
        service, resource = {
            "AWS::IAM::Role": ("iam", f"role/{name}"),
            "AWS::IAM::ManagedPolicy": ("iam", f"policy/{name}"),
            "AWS::S3::Bucket": ("s3", name),
            "AWS::Lambda::Function": ("lambda", f"function:{name}"),
            "AWS::StepFunctions::StateMachine": ("states", f"stateMachine:{name}"),
            "AWS::Logs::LogGroup": ("logs", f"log-group:{name}:*"),
            "AWS::Events::Rule": ("events", f"rule/{name}"),
            "AWS::CloudWatch::Alarm": ("cloudwatch", f"alarm:{name}"),
        }.get(type, (type.split("::")[1].lower(), name))
        place = {"iam": f":{ACCOUNT}", "s3": ":"}.get(service, f"{region}:{ACCOUNT}")
        return f"arn:{partition}:{service}:{place}:{resource}"
