"""The audit of a model's skip connections, as `visualize.audit` returns it: it prints itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, overload

from visualize.core.architecture import Architecture
from visualize.core.audit import AuditedModule, Finding
from visualize.core.choices import Level, SkipKind
from visualize.core.depth import depth_of, with_room
from visualize.core.errors import UsageError
from visualize.core.kinds import Chosen
from visualize.core.matching import matching_paths
from visualize.options import TableOptions
from visualize.results.written import Written


@dataclass(frozen=True, repr=False)
class Audit(Written[TableOptions], Sequence[AuditedModule]):
    """The blocks of a model with their shortcuts, a sequence of `AuditedModule`.

    Modules that are no blocks follow where something was found in them. ``print`` shows what
    ``visualize skips MODEL --audit`` prints, a notebook the same as HTML.

    Attributes:
        architecture: the exact graph of the model.
        modules: the blocks, in order, and other modules in which something was found.
        options: how it is written unless another way is asked for.
    """

    architecture: Architecture
    modules: tuple[AuditedModule, ...]
    options: TableOptions = field(default_factory=TableOptions)
    _kind = TableOptions

    @classmethod
    def of(cls, architecture: Architecture, options: TableOptions | None = None) -> Audit:
        """The audit of a traced model."""
        depth = depth_of(architecture.modules)
        modules = with_room(depth, _audited, architecture)
        return cls(architecture, modules, options or TableOptions())

    def __repr__(self) -> str:
        found = f"{len(self.blocks)} blocks, {len(self.problems)} problems"
        return f"<Audit of {self.architecture.name}: {found}>"

    def __len__(self) -> int:
        return len(self.modules)

    def __iter__(self) -> Iterator[AuditedModule]:
        return iter(self.modules)

    @overload
    def __getitem__(self, index: int) -> AuditedModule: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[AuditedModule, ...]: ...

    def __getitem__(self, index: int | slice) -> AuditedModule | tuple[AuditedModule, ...]:
        return self.modules[index]

    @property
    def blocks(self) -> tuple[AuditedModule, ...]:
        """The blocks that the model repeats."""
        return tuple(one for one in self.modules if one.is_block)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found."""
        return tuple(each for one in self.modules for each in one.findings)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What is likely a mistake."""
        return tuple(each for each in self.findings if each.kind.is_problem)

    def inside(self, *patterns: str) -> Audit:
        """The blocks that match one of ``patterns``; the outermost modules that do if none is one.

        Args:
            patterns: ``blocks.*``, ``layer1[0]`` or a class.

        Raises:
            UsageError: a pattern matches no module.
        """
        from visualize.describe.audit import named_modules

        modules = self.architecture.modules
        paths = [matching_paths(pattern, modules, "--in") for pattern in patterns]
        named = named_modules(self.architecture, self.modules, frozenset().union(*paths))
        return replace(self, modules=named)

    def lacking(self, kind: str | Collection[str], *patterns: str) -> tuple[AuditedModule, ...]:
        """The blocks without a shortcut of a kind, or of one of several, that has a gradient.

        Args:
            kind: identity, scaled, projection, concat or mixed.
            patterns: the blocks or modules to look at; all blocks by default.

        Raises:
            UsageError: a pattern matches no module, or there are no blocks.
        """
        given = [kind] if isinstance(kind, str) else kind
        kinds = {SkipKind(Chosen(SkipKind).read(each, "kind")) for each in given}
        return tuple(one for one in self.required(*patterns) if not one.has(kinds))

    def required(self, *patterns: str) -> tuple[AuditedModule, ...]:
        """The modules that a requirement is about: those that match, or all blocks.

        Raises:
            UsageError: a pattern matches no module, or there are no blocks.
        """
        if patterns:
            return self.inside(*patterns).modules
        if not self.blocks:
            raise UsageError(
                "it has no repeated blocks",
                where=self.architecture.name,
                hint="name modules with --in PATTERN",
            )
        return self.blocks

    def to_dict(self) -> dict[str, Any]:
        """What ``visualize skips MODEL --audit --format json`` prints, as plain data."""
        document: dict[str, Any] = self._document()
        return document

    def _write(self, options: TableOptions, format_name: str, width: int | None) -> str:
        from visualize.report import write_audit

        return write_audit(
            self.architecture.name,
            self.modules,
            format_name,
            language=options.language.value,
            values=self.architecture.has_statistics,
            width=width,
        )


def _audited(architecture: Architecture) -> tuple[AuditedModule, ...]:
    from visualize.describe.audit import audit_skips
    from visualize.simplify import Simplifier

    layers = Simplifier(architecture, closes_functions=False).to(Level.LAYER, folded=False)
    return audit_skips(architecture, layers)
