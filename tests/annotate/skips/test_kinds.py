"""Each kind of skip connection, literally."""

from __future__ import annotations

import pytest

from tests.found_skips import essence, found
from tests.graphs import Net
from visualize.annotate.skips import find_skips


class TestIdentity:
    def test_add_of_what_was_before(self, net: Net, x: str) -> None:
        net.add(net.conv(net.conv(x, name="one"), name="two"), x)
        (skip,) = find_skips(net.graph)
        assert essence(skip) == ("identity", "x", "add", ())
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
        assert essence(skip) == ("identity", "x", "add", ())
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
        assert essence(skip) == ("projection", "x", "add", ("down", "norm"))
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
        assert essence(skip) == ("concat", "x", "cat", ())
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
        assert essence(skip) == ("gate", "x", "mul", ())
        assert (skip.merge_type, skip.long) == ("multiply", False)

    def test_branch_must_be_empty(self, net: Net, x: str) -> None:
        net.mul(net.module("Dropout", x), net.conv(x))
        assert found(net) == []
