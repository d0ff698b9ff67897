"""The user's choice: modules that are expanded or collapsed at every level."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from visualize.core.architecture import ModuleCall
from visualize.core.diagram import Box, Diagram, Group, GroupKind
from visualize.core.matching import matching_paths
from visualize.core.module_path import enclosing


@dataclass(frozen=True)
class Choice:
    """Modules that are expanded or collapsed at every level, by path.

    Of several around an operation the innermost decides; one that is in both is expanded.
    """

    expanded: frozenset[str] = frozenset()
    collapsed: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, expand: Iterable[str], collapse: Iterable[str], modules: Mapping[str, str]
    ) -> Choice:
        """The modules that patterns name: paths, globs or classes.

        Raises:
            UsageError: a pattern matches no module.
        """
        return cls(
            frozenset().union(*(matching_paths(each, modules, "--expand") for each in expand)),
            frozenset().union(*(matching_paths(each, modules, "--collapse") for each in collapse)),
        )

    def closing(self, paths: Collection[str]) -> Choice:
        """This choice, with more modules collapsed."""
        return replace(self, collapsed=self.collapsed.union(paths))

    def at_depth(self, depth: int, modules: Collection[str]) -> Choice:
        """This choice, with every module ``depth`` steps below the model collapsed as well.

        A step is a call: a list of modules, which is not called itself, is none. What is inside a
        collapsed module stays there.
        """
        steps = {path: sum(one in modules for one in enclosing(path)) for path in modules}
        deep = {path for path, number in steps.items() if number == depth}
        shown = itertools.filterfalse(self._hides, deep)
        return replace(self, collapsed=self.collapsed.union(shown))

    def _hides(self, path: str) -> bool:
        """Whether a module is inside one that is collapsed and not expanded again."""
        around = reversed([*enclosing(path)][:-1])
        chosen = next((one for one in around if one in self.expanded | self.collapsed), None)
        return chosen in self.collapsed

    def collapses(self, box: Box) -> ModuleCall | None:
        """The call of a module that is to be collapsed around ``box``, if there is one."""
        for call in reversed(box.calls):
            if call.path in self.expanded:
                return None
            if call.path in self.collapsed:
                return call
        return None


def mark_collapsed(diagram: Diagram, choice: Choice) -> tuple[Diagram, frozenset[str]]:
    """Make each call of a collapsed module a group; return the ids of these groups as well."""
    groups = {group.id: group for group in diagram.groups}
    marked: list[Box] = []
    collapsed: set[str] = set()
    for box in diagram.boxes:
        call = choice.collapses(box)
        if call is None:
            continue
        name, path = diagram.exact.call_ids[call], call.path
        if name not in collapsed:
            kind = diagram.exact.modules.get(path, "")
            parent = _parent(diagram, box, path)
            groups[name] = Group(name, GroupKind.BLOCK, kind, path, label=path, parent=parent)
            collapsed.add(name)
        marked.append(replace(box, group=name))
    return diagram.with_boxes(marked, tuple(groups.values())), frozenset(collapsed)


def expanded_groups(diagram: Diagram, choice: Choice) -> frozenset[str]:
    """The groups that are expanded because a module in them, or they themselves, should be."""
    expanded: dict[str, set[str]] = {}
    for box in diagram.boxes:
        for call in box.calls:
            if call.path in choice.expanded:
                expanded.setdefault(call.path, set()).add(box.id)
    held = {group.id: {box.id for box in diagram.inside(group)} for group in diagram.groups}
    return frozenset(
        group
        for group, boxes in held.items()
        if any(module <= boxes for module in expanded.values())
    )


def _parent(diagram: Diagram, box: Box, path: str) -> str:
    """Id of the innermost group around a module: a stage, or a block that holds it."""
    for group in diagram.around(box):
        inside = path == group.path or group.path.startswith(f"{path}.")
        if (group.kind is GroupKind.STAGE and not inside) or path.startswith(f"{group.path}."):
            return group.id
    return ""
