"""The reader's choice: modules that are open or closed whatever the level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import networkx as nx

from visualize.core.architecture import Architecture, Group, Layer, Role
from visualize.core.matching import matching_paths


@dataclass(frozen=True)
class Choice:
    """Modules that are open or closed whatever the level, by path.

    Of several around an operation the innermost decides; one that is in both is open.
    """

    opened: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, expand: Iterable[str], collapse: Iterable[str], modules: Mapping[str, str]
    ) -> Choice:
        """The modules that patterns name: paths, globs or classes.

        Raises:
            UsageError: a pattern names none.
        """
        return cls(
            frozenset().union(*(matching_paths(each, modules, "--expand") for each in expand)),
            frozenset().union(*(matching_paths(each, modules, "--collapse") for each in collapse)),
        )

    def at_depth(self, depth: int, modules: Iterable[str]) -> Choice:
        """This choice, with every module ``depth`` steps below the model closed as well."""
        deep = {path for path in modules if path and path.count(".") + 1 == depth}
        return replace(self, closed=self.closed | deep)

    def closes(self, layer: Layer) -> str | None:
        """The call of a module that is to be closed over ``layer``, if there is one."""
        for call in reversed(layer.scope):
            path = call.partition("@")[0]
            if path in self.opened:
                return None
            if path in self.closed:
                return call
        return None


def mark_closed(architecture: Architecture, choice: Choice) -> tuple[Architecture, frozenset[str]]:
    """Make each call of a closed module a group; return the ids of these groups as well."""
    groups = {group.id: group for group in architecture.groups}
    graph = nx.MultiDiGraph(architecture.graph)
    closed: set[str] = set()
    for layer in architecture.layers:
        call = choice.closes(layer)
        if call is None:
            continue
        path = call.partition("@")[0]
        if call not in closed:
            kind = architecture.modules.get(path, "")
            parent = _around(layer.group, path, groups)
            groups[call] = Group(call, Role.BLOCK, kind, path, label=path, parent=parent)
            closed.add(call)
        graph.nodes[layer.id]["layer"] = replace(layer, group=call)
    return replace(architecture, graph=graph, groups=tuple(groups.values())), frozenset(closed)


def open_groups(architecture: Architecture, choice: Choice) -> frozenset[str]:
    """The groups that open because a module in them is to be open, or they themselves are."""
    groups = {group.id: group for group in architecture.groups}
    inside: dict[str, set[str]] = {}
    opened: dict[str, set[str]] = {}
    for layer in architecture.layers:
        group = layer.group
        while group:
            inside.setdefault(group, set()).add(layer.id)
            group = groups[group].parent
        for call in layer.scope:
            path = call.partition("@")[0]
            if path in choice.opened:
                opened.setdefault(path, set()).add(layer.id)
    return frozenset(
        group
        for group, layers in inside.items()
        if any(module <= layers for module in opened.values())
    )


def _around(group: str, path: str, groups: Mapping[str, Group]) -> str:
    """The innermost group around a module: a stage, or a block that holds it."""
    while group:
        found = groups[group]
        inside = path == found.path or found.path.startswith(f"{path}.")
        if (found.role is Role.STAGE and not inside) or path.startswith(f"{found.path}."):
            return group
        group = found.parent
    return ""
