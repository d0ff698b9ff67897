"""The batch of every tensor, followed from the inputs: what is shown of a shape is one sample.

Which axis that is, no size can say: time comes first in recurrent layers by default, a batch of one
has the size of many other axes, and an image may have no batch at all. So all axes are followed
through the graph, and layers that know where their batch is say so. Inputs of which no layer says
anything have their batch first, if all of them have the same number there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from torch import fx

from visualize.annotate.batch import layers, moves
from visualize.annotate.batch.axes import Atoms, Axes, Shape
from visualize.annotate.batch.call import Call
from visualize.core.architecture import TensorSpec
from visualize.core.operators import (
    ACTIVATION,
    CONVOLUTION,
    COPIES,
    IDENTITY,
    LINEAR,
    POOL,
    RECURRENT,
    REDUCTION,
    RESAMPLE,
    TRANSPOSED_CONVOLUTION,
    family,
)
from visualize.core.traced import TracedModel, facts_of

__all__ = ["find_batch"]

_Rule = Callable[[Call], Sequence[Axes]]


def _table(rules: Mapping[_Rule, str]) -> dict[str, _Rule]:
    return {name: rule for rule, names in rules.items() for name in names.split()}


_ON_IMAGES = CONVOLUTION | TRANSPOSED_CONVOLUTION | POOL | RESAMPLE
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(LINEAR, layers.features_last),
    **dict.fromkeys(_ON_IMAGES, layers.on_images),
    **dict.fromkeys(RECURRENT, layers.recurrent),
    **dict.fromkeys(REDUCTION, moves.reduced),
    **_table(
        {
            layers.features_last: "layernorm nativelayernorm rmsnorm",
            layers.batch_normed: "batchnorm batchnorm1d batchnorm2d batchnorm3d syncbatchnorm "
            "groupnorm instancenorm instancenorm1d instancenorm2d instancenorm3d",
            layers.embedded: "embedding",
            layers.bagged: "embeddingbag",
            layers.attention: "multiheadattention multiheadattentionforward",
            layers.scaled_dot_product: "scaleddotproductattention flexattention",
            layers.product: "matmul mm bmm mv baddbmm addmm addbmm",
            layers.einsum: "einsum",
            layers.indexed_along: "indexselect indexadd indexcopy scatteradd scatter scatterreduce",
            moves.combined: "add sub mul div truediv where",
            moves.reshaped: "view reshape flatten unflatten ravel viewas reshapeas unsafeview",
            moves.permuted: "permute",
            moves.transposed: "transpose t swapaxes swapdims",
            moves.moved: "movedim moveaxis",
            moves.attribute: "getattr",
            moves.squeezed: "squeeze",
            moves.unsqueezed: "unsqueeze",
            moves.repeated: "repeat tile",
            moves.interleaved: "repeatinterleave",
            moves.expanded: "expand expandas broadcastto",
            moves.joined: "cat concat concatenate",
            moves.stacked: "stack",
            moves.split: "chunk split splitwithsizes tensorsplit",
            moves.unbound: "unbind",
            moves.narrowed: "select narrow slice",
            moves.picked: "getitem",
            moves.written: "setitem",
        }
    ),
}
# What returns a tensor of the shape that it reads, with the same axes.
_SAME = ACTIVATION | IDENTITY
# What gives each sample a copy of a learned token.
_COPYING = COPIES | frozenset({"repeat", "tile", "repeatinterleave", "stack", "cat"})


def find_batch(
    trace: TracedModel, kinds: Mapping[fx.Node, str]
) -> dict[fx.Node, tuple[TensorSpec, ...]]:
    """The tensors that each node returns, with the shape of one sample where there is a batch.

    Args:
        trace: a traced model.
        kinds: the class or function that each node of its graph calls.

    Returns:
        An entry for each node that returns data.
    """
    follower = _Follower(trace, kinds)
    follower.follow()
    return follower.samples()


class _Follower:
    """Follows the axes of all data through a graph."""

    def __init__(self, trace: TracedModel, kinds: Mapping[fx.Node, str]) -> None:
        self.trace = trace
        self.kinds = kinds
        self.atoms = Atoms()
        self.known: dict[fx.Node, tuple[Axes, ...]] = {}
        self.inputs: list[Axes] = []

    def follow(self) -> None:
        for node in self.trace.graph.nodes:
            outputs = facts_of(node).outputs
            if not outputs:
                continue
            shapes = tuple([one.shape for one in outputs])
            if node.op == "placeholder":
                self.known[node] = tuple(map(self.atoms.new, shapes))
                self.inputs += self.known[node]
            elif node.op != "get_attr":
                sources: list[fx.Node] = []
                fx.map_arg((node.args, node.kwargs), sources.append)
                self._pass(node, sources, shapes)

    def _pass(self, node: fx.Node, sources: Sequence[fx.Node], shapes: tuple[Shape, ...]) -> None:
        name = family(self.kinds[node])
        if name in _COPYING:
            self._begin(sources)
        given = [axes for source in sources for axes in self.known.get(source, ())]
        if not given:
            return
        if node.op == "output":
            result = self._returned(sources)
        elif name in _SAME:
            result = given[:1]
        else:
            module = self.trace.module_at(str(node.target)) if node.op == "call_module" else None
            call = Call(node, name, module, self.atoms, self.known, tuple(given), shapes)
            result = _RULES.get(name, moves.kept)(call)
            if [*map(len, result)] != [*map(len, shapes)]:  # another function of that name
                result = moves.kept(call)
        if len(result) != len(shapes):
            result = list(map(self.atoms.new, shapes))
        self.known[node] = tuple(map(self.atoms.fitting, result, shapes))

    def _begin(self, sources: Sequence[fx.Node]) -> None:
        """Give new axes to the one constant that is copied: learned tokens have a batch then."""
        copied = {source for source in sources if facts_of(source).outputs}
        sizes = {source for source in copied if not facts_of(source).outputs[0].shape}
        for source in copied - sizes if len(copied - sizes) == 1 else ():
            if source not in self.known:
                shapes = [one.shape for one in facts_of(source).outputs]
                self.known[source] = tuple(map(self.atoms.new, shapes))

    def _returned(self, sources: Sequence[fx.Node]) -> Sequence[Axes]:
        """The axes of all that the model returns."""
        returned: list[Axes] = []
        for source in sources:
            unknown = (self.atoms.new(one.shape) for one in facts_of(source).outputs)
            returned += self.known.get(source) or unknown
        return returned

    def samples(self) -> dict[fx.Node, tuple[TensorSpec, ...]]:
        """The tensors that each node returns, with the shapes of one sample."""
        self._assume()
        held = [atom for axes in self.inputs for axis in axes for atom in axis]
        marked = set(map(self.atoms.root, self.atoms.batch))
        of_inputs = [atom for atom in held if self.atoms.root(atom) in marked]
        size = self.atoms.sizes[of_inputs[0]] if of_inputs else 1
        batches = self.atoms.batches(held, size)
        shapes: dict[Axes, Shape | None] = {}
        tensors: dict[fx.Node, tuple[TensorSpec, ...]] = {}
        for node, known in self.known.items():
            outputs = []
            for tensor, axes in zip(facts_of(node).outputs, known):
                if axes not in shapes:
                    shapes[axes] = self.atoms.without_batch(axes, batches, single=size == 1)
                sample = shapes[axes]
                outputs.append(
                    tensor if sample is None else TensorSpec(tensor.shape, tensor.dtype, sample)
                )
            tensors[node] = tuple(outputs)
        return tensors

    def _assume(self) -> None:
        """Mark the first axis of inputs of which no layer says where their batch is.

        It is the batch if it has the size of the known batch, or if there is none, if it has the
        same size in all inputs but vectors.
        """
        marked = set(map(self.atoms.root, self.atoms.batch))
        other = set(map(self.atoms.root, self.atoms.other))
        known = [
            axis[0] for axes in self.inputs for axis in axes if self.atoms.root(axis[0]) in marked
        ]
        sizes = {self.atoms.sizes[atom] for atom in known}
        if not known:
            several = [axes[0][0] for axes in self.inputs if len(axes) > 1]
            sizes = {self.atoms.sizes[atom] for atom in several}
            if len(sizes) != 1 or any(self.atoms.root(atom) in other for atom in several):
                return
        for axes in self.inputs:
            roots = {self.atoms.root(axis[0]) for axis in axes}
            first = axes[0][0] if axes else 0
            is_free = axes and not roots & marked and self.atoms.root(first) not in other
            if is_free and self.atoms.sizes[first] in sizes:
                self.atoms.batch.add(first)
