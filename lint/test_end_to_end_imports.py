"""The check sees a circle, and only a circle."""

from pathlib import Path

from lint.end_to_end_imports import circle, imports


def modules(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_sees_a_circle_that_is_closed_inside_a_function(tmp_path: Path) -> None:
    folder = modules(
        tmp_path,
        conftest="def locked():\n    from locked import world\n",
        locked="import json\nfrom worlds import member\n",
        worlds="import conftest\n",
    )
    found = circle(imports(folder))
    assert found[0] == found[-1] and set(found) == {"conftest", "locked", "worlds"}


def test_takes_modules_that_import_one_another_one_way(tmp_path: Path) -> None:
    folder = modules(
        tmp_path, conftest="from locked import world\nfrom worlds import member\n", locked="import worlds\n"
    )
    assert imports(modules(folder, worlds="")) == {
        "conftest": {"locked", "worlds"},
        "locked": {"worlds"},
        "worlds": set(),
    }
    assert circle(imports(folder)) == []
