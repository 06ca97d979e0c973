"""The paths that Rust code names, and its imports.

On the syntax tree of tree-sitter, so that grouped, nested and renamed imports, paths in the middle of code and paths
inside of macros are found alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tree_sitter import Node

# A path as it is written, `crate` and `super` in it; `*` stands for all that a module has.
Names: TypeAlias = tuple[str, ...]

# What a path begins with that says where it starts.
ANCHORS = {"crate", "self", "super"}
# Imports and modules inside are read on their own.
PASSED_OVER = {"block_comment", "line_comment", "mod_item", "use_declaration", "visibility_modifier"}
PATH_PARTS = {"crate", "identifier", "metavariable", "self", "super", "type_identifier"}


@dataclass(frozen=True)
class Reference:
    """A path that a module names. `passed_on` is the name under which it does no more than let others import that."""

    names: Names
    line: int
    passed_on: str | None = None


def text(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode()


def is_public(node: Node) -> bool:
    return any(child.type == "visibility_modifier" for child in node.children)


def leaves(node: Node) -> Iterator[Node]:
    """What paths in code and in macros are made of, in its order, and what stands between them."""
    if node.type in PASSED_OVER:
        return
    if not node.children or node.type == "string_literal":
        yield node
        return
    before = None
    for child in node.children:
        # What follows `pub` inside of a macro says who may see something, as `visibility_modifier` does elsewhere.
        if before is None or before.type != "pub":
            yield from leaves(child)
        before = child


def paths(node: Node) -> Iterator[Reference]:
    """The paths that code names: `a::b`, and in attributes also as a text, as serde takes it."""
    path: list[str] = []
    line, is_joined = 0, False
    for leaf in leaves(node):
        if leaf.type == "::":
            is_joined = True
            continue
        if not is_joined:
            yield from reference(path, line)
            path, line = [], leaf.start_point.row + 1
        is_part = leaf.type in PATH_PARTS
        # A name behind a `::` that continues no path is a part of a type: `<T as A>::b`.
        if is_part and (path or not is_joined):
            path.append(text(leaf).removeprefix("$"))
        elif not is_part:
            yield from reference(path, line)
            path = []
        if leaf.type == "string_literal":
            yield from reference(text(leaf).strip('"').split("::"), line, among=ANCHORS)
        is_joined = False
    yield from reference(path, line)


def reference(path: list[str], line: int, among: set[str] | None = None) -> Iterator[Reference]:
    if len(path) > 1 and (among is None or path[0] in among):
        yield Reference(tuple(path), line)


def imported(node: Node, before: Names = ()) -> Iterator[tuple[Names, str, int]]:
    """The leaves of a `use` tree: the path, the name that it gets here, and the line."""
    line = node.start_point.row + 1
    if node.type == "use_as_clause":
        names = (*before, *segments(node.child_by_field_name("path")))
        yield names, text(node.child_by_field_name("alias")), line
    elif node.type == "use_wildcard":
        yield (*before, *(name for child in node.named_children for name in segments(child)), "*"), "*", line
    elif node.type == "scoped_use_list":
        inside = (*before, *segments(node.child_by_field_name("path")))
        for child in node.named_children:
            if child.type == "use_list":
                yield from imported(child, inside)
    elif node.type == "use_list":
        for child in node.named_children:
            if child.type not in {"line_comment", "block_comment"}:
                yield from imported(child, before)
    elif node.type == "self" and before:
        yield before, before[-1], line
    else:
        names = (*before, *segments(node))
        yield names, names[-1], line


def segments(node: Node | None) -> Names:
    """The names of a path; a first one that is empty stands for `::` at its beginning."""
    if node is None:
        return ()
    if node.type == "scoped_identifier":
        return (*(segments(node.child_by_field_name("path")) or ("",)), text(node.child_by_field_name("name")))
    return (text(node),)


def attribute(attributes: list[Node], name: str) -> Node | None:
    """What stands in an attribute: behind its `=`, or in its brackets."""
    for item in attributes:
        inside = item.named_children[0]
        if text(inside.named_children[0]) == name:
            return inside.child_by_field_name("value") or inside.child_by_field_name("arguments")
    return None


def uses(node: Node) -> Iterator[Node]:
    """The `use` declarations in an item, wherever they stand."""
    if node.type == "use_declaration":
        yield node
    elif node.type != "mod_item":
        for child in node.children:
            yield from uses(child)
