"""A bill of materials names everything that Cargo.lock builds into a function."""

from typing import Any

import pytest

from harness.paths import ROOT
from release import sbom


@pytest.fixture(scope="module")
def resolved() -> sbom.Metadata:
    return sbom.metadata()


@pytest.fixture(scope="module")
def sums() -> dict[tuple[str, str], str]:
    return sbom.checksums((ROOT / "Cargo.lock").read_text())


def components(bill: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {component["name"]: component for component in bill["components"]}


def test_there_is_a_bill_for_every_function(resolved: sbom.Metadata) -> None:
    assert set(sbom.functions(resolved)) == {path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml")}


def test_every_crate_of_a_registry_has_the_checksum_of_the_lock(
    resolved: sbom.Metadata, sums: dict[tuple[str, str], str]
) -> None:
    found = components(sbom.bill(resolved, sums, "delete-credentials"))
    assert len(found) > 100
    own = {name for name, component in found.items() if "hashes" not in component}
    assert own == {"crc-fast", "rootwarden-aws", "rootwarden-domain", "rootwarden-lambda"}
    assert {name for name, component in found.items() if "purl" not in component} == own
    assert found["aws-lc-rs"]["hashes"][0]["content"] == sums["aws-lc-rs", found["aws-lc-rs"]["version"]]


def test_what_only_builds_or_tests_is_not_called_a_part(
    resolved: sbom.Metadata, sums: dict[tuple[str, str], str]
) -> None:
    found = components(sbom.bill(resolved, sums, "audit-accounts"))
    assert found["cc"]["scope"] == "excluded"
    assert found["aws-sdk-sts"]["scope"] == "required"
    assert not {"proptest", "rootwarden-simulator", "rootwarden-tests"} & set(found)


def test_a_report_deployment_does_not_contain_the_code_that_deletes(
    resolved: sbom.Metadata, sums: dict[tuple[str, str], str]
) -> None:
    for function in set(sbom.functions(resolved)) - {"delete-credentials"}:
        assert "delete-credentials" not in components(sbom.bill(resolved, sums, function)), function


def test_the_same_lock_makes_the_same_bill(resolved: sbom.Metadata, sums: dict[tuple[str, str], str]) -> None:
    assert sbom.bill(resolved, sums, "account-joined") == sbom.bill(resolved, sums, "account-joined")
