"""The modules of a Rust crate, what each of them imports, and where that is defined.

Names are followed through re-exports to the module that defines them: a circle behind a short path is one.

Limits: what a macro makes is not seen, nor is a method that another module gives a type. Code under `cfg` always
counts.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import tree_sitter_rust
from tree_sitter import Language, Node, Parser

from lint.rust_paths import PATH_PARTS, Names, Reference, attribute, imported, is_public, leaves, paths, text, uses

PARSER = Parser(Language(tree_sitter_rust.language()))

# A module by its names from the crate's root on, which is the empty one.
ModulePath: TypeAlias = tuple[str, ...]
ITEMS = {
    "const_item",
    "enum_item",
    "function_item",
    "macro_definition",
    "static_item",
    "struct_item",
    "trait_item",
    "type_item",
    "union_item",
}


class UnreadableError(Exception):
    """A source file that cannot be read as Rust, or is not where its declaration says."""


@dataclass
class Module:
    path: ModulePath
    file: Path
    # The module that its file is of: itself, or the one around it.
    home: ModulePath
    items: set[str] = field(default_factory=set)
    # What it imports, by the name that it gives it.
    imports: dict[str, Names] = field(default_factory=dict)
    # Those of them that others can import from here, and the modules of which that holds for everything.
    exports: set[str] = field(default_factory=set)
    globs: list[Names] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    # Every name in its code, imports aside.
    spoken: set[str] = field(default_factory=set)
    # Whether modules of its own lie in a directory of its name.
    is_folder: bool = False


class Crate:
    """One target of a package: a library, a program or a test, by its first file."""

    def __init__(self, root: Path) -> None:
        self.modules: dict[ModulePath, Module] = {}
        self._read_file((), root, root.parent)

    def _read_file(self, path: ModulePath, file: Path, directory: Path) -> None:
        """Reads a module in a file of its own; `directory` is where its own modules lie."""
        if not file.is_file():
            raise UnreadableError(f"{file}: it is declared, and not there")
        tree = PARSER.parse(file.read_bytes())
        if tree.root_node.has_error:
            raise UnreadableError(f"{file}: it cannot be parsed")
        self._read(Module(path, file, path), tree.root_node, directory)

    def _read(self, module: Module, body: Node, directory: Path) -> None:
        self.modules[module.path] = module
        attributes: list[Node] = []
        for node in body.named_children:
            if node.type == "attribute_item":
                attributes.append(node)
            elif node.type == "mod_item":
                self._read_mod(module, node, attributes, directory)
            elif node.type in ITEMS:
                module.items.add(text(node.child_by_field_name("name")))
            if node.type not in {"attribute_item", "line_comment", "block_comment"}:
                attributes = []
            module.references += paths(node)
            module.spoken |= {text(leaf) for leaf in leaves(node) if leaf.type in PATH_PARTS}
            for use in uses(node):
                self._read_use(module, use)

    def _read_mod(self, module: Module, node: Node, attributes: list[Node], directory: Path) -> None:
        name = text(node.child_by_field_name("name"))
        path = (*module.path, name)
        body = node.child_by_field_name("body")
        if body is not None:
            self._read(Module(path, module.file, module.home), body, directory / name)
            return
        if (elsewhere := attribute(attributes, "path")) is not None:
            file = module.file.parent / text(elsewhere).strip('"')
            self._read_file(path, file, file.parent)
            return
        # A file is no folder because its tests lie beside it.
        module.is_folder |= text(attribute(attributes, "cfg")) != "(test)"
        file, other = directory / f"{name}.rs", directory / name / "mod.rs"
        self._read_file(path, file if file.is_file() or not other.is_file() else other, directory / name)

    @staticmethod
    def _read_use(module: Module, node: Node) -> None:
        argument = node.child_by_field_name("argument")
        for names, name, line in imported(argument) if argument is not None else ():
            module.references.append(Reference(names, line, name if is_public(node) else None))
            if name == "*":
                module.globs += [names[:-1]] if is_public(node) else []
                continue
            module.imports[name] = names
            if is_public(node):
                module.exports.add(name)

    def defined_in(self, module: Module, names: Names) -> set[ModulePath]:
        """The files' modules that define what a path names, seen from `module`; none for what is of other crates."""
        found = self._found(module.path, names, frozenset())
        if found is None:
            return set()
        where, rest = self.modules[found[0]], found[1]
        return self._everything_of(where, frozenset()) if rest == ("*",) else {where.home}

    def _everything_of(self, module: Module, seen: frozenset[ModulePath]) -> set[ModulePath]:
        """Where all of it is defined that others can import from a module."""
        homes = {module.home}
        for name in module.exports:
            homes |= self.defined_in(module, ("self", name))
        for names in module.globs:
            found = self._found(module.path, names, frozenset())
            if found is not None and found[0] not in seen:
                homes |= self._everything_of(self.modules[found[0]], seen | {module.path})
        return homes

    def _found(
        self, start: ModulePath, names: Names, seen: frozenset[tuple[ModulePath, Names]]
    ) -> tuple[ModulePath, Names] | None:
        """The module that a path leads to, and what is left of the path: nothing, or an item of that module."""
        if (start, names) in seen:
            return None
        seen |= {(start, names)}
        here, rest = start, names
        if rest and rest[0] == "crate":
            here, rest = (), rest[1:]
        elif rest and rest[0] in {"self", "super"}:
            while rest and rest[0] in {"self", "super"}:
                here, rest = (here[:-1] if rest[0] == "super" else here), rest[1:]
        elif not self._knows(here, rest[0]):
            return None
        while rest:
            name = rest[0]
            if (*here, name) in self.modules:
                here, rest = (*here, name), rest[1:]
                continue
            return self._followed(here, rest, seen) or (here, rest)
        return here, rest

    def _knows(self, where: ModulePath, name: str) -> bool:
        module = self.modules[where]
        return (*where, name) in self.modules or name in module.imports or name in module.items

    def _followed(
        self, where: ModulePath, names: Names, seen: frozenset[tuple[ModulePath, Names]]
    ) -> tuple[ModulePath, Names] | None:
        """The same for a name that a module has from another one."""
        module = self.modules[where]
        name, rest = names[0], names[1:]
        if name in module.items:
            return None
        if name in module.imports:
            return self._found(where, (*module.imports[name], *rest), seen)
        for glob in module.globs:
            found = self._found(where, glob, seen)
            if found is None or found[1]:
                continue
            if self._knows(found[0], name):
                return self._found(found[0], ("self", *names), seen)
            if (deeper := self._followed(found[0], names, seen | {(where, glob)})) is not None:
                return deeper
        return None
