"""Organizations of any size to measure on: AWS's published limits, a latency for every call, some accounts to clean."""

from typing import Any

from harness.organization import World

MANAGEMENT = "111122223333"
_CERTIFICATE = "TA{id}0001CERTIFICATE0001"

# What accounts with root credentials hold, in turn: each kind alone, the usual pairs, everything at once.
_MIXES = (
    ("access_keys",),
    ("password", "mfa_devices"),
    ("password",),
    ("signing_certificates",),
    ("access_keys", "password", "mfa_devices"),
    ("mfa_devices",),
    ("access_keys", "signing_certificates", "password", "mfa_devices"),
)
# One account in so many is suspended, holds credentials, and has to be left alone.
_SUSPENDED_EVERY = 250


def organization(size: int, dirty: float, latency_milliseconds: int) -> World:
    """An organization of `size` accounts, the management account among them, of which a share `dirty` is to be cleaned.

    The same arguments give the same organization. The accounts to be cleaned lie evenly among the others.
    """
    wanted = round(size * dirty)
    accounts: list[dict[str, Any]] = [{"id": MANAGEMENT, "name": "management"}]
    cleaned = 0
    for number in range(1, size):
        account: dict[str, Any] = {"id": f"{200_000_000_000 + number:012}", "name": f"account-{number}"}
        if number % _SUSPENDED_EVERY == 100:
            account |= {"state": "SUSPENDED", "root": _root(account["id"], _MIXES[-1])}
        elif cleaned < wanted and number * wanted >= cleaned * size:
            account["root"] = _root(account["id"], _MIXES[cleaned % len(_MIXES)])
            cleaned += 1
        accounts.append(account)
    return {
        "management_account": MANAGEMENT,
        "accounts": accounts,
        "limits": "published",
        "latency_milliseconds": latency_milliseconds,
    }


def _root(id: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    everything = {
        "access_keys": [{"id": f"AKIA{id}0001"}, {"id": f"AKIA{id}0002", "status": "Inactive"}],
        "signing_certificates": [{"id": _CERTIFICATE.format(id=id)}],
        "password": {},
        "mfa_devices": [{"serial": f"arn:aws:iam::{id}:mfa/root-account-mfa-device"}],
    }
    return {kind: everything[kind] for kind in kinds}
