"""Checks `template.yaml` as CloudFormation will see it, and makes the state machines readable for other linters.

cfn-lint looks at a SAM template without translating it, and so misses what is wrong inside `AWS::Serverless::*`: it is
given the translated template as well. `target/lint/` then has the state machines with their placeholders filled in.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from demo.package import located

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
DIRECTORY = ROOT / "target" / "lint"


def translate() -> Path:
    """The template without SAM."""
    # The translator asks for a Region to know the partition; nothing is called.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    template = located(
        TEMPLATE, lambda function: f"s3://artifacts/{function}.zip", lambda path: "s3://artifacts/machine"
    )
    translated = DIRECTORY / "template.json"
    translated.write_text(json.dumps(Translator({}, Parser()).translate(template, {}), indent=2))
    return translated


def fill_in(definition: Path) -> None:
    """A state machine with an example in place of each `${…}`."""
    text = definition.read_text().replace("${Partition}", "aws")
    text = re.sub(r"\$\{(\w+)Function\}", r"arn:aws:lambda:us-east-1:111122223333:function:\1", text)
    (DIRECTORY / definition.name).write_text(re.sub(r"\$\{\w+\}", "example", text))


def main() -> int:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for definition in (ROOT / "statemachines").glob("*.asl.json"):
        fill_in(definition)
    linter = Path(sys.executable).parent / "cfn-lint"
    return subprocess.run([linter, TEMPLATE, translate()], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
