"""What each skip connection bypasses, and where it is written."""

from __future__ import annotations

from collections.abc import Collection

from visualize.core.architecture import Architecture, Skip, TensorSpec
from visualize.core.summary import SkipRow
from visualize.describe.ends import Ends
from visualize.describe.weighted import weighted_layers


def describe_skips(
    exact: Architecture, *, kinds: Collection[str] = (), long: bool = False
) -> tuple[SkipRow, ...]:
    """The skip connections of a model, in the order of their merges; one in a loop once.

    Args:
        exact: the graph of all operations.
        kinds: the kinds to list; all by default.
        long: whether to list only those that bypass a change of resolution.
    """
    weighted, ends = weighted_layers(exact), Ends(exact)
    steps: dict[int, list[Skip]] = {}
    for number, step in zip(exact.skip_numbers, exact.unrolled_skips):
        steps.setdefault(number, []).append(step)
    return tuple(
        SkipRow(
            skip=skip,
            steps=tuple(steps[number]),
            costs={
                node: exact.operation(node).macs for step in steps[number] for node in step.branch
            },
            bypassed_layers=weighted.number(skip.bypassed),
            bypassed_macs=sum(exact.operation(node).macs for node in skip.bypassed),
            source=exact.operation(skip.merge).source,
            start=ends.of_fork(skip.fork),
            end=ends.of_merge(skip.merge),
            tensor=_tensor(exact, skip),
        )
        for number, skip in enumerate(exact.skips)
        if (not kinds or skip.kind.value in kinds) and (skip.long or not long)
    )


def _tensor(exact: Architecture, skip: Skip) -> TensorSpec:
    """What arrives at the merge over the branch."""
    last = skip.branch[-1] if skip.branch else skip.fork
    wires = (wire for *_, wire in exact.graph.out_edges(last, data="wire"))
    tensors = (wire.tensor for wire in wires if wire.tensor and wire.tensor.shape == skip.shape)
    return next(tensors, TensorSpec(skip.shape))
