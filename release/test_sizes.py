"""A package that is too large, or not whole, is no package."""

import os
from pathlib import Path

import pytest

from harness.paths import TEMPLATE
from release import sizes

TEXT = """
Resources:
  Small:
    Metadata:
      BuildMethod: rust-cargolambda
  Role:
    Type: AWS::IAM::Role
  Large:
    Metadata:
      BuildMethod: rust-cargolambda
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEXT)
    return path


def built(directory: Path, name: str, content: bytes) -> None:
    (directory / name).mkdir()
    (directory / name / "bootstrap").write_bytes(content)


def test_names_the_function_that_is_too_large(tmp_path: Path, template: Path) -> None:
    built(tmp_path, "Small", bytes(9_000_000))  # which zips to nothing
    built(tmp_path, "Large", os.urandom(sizes.LIMIT_BYTES))
    said = sizes.complaints(sizes.measured(tmp_path, template))
    assert len(said) == 1, said
    assert said[0].startswith("Large has 3,00")


def test_names_the_function_that_was_not_built(tmp_path: Path, template: Path) -> None:
    built(tmp_path, "Small", b"small")
    assert sizes.complaints(sizes.measured(tmp_path, template)) == ["Large was not built"]


def test_takes_a_package_whose_functions_are_small(tmp_path: Path, template: Path) -> None:
    built(tmp_path, "Small", b"small")
    built(tmp_path, "Large", os.urandom(sizes.LIMIT_BYTES - 10_000))
    assert sizes.complaints(sizes.measured(tmp_path, template)) == []


def test_a_template_without_functions_is_no_success(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources:\n")
    assert sizes.complaints(sizes.measured(tmp_path, template)) == ["the template names no function that is built"]


def test_finds_every_function_of_our_own_template() -> None:
    found = sizes.functions(TEMPLATE)
    assert len(found) == TEMPLATE.read_text().count("Type: AWS::Serverless::Function")
    assert {"DeleteCredentials", "Approvals"} <= set(found)
