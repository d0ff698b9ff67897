"""Where paths part and meet again, and what is no skip connection."""

from __future__ import annotations

import pytest

from tests.found_skips import essence, found
from tests.graphs import Net, densenet, resnet
from visualize.annotate.skips import find_skips


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
        table = net.constant("table", *net.shape(x), buffer=True)
        net.add(table, net.conv(table))
        net.add(net.conv(x), table)
        assert found(net) == []

    def test_weights_of_the_fork_and_the_merge_are_not_bypassed(self, net: Net, x: str) -> None:
        x = net.conv(x)
        net.add(net.function("relu", x), x)
        assert found(net) == []


class TestPieces:
    """Disjoint slices of one tensor are different tensors."""

    def test_pieces_of_a_split(self, net: Net, x: str) -> None:
        one, two = net.split("split", x, (1, 4, 16, 16), (1, 4, 16, 16))
        net.add(two, net.conv(one, 4))
        assert found(net) == []

    @pytest.mark.parametrize(("stop", "kinds"), [(8, []), (9, ["projection"])])
    def test_slices_by_index(self, net: Net, x: str, stop: int, kinds: list[str]) -> None:
        every = "slice(None, None, None)"
        upper = net.function(
            "getitem", x, shape=(1, 8, 8, 16), b=[every, every, "slice(8, None, None)"]
        )
        lower = net.function(
            "getitem", x, shape=(1, 8, stop, 16), b=[every, every, f"slice(None, {stop}, None)"]
        )
        y = net.function("relu", net.conv(lower))
        net.add(upper, net.function("narrow", y, shape=(1, 8, 8, 16)))
        assert [kind for kind, *_ in found(net)] == kinds

    def test_steps_of_a_recurrence(self, net: Net) -> None:
        x = net.input(1, 4, 8)
        every = "slice(None, None, None)"
        state = ""
        for step in range(3):
            read = net.function("getitem", x, shape=(1, 8), b=[every, step])
            new = net.linear(read, name="input")
            state = net.function(
                "tanh", net.add(new, net.linear(state, name="state")) if state else new
            )
        assert found(net) == []

    def test_whole_that_is_read_in_part(self, net: Net, x: str) -> None:
        half = net.function("narrow", x, shape=(1, 4, 16, 16), **{"1": 1, "2": 0, "3": 4})
        net.add(x, net.conv(half))
        assert found(net) == [("identity", "x", "add", ())]


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
        net.add(net.conv(net.function("relu", net.conv(x))), branch)
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
        assert essence(inner) == ("identity", "outer", "add", ())
        assert essence(outer) == ("identity", "x", "add_1", ())
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
