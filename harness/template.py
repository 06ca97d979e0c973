"""The template as CloudFormation gets it, without SAM; and the state machines with their placeholders filled in."""

import json
import os
import re
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from harness.package import located
from harness.paths import TEMPLATE

# What a definition needs more than a word for.
EXAMPLES = {"Partition": "aws", "Mode": "report", "NightlyExclude": '{"accounts": ["111122223333"], "tags": []}'}


def translated(path: Path = TEMPLATE) -> dict[str, Any]:
    """A template without SAM: by default the project's own."""
    # The translator asks for a Region to know the partition; nothing is called.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    template = located(path, lambda function: f"s3://artifacts/{function}.zip", lambda path: "s3://artifacts/machine")
    return Translator({}, Parser()).translate(template, {})


def filled_in(definition: Path) -> str:
    """A state machine with an example in place of each `${…}`, as CloudFormation would put it there.

    A file that is no JSON before its placeholders are filled in has to be JSON afterwards.
    """
    text = definition.read_text()
    for name, example in EXAMPLES.items():
        text = text.replace(f"${{{name}}}", example)
    text = re.sub(r"\$\{(\w+)Function\}", r"arn:aws:lambda:us-east-1:111122223333:function:\1", text)
    text = re.sub(r"\$\{\w+\}", "example", text)
    json.loads(text)
    return text
