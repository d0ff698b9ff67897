"""Skip connections: each kind and what is none, literally, and the definition at large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import networkx as nx
import pytest
from hypothesis import HealthCheck, example, given, settings

from tests.graphs import (
    Net,
    Program,
    Step,
    architectures,
    densenet,
    residual_block,
    resnet,
    run,
    unet,
)
from visualize.annotate.skips import find_skips
from visualize.core.architecture import Architecture, Operation, Skip, TensorSpec

Found = tuple[str, str, str, tuple[str, ...]]
at_random = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])

# (conv(x) + conv(x)) + conv(x)
PARALLEL = Program(
    1,
    (Step("conv"), Step("conv", 1), Step("add", 0, 1), Step("conv", 3), Step("add", 0, 3)),
    1,
)
# (conv(x) + dropout(x)) + dropout(x)
READ_TWICE = Program(1, (Step("dropout"), Step("conv", 1), Step("add", 0, 1), Step("add", 0, 1)), 1)


def found(net: Net | Architecture) -> list[Found]:
    """Every skip connection of a network as ``(kind, fork, merge, branch)``."""
    return [_essence(skip) for skip in find_skips(net.graph)]


def _essence(skip: Skip) -> Found:
    return (skip.kind.value, skip.fork, skip.merge, skip.branch)


@pytest.fixture
def net() -> Net:
    return Net()


@pytest.fixture
def x(net: Net) -> str:
    return net.input()


class TestIdentity:
    def test_add_of_what_was_before(self, net: Net, x: str) -> None:
        net.add(net.conv(net.conv(x, name="one"), name="two"), x)
        (skip,) = find_skips(net.graph)
        assert _essence(skip) == ("identity", "x", "add", ())
        assert skip.merge_type == "add"
        assert skip.bypassed == ("one", "two")
        assert skip.shape == (1, 8, 16, 16)
        assert (skip.parameters, skip.bypassed_parameters) == (0, 2 * (8 * 8 * 9 + 8))

    def test_operands_in_either_order(self, net: Net, x: str) -> None:
        net.add(x, net.conv(x))
        assert found(net) == [("identity", "x", "add", ())]

    @pytest.mark.parametrize("kind", ["Dropout", "StochasticDepth", "contiguous", "Identity"])
    def test_branch_that_does_nothing_in_inference(self, net: Net, x: str, kind: str) -> None:
        net.add(net.conv(x), net.module(kind, x, name="quiet"))
        assert found(net) == [("identity", "x", "add", ("quiet",))]

    def test_dropout_on_the_bypassed_path(self, net: Net, x: str) -> None:
        y = net.module("StochasticDepth", net.conv(x, name="conv"), name="drop")
        net.add(y, x)
        (skip,) = find_skips(net.graph)
        assert skip.bypassed == ("conv", "drop")

    def test_functions_that_use_a_parameter_are_bypassed(self, net: Net, x: str) -> None:
        experts = net.constant("experts", 4, 8, 8)
        net.add(net.function("einsum", x, net.function("transpose", experts)), x)
        (skip,) = find_skips(net.graph)
        assert _essence(skip) == ("identity", "x", "add", ())
        assert (skip.bypassed, skip.bypassed_parameters) == (("einsum",), 4 * 8 * 8)

    def test_size_of_what_is_bypassed(self, net: Net, x: str) -> None:
        y = net.conv(x)
        net.add(net.function("view", y, net.value("size", y)), x)
        (skip,) = find_skips(net.graph)
        assert skip.bypassed_parameters == 8 * 8 * 9 + 8

    def test_module_names_the_forward_that_merges(self, net: Net, x: str) -> None:
        with net.call("layer1", "Sequential"), net.call("0"):
            net.add(net.conv(x), x)
        assert [skip.module for skip in find_skips(net.graph)] == ["layer1.0"]

    def test_tied_weights_are_still_bypassed(self, net: Net, x: str) -> None:
        y = net.conv(x, name="shared")
        net.add(net.conv(y, name="shared"), y)
        (skip,) = find_skips(net.graph)
        assert (skip.fork, skip.bypassed_parameters) == ("shared", 0)


class TestProjection:
    def test_convolution_and_norm_on_the_branch(self, net: Net, x: str) -> None:
        y = net.norm(net.conv(net.conv(x, 16, 2, "one"), 16, name="two"), "bn")
        net.add(y, net.norm(net.conv(x, 16, 2, "down"), "norm"))
        (skip,) = find_skips(net.graph)
        assert _essence(skip) == ("projection", "x", "add", ("down", "norm"))
        assert skip.bypassed == ("one", "two", "bn")
        assert skip.parameters == 16 * 8 * 9 + 16 + 2 * 16
        assert skip.shape == (1, 16, 8, 8)

    def test_norm_on_the_branch(self, net: Net, x: str) -> None:
        net.add(net.conv(x), net.norm(x, "norm"))
        assert found(net) == [("projection", "x", "add", ("norm",))]

    def test_every_wire_of_the_branch_is_marked(self, net: Net, x: str) -> None:
        y = net.conv(net.conv(x, name="one"), name="two")
        net.add(y, net.norm(net.conv(x, name="down"), "norm"))
        marked = [(source, target) for source, target, wire in net.build().wires if wire.skip == 0]
        assert marked == [("x", "down"), ("down", "norm"), ("norm", "add")]

    def test_pooling_on_the_branch(self, net: Net, x: str) -> None:
        net.add(net.conv(x, stride=2), net.resize("AvgPool2d", x, 0.5, "pool"))
        assert found(net) == [("projection", "x", "add", ("pool",))]

    def test_norm_of_a_matrix_is_no_weighted_layer(self, net: Net, x: str) -> None:
        norm = net.module("LayerNorm", x, name="norm", weights=((16, 16), (16, 16)))
        net.add(net.conv(x), norm)
        assert found(net) == [("projection", "x", "add", ("norm",))]

    def test_padded_channels_on_the_branch(self, net: Net, x: str) -> None:
        net.add(net.conv(x, 16), net.function("pad", x, shape=(1, 16, 16, 16)))
        assert found(net) == [("projection", "x", "add", ("pad",))]

    def test_parameterless_work_of_the_same_shape_is_none(self, net: Net, x: str) -> None:
        net.add(net.conv(x), net.function("relu", x))
        assert found(net) == []

    def test_path_along_the_branch_is_not_bypassed(self, net: Net, x: str) -> None:
        branch = net.norm(net.function("relu", x), "norm")
        net.add(branch, net.add(net.function("relu", branch), net.conv(x)))
        assert found(net)[-1] == ("projection", "x", "add_1", ("relu", "norm"))

    def test_two_weighted_layers_are_too_many(self, net: Net, x: str) -> None:
        y = net.conv(net.conv(net.conv(x)))
        net.add(y, net.conv(net.conv(x)))
        assert found(net) == []


class TestConcat:
    def test_same_tensor(self, net: Net, x: str) -> None:
        net.cat(x, net.conv(x))
        (skip,) = find_skips(net.graph)
        assert _essence(skip) == ("concat", "x", "cat", ())
        assert (skip.merge_type, skip.shape) == ("concat", (1, 8, 16, 16))

    def test_slice(self, net: Net, x: str) -> None:
        half = net.function("getitem", x, shape=(1, 4, 16, 16))
        net.cat(net.conv(x), half)
        assert found(net) == [("concat", "x", "cat", ("getitem",))]

    def test_half_of_a_split(self, net: Net, x: str) -> None:
        kept, worked = net.split("chunk", x, (1, 4, 16, 16), (1, 4, 16, 16))
        net.cat(kept, net.conv(worked))
        assert found(net) == [("concat", "chunk", "cat", ("getitem",))]

    def test_work_on_the_branch_is_none(self, net: Net, x: str) -> None:
        net.cat(net.function("relu", x), net.conv(x))
        assert found(net) == []


class TestGate:
    def squeeze_and_excite(self, net: Net, x: str) -> str:
        y = net.conv(net.conv(net.global_pool(x), 2), 8)
        return net.mul(x, net.function("sigmoid", y))

    def test_squeeze_and_excitation(self, net: Net, x: str) -> None:
        self.squeeze_and_excite(net, x)
        (skip,) = find_skips(net.graph)
        assert _essence(skip) == ("gate", "x", "mul", ())
        assert (skip.merge_type, skip.long) == ("multiply", False)

    def test_branch_must_be_empty(self, net: Net, x: str) -> None:
        net.mul(net.module("Dropout", x), net.conv(x))
        assert found(net) == []


class TestNone:
    """What the definition excludes."""

    def test_inception(self, net: Net, x: str) -> None:
        pooled = net.resize("MaxPool2d", x, 1)
        net.cat(net.conv(x), net.conv(net.conv(x)), net.conv(pooled))
        assert found(net) == []

    def test_queries_keys_and_values(self, net: Net, x: str) -> None:
        query, key, value = (net.linear(x, 16, name) for name in ("q", "k", "v"))
        attention = net.function("softmax", net.function("matmul", query, key))
        net.function("matmul", attention, value)
        net.add(query, key)
        assert found(net) == []

    def test_sum_of_three_convolutions(self, net: Net, x: str) -> None:
        net.add(net.add(net.conv(x), net.conv(x)), net.conv(x))
        assert found(net) == []

    def test_swiglu(self, net: Net, x: str) -> None:
        net.linear(net.mul(net.function("silu", net.linear(x, name="gate")), net.linear(x)))
        assert found(net) == []

    def test_gelu_written_out(self, net: Net, x: str) -> None:
        x = net.linear(x)
        cube = net.mul(net.mul(x, x), x)
        inner = net.function("tanh", net.mul(net.add(x, net.mul(cube))))
        net.mul(net.mul(x), net.add(inner))
        assert found(net) == []

    def test_rms_norm_written_out(self, net: Net, x: str) -> None:
        x = net.linear(x)
        scale = net.function("rsqrt", net.add(net.function("mean", net.function("pow", x))))
        net.mul(net.constant("weight", 16), net.mul(x, scale))
        assert found(net) == []

    def test_formula_that_reads_the_dtype_of_a_parameter(self, net: Net, x: str) -> None:
        dtype = net.value("getattr", net.constant("weight", 8, 8))
        net.mul(x, net.function("sigmoid", net.function("to", x, dtype)))
        assert found(net) == []

    def test_tensor_added_to_itself(self, net: Net, x: str) -> None:
        net.add(*[net.conv(net.add(x, x))] * 2)
        assert found(net) == []

    def test_constants_alone(self, net: Net, x: str) -> None:
        table = net.constant("table", *net.shape(x))
        net.add(table, net.conv(table))
        net.add(net.conv(x), table)
        assert found(net) == []

    def test_weights_of_the_fork_and_the_merge_are_not_bypassed(self, net: Net, x: str) -> None:
        x = net.conv(x)
        net.add(net.function("relu", x), x)
        assert found(net) == []


class TestSideInputs:
    """Side inputs must not hide a skip connection."""

    def test_conditioning_vector(self, net: Net, x: str) -> None:
        condition = net.input(1, 8, 1, 1, name="condition")
        net.add(net.mul(net.conv(x), net.conv(condition)), x)
        assert found(net) == [("identity", "x", "add", ())]

    def test_memory_of_an_encoder(self, net: Net, x: str) -> None:
        memory = net.conv(net.input(name="memory"))
        weights = ((24, 8), (8, 8))
        net.add(x, net.module("MultiheadAttention", x, memory, memory, weights=weights))
        assert found(net) == [("identity", "x", "add", ())]

    def test_constant_on_the_bypassed_path(self, net: Net, x: str) -> None:
        net.add(net.mul(net.conv(x), net.constant("layer_scale", 8, 1, 1)), x)
        assert found(net) == [("identity", "x", "add", ())]

    def test_constant_and_size_on_the_branch(self, net: Net, x: str) -> None:
        bias = net.constant("bias", 8, 1, 1)
        size = net.value("size", net.input(name="other"))
        branch = net.function("contiguous", net.add(x, bias), size)
        net.add(net.conv(x), branch)
        assert found(net) == [("projection", "x", "add_1", ("add", "contiguous"))]

    def test_constant_before_the_data(self, net: Net, x: str) -> None:
        table = net.constant("table", 1, 8, 16, 16)
        net.function("cat", net.function("expand", table), x, net.conv(x))
        assert found(net) == [("concat", "x", "cat", ())]

    def test_two_data_inputs_end_the_branch(self, net: Net, x: str) -> None:
        other = net.input(name="other")
        both = net.function("bmm", x, other)
        net.add(both, net.conv(x))
        net.add(net.module("LayerNorm", x, other, weights=((8,),)), net.conv(x))
        assert found(net) == []


class TestLong:
    def test_unet(self) -> None:
        skips = {skip.fork: skip for skip in find_skips(unet().graph)}
        assert {fork: (skip.kind.value, skip.long) for fork, skip in skips.items()} == {
            "down0": ("concat", True),
            "down1": ("concat", True),
        }
        assert set(skips["down0"].bypassed) > set(skips["down1"].bypassed)

    def test_unet_down_to_one_value(self, net: Net) -> None:
        """The innermost skip connection of pix2pix."""
        x = net.input(1, 8, 2, 2)
        y = net.conv(x, stride=2)
        net.cat(x, net.resize("ConvTranspose2d", y, 2))
        assert [skip.long for skip in find_skips(net.graph)] == [True]

    def test_feature_pyramid(self, net: Net, x: str) -> None:
        lateral = net.conv(x, name="lateral")
        top = net.conv(net.conv(x, stride=2), name="top")
        net.add(lateral, net.resize("interpolate", top, 2))
        assert [(_essence(skip), skip.long) for skip in find_skips(net.graph)] == [
            (("projection", "x", "add", ("lateral",)), True)
        ]

    def test_downsampling_block(self, net: Net, x: str) -> None:
        residual_block(net, x, 16, stride=2)
        assert [(skip.kind.value, skip.long) for skip in find_skips(net.graph)] == [
            ("projection", False)
        ]


class TestSeveral:
    def test_three_inputs(self, net: Net, x: str) -> None:
        y = net.conv(x, name="one")
        net.cat(x, y, net.conv(y, name="two"))
        assert found(net) == [("concat", "x", "cat", ()), ("concat", "one", "cat", ())]

    def test_dense_blocks_overlap(self) -> None:
        assert found(densenet()) == [
            ("concat", "x", "cat", ()),
            ("concat", "x", "cat_1", ()),
            ("concat", "conv0", "cat_1", ()),
            ("concat", "x", "cat_2", ()),
            ("concat", "conv0", "cat_2", ()),
            ("concat", "conv1", "cat_2", ()),
        ]

    def test_nested(self, net: Net, x: str) -> None:
        y = net.conv(x, name="outer")
        net.add(net.add(net.conv(y, name="inner"), y), x)
        inner, outer = find_skips(net.graph)
        assert _essence(inner) == ("identity", "outer", "add", ())
        assert _essence(outer) == ("identity", "x", "add_1", ())
        assert outer.bypassed == ("outer", "inner", "add")

    def test_one_after_the_other(self) -> None:
        assert [kind for kind, *_ in found(resnet())] == [
            "identity",
            "identity",
            "projection",
            "identity",
        ]

    def test_both_arrive_twice(self, net: Net, x: str) -> None:
        net.cat(x, net.conv(x), x)
        assert found(net) == 2 * [("concat", "x", "cat", ())]
        assert [wire.skip for _, _, wire in net.build().inputs("cat")] == [0, None, 1]


class TestDefinition:
    """The analysis against the definition in words, on random networks."""

    @settings(at_random, max_examples=100)
    @given(architectures())
    @example(run(PARALLEL))
    def test_finds_exactly_what_the_definition_says(self, architecture: Architecture) -> None:
        reference = Reference(architecture.graph)
        assert Counter(found(architecture)) == Counter(reference.skips())

    @at_random
    @given(architectures())
    @example(run(READ_TWICE))
    def test_bypassed_is_what_lies_on_the_paths_off_the_branch(
        self, architecture: Architecture
    ) -> None:
        reference = Reference(architecture.graph)
        for skip in find_skips(architecture.graph):
            assert set(skip.bypassed) == reference.bypassed(skip)

    @at_random
    @given(architectures())
    def test_only_the_graph_matters(self, architecture: Architecture) -> None:
        graph = architecture.graph
        skips = find_skips(graph)
        assert find_skips(graph) == skips
        rebuilt = nx.MultiDiGraph()
        rebuilt.add_nodes_from(graph.nodes(data=True))
        rebuilt.add_edges_from(reversed(list(graph.edges(data=True))))
        assert _by_merge(find_skips(rebuilt)) == _by_merge(skips)

    @at_random
    @given(architectures())
    def test_marks_the_last_wire_of_every_skip(self, architecture: Architecture) -> None:
        for index, skip in enumerate(architecture.skips):
            before = (skip.fork, *skip.branch)[-1]
            arriving = architecture.inputs(skip.merge)
            assert [source for source, _, wire in arriving if wire.skip == index] == [before]


def _by_merge(skips: Sequence[Skip]) -> list[Found]:
    """Sorted by merges, those of one merge as they are: merges may be in any topological order."""
    return [_essence(skip) for skip in sorted(skips, key=lambda skip: skip.merge)]


class Reference:
    """The definition of a skip connection in DESIGN.md, word by word and as slow as that is."""

    PARTS = frozenset({"getitem", "chunk"})
    QUIET = frozenset({"Dropout", "contiguous"})
    MERGES = frozenset({"add", "cat", "mul"})

    def __init__(self, graph: nx.MultiDiGraph) -> None:
        self.layers: dict[str, Operation] = dict(graph.nodes(data="operation"))
        self.data_inputs: dict[str, list[tuple[str, TensorSpec | None]]] = {}
        self.constant_inputs: dict[str, list[str]] = {}
        for node in graph:
            arriving = sorted(graph.in_edges(node, data="wire"), key=lambda edge: edge[2].position)
            self.data_inputs[node] = [
                (source, wire.tensor) for source, _, wire in arriving if wire.data
            ]
            self.constant_inputs[node] = [
                source for source, _, wire in arriving if wire.tensor and not wire.data
            ]
        self.flow = nx.DiGraph(
            (source, node) for node in graph for source, _ in self.data_inputs[node]
        )

    def skips(self) -> Iterator[Found]:
        for merge, inputs in self.data_inputs.items():
            if self.layers[merge].type in self.MERGES and len(inputs) > 1:
                for index in range(len(inputs)):
                    yield from self._arriving(merge, index)

    def bypassed(self, skip: Skip) -> set[str]:
        others = [source for source, _ in self.data_inputs[skip.merge]]
        others.remove((skip.fork, *skip.branch)[-1])
        return self._off_the_chain(skip.fork, set(skip.branch), others)

    def _arriving(self, merge: str, index: int) -> Iterator[Found]:
        """The skip connection over one data input of a merge, if it is one."""
        source, tensor = self.data_inputs[merge][index]
        others = [other for i, (other, _) in enumerate(self.data_inputs[merge]) if i != index]
        chain = self._chain(source)
        for length, fork in enumerate(chain):
            branch = tuple(reversed(chain[:length]))
            bypassed = self._off_the_chain(fork, set(branch), others)
            if any(self._weights(node) for node in bypassed):
                kind = self._kind(merge, fork, branch, bypassed, tensor)
                if kind:
                    yield (kind, fork, merge, branch)
                return

    def _chain(self, node: str) -> list[str]:
        chain = [node]
        while len(self.data_inputs[chain[-1]]) == 1:
            chain.append(self.data_inputs[chain[-1]][0][0])
        return chain

    def _off_the_chain(self, fork: str, chain: set[str], others: list[str]) -> set[str]:
        """The nodes on all paths from ``fork`` to ``others`` that pass no node of the chain."""
        away = self.flow.subgraph(set(self.flow) - chain)
        ends = [other for other in others if other in away]
        if fork not in away:
            return set()
        before = set(ends).union(*(nx.ancestors(away, end) for end in ends))
        return nx.descendants(away, fork) & before

    def _weights(self, node: str) -> list[tuple[int, ...]]:
        """Shapes of the parameters that an operation works with."""
        constants = [source for source in self.constant_inputs[node] if self._is_constant(source)]
        inherited = [shape for source in constants for shape in self._weights(source)]
        return [*self.layers[node].weights, *inherited]

    def _is_constant(self, node: str) -> bool:
        return not self.data_inputs[node] and self.layers[node].kind.value != "input"

    def _kind(
        self,
        merge: str,
        fork: str,
        branch: tuple[str, ...],
        bypassed: set[str],
        tensor: TensorSpec | None,
    ) -> str | None:
        types = {self.layers[node].type for node in branch}
        if self.layers[merge].type == "mul":
            return None if branch else "gate"
        if self.layers[merge].type == "cat":
            return "concat" if types <= self.QUIET | self.PARTS else None
        if types <= self.QUIET:
            return "identity"
        changes = tensor != self.layers[fork].outputs[0] or bool(types & self.PARTS)
        carries = any(self._weights(node) for node in branch)
        few = self._depth(branch) < min(self._depth(bypassed), 2)
        return "projection" if (changes or carries) and few else None

    def _depth(self, nodes: Collection[str]) -> int:
        """Weighted layers on the deepest path: what multiplies with a kernel or matrix."""
        depths: dict[str, int] = {}
        for node in nx.topological_sort(self.flow.subgraph(nodes)):
            before = [depths.get(source, 0) for source, _ in self.data_inputs[node]]
            depths[node] = max(before) + (self.layers[node].type in ("Conv2d", "Linear"))
        return max(depths.values(), default=0)
