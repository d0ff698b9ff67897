"""Broadcasting several tensors at once, taken apart: each result comes from one of them."""

from __future__ import annotations

import operator

from torch import fx

from visualize.core.traced import facts_of, set_facts


def separate_broadcasts(graph: fx.Graph) -> None:
    """Let what reads one result of `torch.broadcast_tensors` read the tensor that it is made of.

    A distribution broadcasts its mean and deviation at once, and neither depends on the other. The
    tensors of the nodes must be known.
    """
    for node in list(graph.nodes):
        if str(getattr(node.target, "__name__", node.target)) != "broadcast_tensors":
            continue
        given = node.args[0] if isinstance(node.args[0], (list, tuple)) else node.args
        for part in list(node.users):
            source = given[part.args[1]] if part.target is operator.getitem else None
            if isinstance(source, fx.Node) and facts_of(source).outputs:
                part.replace_all_uses_with(_expanded(graph, source, part))
                graph.erase_node(part)
        if not node.users:
            graph.erase_node(node)


def _expanded(graph: fx.Graph, source: fx.Node, part: fx.Node) -> fx.Node:
    """A node that returns what ``part`` does, made of ``source`` alone."""
    (expanded,) = facts_of(part).outputs
    if facts_of(source).outputs[0].shape == expanded.shape:
        return source
    with graph.inserting_before(part):
        node = graph.call_method("expand", (source, *expanded.shape))
    set_facts(node, facts_of(part))
    return node
