"""Names that this project used once and uses no more: none of them may come back.

One word stands for one thing here. Whoever renames something adds the old name to the list below; `make lint` then
finds what was overlooked, and what a later change brings back. Comments and prose are free to use the words.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pygments import lex
from pygments.lexers import JsonLexer, PythonLexer, RustLexer, YamlLexer
from pygments.token import Comment, Literal, String

_LEXERS = {".rs": RustLexer, ".py": PythonLexer, ".json": JsonLexer, ".yaml": YamlLexer, ".yml": YamlLexer}

# What AWS or somebody else wrote, and this list.
_NOT_OURS = (
    "samples/",
    "events/",
    "simulator/tests/observations.json",
    "lint/retired_words.py",
    "lint/test_retired_words.py",
)

# The old name, and what stands for it now. As whole words, in code and in texts that programs read.
RETIRED = {
    "a_second": "per_second",
    "admit": "check_eligibility, or People::check",
    "ApprovalNotAsked": "ApprovalNotRequested",
    "Ask": "ApprovalRequest",
    "asked_key": "request_key",
    "AskForApproval": "RequestApproval",
    "AsTheRequestSays": "StarterOfRequest",
    "AuditAndListOn": "AuditAndSelectNext",
    "audits_before": "the chain of audit records",
    "ByAnother": "ConcurrentWriteError",
    "Concern": "match",
    "EachLeftOut": "EachIneligible",
    "ExemptionsAndSwitchByOperators": "ExemptionsAndPauseByOperators",
    "held_back": "protected",
    "HeldBack": "ProtectedCredential",
    "hold_back": "protection",
    "HowItEnds": "OutcomeOfRun",
    "InvalidInput": "InputError",
    "InvalidValue": "ValueError",
    "kill_switch": "pause",
    "KillSwitch": "Pause",
    "left_out": "ineligible, or excepted in a policy",
    "LeftOut": "Ineligible",
    "LeftOutAccount": "IneligibleAccount",
    "met_another": "changed_since_planned",
    "News": "AccountChange",
    "NobodyKnown": "NoStarter",
    "NotAdmitted": "EligibilityError",
    "NotAMember": "MembershipError",
    "NotAPattern": "PatternError",
    "NotAPerson": "PersonError",
    "NotCarriedOut": "ApprovalError",
    "NotDone": "RequestError",
    "NotInLedger": "LedgerError",
    "PolicyOf": "PolicySubject",
    "PolicyRefusal": "PolicyWriteError",
    "ProtectedKey": "ProtectedCredential",
    "QuestionsByAccessRequests": "ApprovalRequestsByAccessRequests",
    "Refusal": "DecisionError",
    "root_access": "aws",
    "rootwarden_root_access": "rootwarden_aws",
    "ROOTWARDEN_TAKES": "ROOTWARDEN_ENDPOINT",
    "RunIs": "ExecutionState",
    "Standing": "Eligibility",
    "Takes": "Endpoint",
    "told_to": "answer_to",
    "Verdict": "DecisionRequest, or LockOut",
    "wait_for_question": "wait_for_approval_request",
    "WhoStartedIt": "HasStarter",
    "why_left_out": "why_ineligible",
    "Widening": "NewAccess",
    "widenings": "new_access",
}

# In a string, and in a plain value of YAML, such a word may be prose.
_ENGLISH = re.compile("[A-Z]?[a-z]+")


def is_within(token: tuple[str, ...], kind: tuple[str, ...]) -> bool:
    """Whether a token is of a kind, which is a path from the general to the special."""
    return token[: len(kind)] == kind


def is_text(token: tuple[str, ...]) -> bool:
    return is_within(token, String) or is_within(token, Literal.Scalar)


def retired_words(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Each retired name in a file's code or strings, with its line."""
    line = 1
    for token, value in lex(text, _LEXERS[Path(name).suffix](stripnl=False, ensurenl=False)):
        if not is_within(token, Comment) and not is_within(token, String.Doc):
            for offset, part in enumerate(value.split("\n")):
                for word in re.findall(r"\w+", part):
                    if word in RETIRED and not (is_text(token) and _ENGLISH.fullmatch(word)):
                        yield line + offset, word
        line += value.count("\n")


def main() -> int:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
    files = [name for name in listed if Path(name).suffix in _LEXERS and not name.startswith(_NOT_OURS)]
    found = [
        f"{name}:{line}: `{word}` is retired: {RETIRED[word]}"
        for name in files
        for line, word in retired_words(name, Path(name).read_text(encoding="utf-8"))
    ]
    print("\n".join(found) if found else f"{len(files)} files, {len(RETIRED)} retired names: none is left")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
