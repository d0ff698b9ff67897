"""Squeeze-and-excitation: a gate for each channel, made from the mean of the channel.

Hu et al., "Squeeze-and-Excitation Networks" (2018).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from visualize.core.layers import widths
from visualize.core.operators import ACTIVATION, MOVES, POOL, REDUCTION
from visualize.core.phrases import listed, phrase, verbatim
from visualize.simplify.sublayers.flow import Flow, Sublayer, steps

# At most this many boxes lie between a pooling and the gate.
_REACH = 8


def find_excitations(flow: Flow) -> Iterator[Sublayer]:
    """Every global pooling with the layers that make a gate of it; the merge stays outside."""
    for gate in flow.gates:
        for end in flow.sources(gate):
            nodes = _chain(flow, end)
            whole = flow.whole(nodes) if len(nodes) > 1 else None
            if whole:
                layers = [box.core for box in flow.boxes(whole) if flow.is_projection(box.id)]
                sizes = [widths(one)[0] for one in layers] + [widths(layers[-1])[1]]
                shown = " → ".join(map(str, sizes)) if all(sizes) else ""
                title = listed([phrase("squeeze-and-excitation"), verbatim(shown)])
                names = listed(steps(flow.boxes(whole)))
                label = (title, names) if names else (title,)
                yield Sublayer(end, whole, label, "squeeze-and-excitation", layers[-1].does)


def _chain(flow: Flow, end: str) -> set[str]:
    """What leads from a global pooling to a gate, one after the other; empty if anything else."""
    found: set[str] = set()
    node = end
    while len(found) < _REACH and flow.is_open(node) and len(flow.users(node)) == 1:
        found.add(node)
        kind, sources = flow.kind(node), flow.sources(node)
        if kind in POOL | REDUCTION:
            is_global = prod(flow.sizes(node)) == max(flow.sizes(node), default=0)
            return found if is_global and any(map(flow.is_projection, found)) else set()
        if len(sources) != 1 or not (flow.is_projection(node) or kind in ACTIVATION | MOVES):
            break
        node = sources[0]
    return set()
