"""Organizations that tests begin with, and what is compared afterwards."""

import copy
import json
from typing import Any

from harness.organization import World, accounts
from harness.paths import ROOT

MANAGEMENT = "111122223333"


def demo_world() -> dict[str, Any]:
    """The organization of the demo, to be changed."""
    world: World = json.loads((ROOT / "demo" / "world.json").read_text())
    return world


def organization(*members: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A world with the deployment's account as the management account."""
    return {"management_account": MANAGEMENT, "accounts": [{"id": MANAGEMENT}, *members], **settings}


def member(number: int, *, dirty: bool = False, unit: str = "", tags: dict[str, str] | None = None) -> dict[str, Any]:
    """A member account; `unit` is its path under the root, `ou-…/ou-…`."""
    id = f"{555500000000 + number}"
    account: dict[str, Any] = {"id": id, "name": f"member-{number}", "tags": tags or {}}
    if unit:
        account["paths"] = [f"o-aaaaaaaaaa/r-aaaa/{unit}/"]
    if dirty:
        account["root"] = {"access_keys": [{"id": f"AKIA{id}0001"}]}
    return account


def changed_accounts(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Accounts that are not as they were."""
    now = accounts(after)
    return {id for id, account in accounts(before).items() if now[id] != account}


def only(world: dict[str, Any], account: str) -> set[str]:
    """Every account but one: what has to stay as it is when a run is about that one."""
    return set(accounts(world)) - {account}


def without(world: dict[str, Any], *ids: str) -> dict[str, Any]:
    """The world with some accounts left out, to compare the rest."""
    rest = copy.deepcopy(world)
    rest["accounts"] = [account for account in rest["accounts"] if account["id"] not in ids]
    return rest
