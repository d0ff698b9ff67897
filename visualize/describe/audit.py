"""The audit of skip connections: what each block has, what it lacks, and what looks wrong.

Blocks are compared with those of their class that, as they do, return a tensor of the shape that
they are given: a block that changes the shape, such as the first of a stage of a MobileNet, has no
tensor to add. Where no block in the same list has what others have, that is how it is built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from visualize.core.architecture import Architecture, ModuleCall, Operation, Skip, Wire
from visualize.core.audit import AuditedModule, Finding, FindingKind
from visualize.core.choices import Refusal
from visualize.core.diagram import Diagram
from visualize.core.module_path import dotted, enclosing, relative, spelled
from visualize.core.operators import IDENTITY, NORM, MergeType, family, merge_type
from visualize.core.skips import Untyped
from visualize.describe.shortcuts import (
    blocks_of_nodes,
    is_within,
    skips_of_blocks,
    skips_of_module,
)

_FEW = 3  # of fewer blocks none is an exception
# Of sums without weights, which every formula has, only those are listed that a block without
# a shortcut may have been meant to have.
_FORMULAS = (Refusal.UNWEIGHTED, Refusal.FORMULA)
# These sums are there, and not forgotten.
_OTHERWISE = (Refusal.PARTS, Refusal.LAYERS)
_DETACHED = frozenset({"detach", "data"})
_Value = TypeVar("_Value", str, int, tuple[str, ...])


def audit_skips(exact: Architecture, grouped: Diagram) -> tuple[AuditedModule, ...]:
    """The blocks of a model in order, then other modules in which something was found.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
    """
    blocks = [
        audited_module(exact, path, skips)
        for path, skips in skips_of_blocks(exact, grouped).items()
    ]
    block_of = {node: group.path for node, group in blocks_of_nodes(grouped).items()}
    found: dict[str, dict[Finding, None]] = {}
    sums = Counter(
        block_of[one.merge]
        for one in exact.untyped
        if one.merge in block_of and one.reason in _OTHERWISE
    )
    for finding in (*_unlike(exact, blocks, sums), *_Audit(exact, block_of, blocks).findings()):
        found.setdefault(finding.module, {})[finding] = None
    known = {block.path for block in blocks}
    others = [
        AuditedModule(path, exact.modules.get(path, exact.class_name), is_block=False)
        for path in found
        if path not in known
    ]
    return tuple(
        replace(one, findings=tuple(found.get(one.path, ()))) for one in (*blocks, *others)
    )


def audited_module(
    exact: Architecture, path: str, skips: Sequence[Skip] | None = None
) -> AuditedModule:
    """A module with its shortcuts, which may be given."""
    own = skips_of_module(exact, path) if skips is None else tuple(skips)
    return AuditedModule(
        path,
        exact.modules.get(path, exact.class_name),
        is_block=skips is not None,
        skips=own,
        starts=tuple(_start(exact, skip.fork, path) for skip in own),
    )


def _start(exact: Architecture, node: str, block: str) -> str:
    """What makes the tensor that a shortcut takes, if that is inside its block.

    A norm or dropout that is replaced by an identity makes nothing.
    """
    fork, sources = exact.operation(node), exact.data_sources(node)
    while family(fork.type) in IDENTITY and len(sources) == 1:
        fork, sources = exact.operation(sources[0]), exact.data_sources(sources[0])
    if all(call.path != block for call in fork.calls):
        return ""
    path = relative(fork.path, block).lstrip(".") if fork.path != block else ""
    return spelled(path) or fork.type


def _unlike(
    exact: Architecture, blocks: Iterable[AuditedModule], sums: Mapping[str, int]
) -> Iterator[Finding]:
    """What blocks lack, or have elsewhere, that most blocks like them have.

    Args:
        exact: the graph.
        blocks: the blocks with their shortcuts.
        sums: how many sums each has that bypass layers and are typed otherwise, by its path.
    """
    alike: dict[str, list[AuditedModule]] = {}
    same: dict[str, list[AuditedModule]] = {}
    for block in blocks:
        same.setdefault(block.type, []).append(block)
        if _is_comparable(exact, block.path):
            alike.setdefault(block.type, []).append(block)
    for group in alike.values():
        number = _most([len(block.skips) for block in group])
        fewer = [
            block
            for block in group
            if number
            and len(block.skips) + sums[block.path] < number
            and any(
                _holder(other) == _holder(block) and len(other.skips) >= number
                for other in same[block.type]
            )
        ]
        for block in fewer:
            yield Finding(
                FindingKind.MISSING,
                block.path,
                found=str(len(block.skips)),
                expected=str(number),
            )
        whole = [block for block in group if len(block.skips) == number]
        starts = _most([block.starts for block in whole])
        if starts is None:
            continue
        for block in whole:
            for skip, start, other in zip(block.skips, block.starts, starts):
                if start != other and _is_common(exact, block, start, whole):
                    yield _finding(exact, FindingKind.START, block.path, skip, start, other)


def _holder(block: AuditedModule) -> str:
    return block.path.rpartition(".")[0]


def _is_common(
    exact: Architecture, block: AuditedModule, start: str, alike: Iterable[AuditedModule]
) -> bool:
    """Whether a shortcut begins at what blocks like its own have as well."""
    path = dotted(start)
    if f"{block.path}.{path}" not in exact.modules:
        return True
    return any(f"{one.path}.{path}" in exact.modules for one in alike if one is not block)


def _is_comparable(exact: Architecture, path: str) -> bool:
    """Whether a block keeps the shape of its input, is given a feature, and all it returns is read.

    The first layer of a decoder may begin with zeros, and of the last one a second stream may be
    left over.
    """
    if not _keeps_shape(exact, path):
        return False
    boundary = exact.boundaries[ModuleCall(path)]
    given = exact.graph.out_edges(boundary.arguments[0], data="wire")
    is_read = all(exact.graph.out_degree(one) for one in boundary.results if one in exact.graph)
    return is_read and any(wire.data for *_, wire in given)


def _keeps_shape(exact: Architecture, path: str) -> bool:
    """Whether a module returns a tensor of the shape that it is given first."""
    boundary = exact.boundaries.get(ModuleCall(path))
    if boundary is None or not boundary.arguments or not boundary.results:
        return False
    ends = [exact.graph.nodes.get(node) for node in (boundary.arguments[0], boundary.results[0])]
    shapes = [end["operation"].outputs[0].shape for end in ends if end and end["operation"].outputs]
    return len(shapes) == 2 and shapes[0] == shapes[1]


def _most(values: Sequence[_Value]) -> _Value | None:
    """The value that most have; None if there are few values, or none that most have."""
    if len(values) < _FEW:
        return None
    value, number = Counter(values).most_common(1)[0]
    return value if 2 * number > len(values) else None


@dataclass(frozen=True)
class _Audit:
    """What is looked for at each shortcut and each sum.

    Attributes:
        exact: the graph.
        block_of: the path of the block around each operation.
        blocks: the blocks with their shortcuts.
    """

    exact: Architecture
    block_of: Mapping[str, str]
    blocks: Sequence[AuditedModule]

    def findings(self) -> Iterator[Finding]:
        exact = self.exact
        bare = {block.path for block in self.blocks if not block.skips}
        for untyped in exact.untyped:
            block = self.block_of.get(untyped.merge, "")
            is_meant = block in bare and _keeps_shape(exact, block)
            if untyped.reason not in _FORMULAS or is_meant:
                yield self._of_sum(untyped)
        for skip in exact.skips:
            if skip.kind.is_residual:
                yield from self._of_skip(skip)

    def _of_sum(self, untyped: Untyped) -> Finding:
        is_same = untyped.reason is Refusal.SAME
        merge = self.exact.operation(untyped.merge)
        return Finding(
            FindingKind.SAME if is_same else FindingKind.UNTYPED,
            self.block_of.get(merge.id, merge.path),
            merge.id,
            merge.source,
            untyped=untyped,
        )

    def _of_skip(self, skip: Skip) -> Iterator[Finding]:
        exact = self.exact
        block = self.block_of.get(skip.merge, skip.module)
        is_off = exact.operation(skip.merge).detached  # a frozen part, in which nothing is trained
        if not is_off and not skip.gradient and self._detaches_here(skip, skip.branch):
            yield _finding(exact, FindingKind.DETACHED, block, skip)
        if not is_off and self._is_cut(skip) and self._detaches_here(skip, skip.bypassed):
            yield _finding(exact, FindingKind.CUT, block, skip)
        for node in (*skip.branch, *skip.bypassed):
            if self.block_of.get(node) == self.block_of.get(skip.merge) and self._is_zero(node):
                found = exact.operation(node).path
                yield _finding(exact, FindingKind.ZERO, block, skip, spelled(found))

    def _detaches_here(self, skip: Skip, nodes: Iterable[str]) -> bool:
        """Whether one of ``nodes`` is detached in the module that merges, or in its block.

        What is detached around these, as between the steps of a refinement, is on purpose.
        """
        here = self.block_of.get(skip.merge) or skip.module
        paths = (one.path for one in map(self.exact.operation, nodes) if _is_detached(one))
        return any(not here or is_within(path, here) for path in paths)

    def _is_cut(self, skip: Skip) -> bool:
        """Whether each bypassed path is detached somewhere between fork and merge."""
        exact = self.exact
        free = {skip.fork}
        for node in (*skip.bypassed, skip.merge):
            operation = exact.operation(node)
            if _is_detached(operation):
                continue
            reads = exact.inputs(node)
            if node == skip.merge:
                last = skip.branch[-1] if skip.branch else skip.fork
                ends = [source for source, _, wire in reads if _is_data(wire) and source != last]
                return bool(ends) and free.isdisjoint(ends) and not free.isdisjoint(skip.bypassed)
            if any(source in free for source, _, wire in reads if _is_data(wire)):
                free.add(node)
        return False

    def _is_zero(self, node: str) -> bool:
        """Whether a norm or a product only multiplies with zeros, as far as values are known."""
        exact, one = self.exact, self.exact.operation(node)
        scales = family(one.type) in NORM | {"layerscale"}
        is_product = merge_type(one.type) is MergeType.MULTIPLY
        if not (scales or is_product):
            return False
        holders = [one]
        if is_product:
            sources = (source for source, _, wire in exact.inputs(node) if not wire.data)
            holders += map(exact.operation, sources)
        known = [each.statistics for each in holders if each.statistics]
        return bool(known) and all(each.zeros == each.count for each in known)


def _is_detached(operation: Operation) -> bool:
    return operation.detached or family(operation.type) in _DETACHED


def _is_data(wire: Wire) -> bool:
    return wire.data and wire.tensor is not None


def _finding(
    exact: Architecture,
    kind: FindingKind,
    block: str,
    skip: Skip,
    found: str = "",
    expected: str = "",
) -> Finding:
    source = exact.operation(skip.merge).source
    return Finding(kind, block, skip.merge, source, skip, found=found, expected=expected)


def named_modules(
    exact: Architecture, audited: Sequence[AuditedModule], paths: Collection[str]
) -> tuple[AuditedModule, ...]:
    """The blocks among the modules at ``paths``; the outermost of these modules if none is one."""
    blocks = [one for one in audited if one.is_block and one.path in paths]
    if blocks:
        return tuple(blocks)
    among = frozenset(paths)
    outer = [path for path in paths if among.isdisjoint(enclosing(path)[:-1])]
    own = {one.path: one.findings for one in audited}
    return tuple(
        replace(audited_module(exact, path), findings=own.get(path, ())) for path in sorted(outer)
    )
