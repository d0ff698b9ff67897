"""The difference of two architectures: which operations are partners, and what changed.

A figure of both reads `Difference.partners` and `Difference.status`; reports read the lists.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from visualize.core.architecture import Architecture, NodeKind, Operation, Skip
from visualize.core.fate import Status

__all__ = ["Change", "Difference", "Edit", "SkipChange", "Status", "read_first", "source_of"]


_INVERSE = {Status.ADDED: Status.REMOVED, Status.REMOVED: Status.ADDED}


@dataclass(frozen=True, slots=True)
class Edit:
    """An attribute with its values before and after; None where there is none."""

    name: str
    before: Any
    after: Any

    @property
    def inverse(self) -> Edit:
        """The edit that takes it back."""
        return Edit(self.name, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Change:
    """One change, of operations that a person would name together.

    Attributes:
        status: what became of them.
        type: class of the modules, or name of the functions.
        before: where they were, a path of each; empty if they are added.
        after: where they are, a path of each; empty if they are removed.
        edits: what was changed in them, if their status is changed: the edits of each.
        old: ids of the operations before.
        new: ids of the operations after.
    """

    status: Status
    type: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    edits: tuple[tuple[Edit, ...], ...] = ()
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def inverse(self) -> Change:
        """The change that takes it back."""
        return Change(
            _INVERSE.get(self.status, self.status),
            self.type,
            self.after,
            self.before,
            tuple(tuple(edit.inverse for edit in edits) for edits in self.edits),
            self.new,
            self.old,
        )


@dataclass(frozen=True, slots=True)
class SkipChange:
    """A skip connection that was gained (``before`` is None), lost (``after``) or retyped.

    Attributes:
        before: the connection before.
        after: the connection after.
        source: the line of code of its merge, of the later model if it has one.
    """

    before: Skip | None
    after: Skip | None
    source: str = ""


@dataclass(frozen=True)
class Difference:
    """What differs between two architectures.

    Attributes:
        before: the one architecture.
        after: the other.
        partners: for each operation of ``before`` that is also in ``after`` its id there.
        old_status: what became of each operation of ``before``.
        new_status: what became of each operation of ``after``.
        changes: the changes in the order of a reader; renaming comes last.
        skips: skip connections gained, lost and retyped.
    """

    before: Architecture
    after: Architecture
    partners: Mapping[str, str]
    old_status: Mapping[str, Status]
    new_status: Mapping[str, Status]
    changes: tuple[Change, ...] = ()
    skips: tuple[SkipChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.skips)

    @property
    def only_names(self) -> bool:
        """Whether they differ, but in nothing but the names of modules."""
        renamed = all(change.status is Status.RENAMED for change in self.changes)
        return bool(self.changes) and renamed and not self.skips

    @functools.cached_property
    def partners_after(self) -> Mapping[str, str]:
        """The partners, from the operations of ``after``."""
        return {new: old for old, new in self.partners.items()}

    @property
    def inverse(self) -> Difference:
        """The difference from ``after`` to ``before``."""
        turned = {
            side: {node: _INVERSE.get(status, status) for node, status in found.items()}
            for side, found in (("old", self.new_status), ("new", self.old_status))
        }
        return replace(
            self,
            before=self.after,
            after=self.before,
            partners=dict(self.partners_after),
            old_status=turned["old"],
            new_status=turned["new"],
            changes=tuple(change.inverse for change in self.changes),
            skips=tuple(
                SkipChange(
                    each.after,
                    each.before,
                    source_of(self.before, each.before) or source_of(self.after, each.after),
                )
                for each in self.skips
            ),
        )


def source_of(architecture: Architecture, skip: Skip | None) -> str:
    """The line of code of the merge of a skip connection; empty if unknown."""
    return architecture.operation(skip.merge).source if skip else ""


def read_first(model: Architecture, nodes: Sequence[str]) -> dict[str, str]:
    """For those of ``nodes`` whose first input is from outside of them, what that is from.

    A module is named by its path, an input by its name, and what else there is by its type.
    """
    own = set(nodes)
    sources = {node: model.data_sources(node)[:1] for node in nodes}
    read = {node: model.operation(one) for node, found in sources.items() for one in found}
    return {node: _named(one) for node, one in read.items() if one.id not in own}


def _named(operation: Operation) -> str:
    names = {NodeKind.MODULE: operation.path, NodeKind.INPUT: operation.id}
    return names.get(operation.kind, operation.type)
