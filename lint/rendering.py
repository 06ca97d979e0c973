"""Checks both templates as CloudFormation will see it, and makes the state machines readable for other linters.

cfn-lint looks at a SAM template without translating it, and so misses what is wrong inside `AWS::Serverless::*`: it is
given the translated template as well. `target/lint/` then has the state machines with their placeholders filled in.
"""

import json
import subprocess
import sys
from pathlib import Path

from harness.paths import MANAGEMENT_TEMPLATE, ROOT, TARGET, TEMPLATE
from harness.template import filled_in, translated

DIRECTORY = TARGET / "lint"


def main() -> int:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for definition in (ROOT / "statemachines").glob("*.asl.json"):
        (DIRECTORY / definition.name).write_text(filled_in(definition))
    checked = [TEMPLATE, MANAGEMENT_TEMPLATE]
    for source in (TEMPLATE, MANAGEMENT_TEMPLATE):
        template = DIRECTORY / source.with_suffix(".json").name
        template.write_text(json.dumps(translated(source), indent=2))
        checked.append(template)
    linter = Path(sys.executable).parent / "cfn-lint"
    return subprocess.run([linter, *checked], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
