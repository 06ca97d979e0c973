"""Checks the templates as CloudFormation will see them, and makes the state machines readable for other linters.

cfn-lint looks at a SAM template without translating it, and so misses what is wrong inside `AWS::Serverless::*`: it is
given the translated templates as well. `target/lint/` then has these, for checkov, and the state machines with their
placeholders filled in.
"""

import json
import subprocess
import sys
from pathlib import Path

from harness.paths import (
    MANAGEMENT_TEMPLATE,
    MANAGEMENT_WATCH_TEMPLATE,
    REGION_WATCH_TEMPLATE,
    ROOT,
    TARGET,
    TEMPLATE,
)
from harness.template import filled_in, translated

DIRECTORY = TARGET / "lint"
# Those that SAM translates, and those that are CloudFormation's own.
SAM = [TEMPLATE, MANAGEMENT_TEMPLATE, MANAGEMENT_WATCH_TEMPLATE]
PLAIN = [REGION_WATCH_TEMPLATE]


def main() -> int:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for definition in (ROOT / "statemachines").glob("*.asl.json"):
        (DIRECTORY / definition.name).write_text(filled_in(definition))
    templates = [*SAM, *PLAIN]
    for path in SAM:
        template = DIRECTORY / f"{path.stem}.json"
        template.write_text(json.dumps(translated(path), indent=2))
        templates.append(template)
    linter = Path(sys.executable).parent / "cfn-lint"
    return subprocess.run([linter, *templates], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
