"""The check of imports sees every form of a circle between folders, and nothing else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lint import imports
from lint.imports import problems


def crate(directory: Path, files: dict[str, str], *, root: str = "src/lib.rs") -> dict[str, Any]:
    """A workspace of one crate, as `cargo metadata` tells of it."""
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    return {"packages": [package("rootwarden-domain", targets=[{"src_path": str(directory / root)}])]}


def package(
    name: str, *uses: str, in_tests: Sequence[str] = (), targets: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    dependencies = [{"name": used, "kind": None} for used in uses]
    dependencies += [{"name": used, "kind": "dev"} for used in in_tests]
    folder = "functions" if name == "audit-accounts" else "shared"
    return {
        "name": name,
        "manifest_path": f"/r/{folder}/{name}/Cargo.toml",
        "dependencies": dependencies,
        "targets": targets,
    }


# Two folders and a file: `high` stands on `low`, and both on `text`.
ONE_WAY = {
    "src/lib.rs": "pub mod high;\npub mod low;\nmod text;\n\npub use low::thing::Thing;\n",
    "src/high.rs": "pub mod use_of_it;\npub mod beside;\n",
    "src/high/use_of_it.rs": "use crate::{Thing, text::{self, shown as said}};\nuse super::beside::Other;\n",
    # Files of one folder may know each other.
    "src/high/beside.rs": "use super::use_of_it::Used;\npub struct Other;\n",
    "src/low.rs": "pub mod thing;\n",
    "src/low/thing.rs": 'pub struct Thing;\n\n#[cfg(test)]\n#[path = "thing_tests.rs"]\nmod tests;\n',
    "src/low/thing_tests.rs": "use super::*;\n",
    "src/text.rs": "pub fn shown() {}\n",
}


def test_takes_folders_that_import_one_another_one_way(tmp_path: Path) -> None:
    assert problems(crate(tmp_path, ONE_WAY)) == []


def test_a_circle_is_shown_with_each_place_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    thing = "pub struct Thing;\n\nuse crate::{\n    text::shown,\n    high::beside::{Other},\n};\n"
    workspace = crate(tmp_path, {**ONE_WAY, "src/low/thing.rs": thing})
    (problem,) = problems(workspace)
    assert problem.splitlines() == [
        "rootwarden-domain: imported in a circle in crate: high → low → high",
        f"    {tmp_path}/src/high/use_of_it.rs:1: high imports crate::Thing, of low",
        f"    {tmp_path}/src/low/thing.rs:5: low imports crate::high::beside::Other, of high",
    ]
    monkeypatch.setattr(imports, "workspace", lambda: workspace)
    assert imports.main() == 1
    assert problem in capsys.readouterr().err
    monkeypatch.setattr(imports, "workspace", lambda: crate(tmp_path, ONE_WAY))
    assert imports.main() == 0


PASSED_ON = """
pub use high as short;
pub use high::beside::{self as Renamed, Other as Short};
pub mod everything { pub use crate::high::beside::*; pub mod again { pub use super::*; } }
"""


@pytest.mark.parametrize(
    "code",
    [
        "use crate::high::beside::Other as Another;",
        "use super::super::high::{beside::{Other}};",
        "use crate::high::*;",
        "fn f() { use crate::high::beside::Other; }",
        "fn f() -> crate::high::beside::Other { todo!() }",
        "fn f() { crate::high::beside::f::<u8>(1); }",
        "fn f() { assert!(crate::high::beside::f()); }",
        "fn f() { let it = <crate::high::beside::Other as Into<u8>>::into; }",
        "macro_rules! m { () => { $crate::high::beside::f() } }",
        "impl From<Thing> for crate::high::beside::Other {}",
        '#[derive(Deserialize)]\npub struct S { #[serde(with = "crate::high::beside")] field: u8 }',
        "#[cfg(test)]\nmod tests { use super::*; use crate::high::beside::Other; }",
        "mod inner { use super::super::super::high; }",
        # Through the short path of the crate's root, and through one that renames.
        "use crate::Short;",
        "use crate::Renamed::New;",
        "use crate::short::beside;",
        "use crate::everything::*;",
        "use crate::everything::again::Other;",
    ],
)
def test_sees_an_import_in_every_form(tmp_path: Path, code: str) -> None:
    root = ONE_WAY["src/lib.rs"] + PASSED_ON
    files = {**ONE_WAY, "src/lib.rs": root, "src/low/thing.rs": f"pub struct Thing;\n{code}\n"}
    (problem,) = problems(crate(tmp_path, files))
    assert "high → low → high" in problem


@pytest.mark.parametrize(
    "code",
    [
        "// use crate::high::beside::Other;",
        "/// As [`crate::high::beside::Other`].\npub struct Said;",
        "pub(in crate::low) struct Seen;",
        "thread_local! { pub(in crate::low) static SEEN: u8 = 1; }",
        'const TEXT: &str = "look at crate::high::beside";',
        "use high::beside::Other;",
        "use ::high::beside::Other;",
    ],
)
def test_takes_what_is_no_import_of_the_crate(tmp_path: Path, code: str) -> None:
    assert problems(crate(tmp_path, {**ONE_WAY, "src/low/thing.rs": f"pub struct Thing;\n{code}\n"})) == []


def test_a_folder_and_a_file_beside_it_form_no_circle_at_any_level(tmp_path: Path) -> None:
    files = {
        "src/lib.rs": "mod outer;\n",
        "src/outer.rs": "mod file;\nmod folder;\n",
        "src/outer/file.rs": "use super::folder::inside::B;\npub struct A;\n",
        "src/outer/folder.rs": "pub mod inside;\n",
        "src/outer/folder/inside.rs": "use crate::outer::file::A;\npub struct B;\n",
    }
    (problem,) = problems(crate(tmp_path, files))
    assert "in crate::outer: folder → file → folder" in problem
    assert problems(crate(tmp_path, {**files, "src/outer/file.rs": "pub struct A;\n"})) == []


def test_the_shortest_circle_is_shown_of_several(tmp_path: Path) -> None:
    files = {
        "src/lib.rs": "mod a;\nmod b;\nmod c;\nmod d;\n",
        "src/a.rs": "use crate::b::B;\npub struct A;\n",
        "src/b.rs": "use crate::c::C;\npub struct B;\n",
        "src/c.rs": "use crate::{a::A, d::D};\npub struct C;\n",
        "src/d.rs": "use crate::c::C;\npub struct D;\n",
    }
    (problem,) = problems(crate(tmp_path, files))
    assert "c → d → c" in problem


def test_a_folder_does_not_import_the_file_that_uses_it(tmp_path: Path) -> None:
    files = {
        "src/lib.rs": "mod part;\nuse part::Part;\npub struct Whole(Part);\n",
        "src/part.rs": "pub struct Part;\nimpl crate::Whole {}\n",
    }
    (problem,) = problems(crate(tmp_path, files))
    assert "lib.rs → part → lib.rs" in problem
    # Passing it on is no use of it.
    files["src/lib.rs"] = "mod part;\npub use part::Part;\npub struct Whole;\n"
    assert problems(crate(tmp_path, files)) == []
    files["src/lib.rs"] = "mod part;\npub use part::Part;\npub struct Whole(Part);\n"
    assert len(problems(crate(tmp_path, files))) == 1


def test_a_file_is_no_folder_because_of_its_tests(tmp_path: Path) -> None:
    files = {
        "src/lib.rs": "mod outer;\n",
        "src/outer.rs": "mod part;\nuse part::Part;\npub struct Whole(Part);\n",
        "src/outer/part.rs": "pub struct Part;\n#[cfg(test)]\nmod tests;\n",
        "src/outer/part/tests.rs": "use crate::outer::Whole;\n",
    }
    assert problems(crate(tmp_path, files)) == []


def test_what_cannot_be_read_fails(tmp_path: Path) -> None:
    (gone,) = problems(crate(tmp_path, {"src/lib.rs": "mod gone;\n"}))
    assert gone == f"{tmp_path}/src/gone.rs: it is declared, and not there"
    (broken,) = problems(crate(tmp_path, {"src/lib.rs": "fn f( {\n"}))
    assert broken == f"{tmp_path}/src/lib.rs: it cannot be parsed"


def test_crates_use_one_another_one_way_and_one_of_them_calls_aws() -> None:
    good = [
        package("rootwarden-domain", "serde"),
        package("rootwarden-aws", "rootwarden-domain", "aws-sdk-sts", "tokio"),
        package("rootwarden-simulator", "aws-smithy-types", in_tests=["aws-sdk-s3"]),
        package("audit-accounts", "rootwarden-aws", "rootwarden-domain", "lambda_runtime"),
        package("rootwarden-tests", "audit-accounts", "rootwarden-simulator", in_tests=["aws-sdk-s3"]),
    ]
    assert problems({"packages": good}) == []
    for wrong, named in [
        (package("rootwarden-domain", "rootwarden-aws"), "rootwarden-domain uses rootwarden-aws"),
        (package("rootwarden-domain", "aws-types"), "rootwarden-domain uses aws-types"),
        (package("rootwarden-domain", "tokio"), "rootwarden-domain uses tokio"),
        (package("audit-accounts", "aws-sdk-sts"), "audit-accounts uses aws-sdk-sts"),
        (package("audit-accounts", "rootwarden-simulator"), "audit-accounts uses rootwarden-simulator"),
        (package("rootwarden-simulator", "rootwarden-domain"), "rootwarden-simulator uses rootwarden-domain"),
        (package("another"), "another: lint/crates.py does not say what it may use"),
    ]:
        (problem,) = problems({"packages": [*(one for one in good if one["name"] != wrong["name"]), wrong]})
        assert problem.startswith(named)
