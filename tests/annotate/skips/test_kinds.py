"""Each kind of skip connection, literally."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.followed_batch import Run
from tests.found_skips import essence, found
from tests.graphs import Net
from tests.mixes import IMAGE, SEQUENCE, Highway, SelectiveKernel
from visualize.annotate.skips import find_skips
from visualize.core.architecture import SkipKind


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

    @pytest.mark.parametrize("kind", ["permute", "view", "flatten", "unsqueeze", "to", "as_tensor"])
    def test_views_and_casts_on_the_branch(self, net: Net, x: str, kind: str) -> None:
        shape = (1, 16, 16, 8)
        y = net.function("permute", net.conv(x), shape=shape)
        net.add(y, net.function(kind, x, shape=shape))
        assert [kind for kind, *_ in found(net)] == ["identity"]

    def test_detached_branch(self, net: Net, x: str) -> None:
        net.add(net.conv(x), net.function("detach", x))
        net.add(net.conv(x), net.function("data", x))
        net.add(net.conv(x), x)
        skips = find_skips(net.graph)
        assert [(skip.kind.value, skip.gradient) for skip in skips] == [
            ("identity", False),
            ("identity", False),
            ("identity", True),
        ]

    @pytest.mark.parametrize("expanded", [False, True])
    def test_what_is_broadcast_is_conditioning(self, net: Net, x: str, expanded: bool) -> None:
        time = net.linear(net.input(1, 4, name="time"), 8, name="embed")
        for number in range(3):
            shift = net.linear(time, 8, name=f"shift{number}")
            shift = net.function("view", shift, shape=(1, 8, 1, 1))
            if expanded:
                shift = net.function("expand", shift, shape=net.shape(x))
            x = net.add(x, net.function("relu", net.add(net.conv(x), shift)))
        assert [kind for kind, *_ in found(net)] == ["identity"] * 3

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
        assert (skip.fork, skip.bypassed_parameters) == ("shared", 584)


class TestProjection:
    def test_convolution_and_norm_on_the_branch(self, net: Net, x: str) -> None:
        y = net.norm(net.conv(net.conv(x, 16, 2, "one"), 16, name="two"), "bn")
        net.add(y, net.norm(net.conv(x, 16, 2, "down"), "norm"))
        (skip,) = find_skips(net.graph)
        assert essence(skip) == ("projection", "x", "add", ("down", "norm"))
        assert skip.bypassed == ("one", "two", "bn")
        assert skip.parameters == 16 * 8 * 9 + 16 + 2 * 16
        assert skip.shape == (1, 16, 8, 8)

    def test_every_wire_of_the_branch_is_marked(self, net: Net, x: str) -> None:
        y = net.conv(net.norm(net.conv(x, name="one"), "bn"), name="two")
        net.add(y, net.norm(net.conv(x, name="down"), "norm"))
        marked = [(source, target) for source, target, wire in net.build().wires if wire.skip == 0]
        assert marked == [("x", "down"), ("down", "norm"), ("norm", "add")]

    def test_pooling_on_the_branch(self, net: Net, x: str) -> None:
        net.add(net.conv(x, stride=2), net.resize("AvgPool2d", x, 0.5, "pool"))
        assert found(net) == [("projection", "x", "add", ("pool",))]

    def test_norm_of_a_matrix_is_no_weighted_layer(self, net: Net, x: str) -> None:
        norm = net.module("LayerNorm", x, name="norm", weights=((16, 16), (16, 16)))
        y = net.function("relu", net.conv(net.conv(x)))
        net.add(y, net.conv(norm, name="down"))
        assert found(net) == [("projection", "x", "add", ("norm", "down"))]

    def test_padded_channels_on_the_branch(self, net: Net, x: str) -> None:
        net.add(net.conv(x, 16), net.function("pad", x, shape=(1, 16, 16, 16)))
        assert found(net) == [("projection", "x", "add", ("pad",))]

    def test_activation_on_the_branch(self, net: Net, x: str) -> None:
        y = net.conv(net.norm(net.conv(x)))
        net.add(y, net.function("relu", x))
        assert found(net) == [("projection", "x", "add", ("relu",))]

    def test_activation_beside_a_linear_layer_is_none(self, net: Net, x: str) -> None:
        net.add(net.conv(x), net.function("relu", x))
        assert found(net) == []

    def test_path_along_the_branch_is_not_bypassed(self, net: Net, x: str) -> None:
        branch = net.norm(net.function("relu", x), "norm")
        other = net.function("relu", net.conv(x, name="conv"))
        net.add(branch, net.add(net.function("gelu", branch), other))
        assert found(net)[-1] == ("projection", "x", "add_1", ("relu", "norm"))

    def test_two_weighted_layers_are_too_many(self, net: Net, x: str) -> None:
        y = net.conv(net.function("relu", net.conv(net.conv(x))))
        net.add(y, net.conv(net.conv(x)))
        assert found(net) == []

    def separable(self, net: Net, x: str, kernel: tuple[int, ...] = (1, 1)) -> str:
        depthwise = ((8, 1, 3, 3), (8,))
        y = net.module("Conv2d", x, name="depthwise", weights=depthwise)
        return net.module("Conv2d", y, name="pointwise", weights=((8, 8, *kernel), (8,)))

    def test_a_depthwise_separable_pair_is_one_layer(self, net: Net, x: str) -> None:
        y = net.conv(net.function("relu", net.conv(x)))
        net.add(y, self.separable(net, x))
        assert found(net) == [("projection", "x", "add", ("depthwise", "pointwise"))]

    def test_a_depthwise_and_a_full_convolution_are_two_layers(self, net: Net, x: str) -> None:
        y = net.conv(net.function("relu", net.conv(net.conv(x))))
        net.add(y, self.separable(net, x, (3, 3)))
        assert found(net) == []

    def test_a_frozen_layer_beside_its_adapter_is_none(self, net: Net, x: str) -> None:
        down = net.conv(net.module("Dropout", x), 2, name="down")
        net.add(net.conv(x, name="base"), net.function("mul", net.conv(down), b=2.0))
        assert found(net) == []

    @pytest.mark.parametrize("width", [8, 16])
    def test_a_layer_beside_its_nonlinear_adapter_is_none(
        self, net: Net, x: str, width: int
    ) -> None:
        down = net.function("relu", net.conv(x, 2, name="down"))
        net.add(net.conv(x, width, name="base"), net.conv(down, width, name="up"))
        assert found(net) == []

    def test_a_shortcut_with_more_parameters_than_what_it_bypasses(self, net: Net, x: str) -> None:
        narrow = net.conv(net.function("relu", net.conv(x, 2)), 2)
        work = net.conv(net.function("relu", narrow), 8, name="last")
        down = net.module("Conv2d", x, name="down", weights=((8, 8, 5, 5),))
        net.add(work, down)
        assert [kind for kind, *_ in found(net)] == ["projection"]

    def test_both_sides_have_the_shape_of_the_result(self, net: Net, x: str) -> None:
        y = net.conv(net.function("relu", net.conv(x, stride=16)))
        net.add(net.conv(x, name="beside"), y)
        assert found(net) == []


class TestScaled:
    def test_constant(self, net: Net, x: str) -> None:
        net.add(net.conv(x), net.function("mul", x, b=0.7))
        (skip,) = find_skips(net.graph)
        assert (skip.kind.value, skip.scale, skip.branch) == ("scaled", "0.7", ("mul",))

    def test_divided_twice(self, net: Net, x: str) -> None:
        half = net.function("div", x, **{"1": 2})
        net.add(net.conv(x), net.function("neg", net.function("truediv", half, b=5)))
        assert [skip.scale for skip in find_skips(net.graph)] == ["-0.1"]

    def test_what_divides_a_number_is_no_scaling(self, net: Net, x: str) -> None:
        y = net.conv(net.function("relu", net.conv(x)))
        net.add(y, net.function("truediv", x, a=2))
        assert [skip.kind.value for skip in find_skips(net.graph)] == ["projection"]

    def test_parameter(self, net: Net, x: str) -> None:
        net.add(net.conv(x), net.function("mul", x, net.constant("alpha", 8, 1, 1)))
        (skip,) = find_skips(net.graph)
        assert (skip.kind.value, skip.scale, skip.parameters) == ("scaled", "parameter", 8)

    def test_norm(self, net: Net, x: str) -> None:
        net.add(net.conv(x), net.norm(x, "norm"))
        (skip,) = find_skips(net.graph)
        assert (skip.kind.value, skip.scale, skip.branch) == ("scaled", "norm", ("norm",))

    def test_highway_is_no_gate_as_well(self, net: Net, x: str) -> None:
        gate = net.function("sigmoid", net.conv(x, name="gate"))
        carry = net.function("rsub", gate, **{"1": 1})
        net.add(net.mul(gate, net.conv(x, name="work")), net.mul(carry, x))
        (skip,) = find_skips(net.graph)
        assert (skip.kind.value, skip.scale, skip.branch) == ("scaled", "computed", ("mul_1",))

    def test_of_two_branches_that_bypass_each_other_one_is_kept(self, net: Net, x: str) -> None:
        gate = net.function("sigmoid", net.conv(net.conv(x, 4), name="gate"))
        scaled = net.mul(x, gate)
        work = net.conv(net.function("relu", net.conv(x)))
        net.add(net.function("relu", work), net.mul(scaled, gate))
        assert [skip.kind.value for skip in find_skips(net.graph)] == ["scaled"]


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

    def test_half_that_the_bypassed_path_reads_too(self, net: Net, x: str) -> None:
        kept, worked = net.split("chunk", x, (1, 4, 16, 16), (1, 4, 16, 16))
        net.cat(kept, net.add(worked, net.conv(kept, 4, name="conv")))
        assert found(net) == [("concat", "getitem", "cat", ())]

    def test_the_other_half_is_another_tensor(self, net: Net, x: str) -> None:
        kept, worked = net.split("chunk", x, (1, 4, 16, 16), (1, 4, 16, 16))
        net.cat(kept, net.conv(worked))
        assert found(net) == []

    def test_view_of_the_same_tensor(self, net: Net, x: str) -> None:
        flat = net.function("flatten", x, shape=(1, 8, 256), **{"1": 2})
        y = net.function("flatten", net.conv(x), shape=(1, 8, 256), **{"1": 2})
        net.function("cat", flat, y, shape=(1, 16, 256), dim=1)
        assert found(net) == [("concat", "x", "cat", ("flatten",))]

    def test_the_steps_of_a_recurrence_are_joined(self, net: Net, x: str) -> None:
        steps = [x]
        for _ in range(3):
            steps.append(net.conv(steps[-1], name="cell"))
        net.cat(*steps[1:])
        assert found(net) == []

    def test_layers_that_are_called_again_are_no_recurrence(self, net: Net, x: str) -> None:
        for _ in range(2):
            x = net.conv(net.cat(x, net.conv(x, name="one")), name="two")
        assert [kind for kind, *_ in found(net)] == ["concat", "concat"]

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

    def test_branch_that_does_nothing_in_inference(self, net: Net, x: str) -> None:
        net.mul(net.module("Dropout", x, name="drop"), net.conv(x))
        assert found(net) == [("gate", "x", "mul", ("drop",))]

    def test_branch_that_works_is_none(self, net: Net, x: str) -> None:
        net.mul(net.function("relu", x), net.conv(x))
        assert found(net) == []

    def test_halves_of_a_gated_linear_unit_are_different_tensors(self, net: Net, x: str) -> None:
        value, gate = net.split("chunk", net.conv(x), (1, 4, 16, 16), (1, 4, 16, 16))
        net.mul(value, net.function("sigmoid", net.conv(gate, 4)))
        assert found(net) == []

    @pytest.mark.parametrize(("dim", "kinds"), [(1, []), (2, ["gate"])])
    def test_product_summed_over_a_softmax_is_attention(
        self, net: Net, dim: int, kinds: list[str]
    ) -> None:
        x = net.input(1, 5, 8, name="tokens")
        scores = net.linear(x, 1, name="scores")
        weights = net.function("softmax", scores, **{"1": 1})
        product = net.mul(x, weights)
        net.function("sum", product, shape=(1, 8) if dim == 1 else (1, 5), **{"1": dim})
        assert [kind for kind, *_ in found(net)] == kinds


class GatedUnit(nn.Module):
    """A layer of two tensors whose gate decides between them, as in a GRU or a multimodal unit."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.gate = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(32, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        one, two = self.one(x).tanh(), self.two(x).tanh()
        gate = self.gate(torch.cat([one, two], -1)).sigmoid()
        return gate * one + (1 - gate) * two


def test_parallel_branches_that_are_weighed_by_each_other_do_not_skip_each_other() -> None:
    assert visualize.trace(SelectiveKernel(stacked=True), IMAGE).skips == ()
    for model, shape in ((SelectiveKernel(stacked=False), IMAGE), (GatedUnit(), SEQUENCE)):
        skips = visualize.trace(model, shape).skips
        # Each is multiplied with a gate that is computed from it.
        assert [skip.kind for skip in skips] == [SkipKind.GATE] * 2


def test_a_highway_bypasses_its_layer() -> None:
    kinds = [skip.kind for skip in visualize.trace(Highway(), SEQUENCE).skips]
    assert kinds == [SkipKind.SCALED] * 3


def kinds(run: Callable[..., Tensor], *layers: nn.Module, shape: Sequence[int] = SEQUENCE) -> list:
    return [skip.kind.value for skip in visualize.trace(Run(run, *layers), shape).skips]


@pytest.mark.parametrize(
    "activation",
    [
        lambda y, scale: y * (scale * y).sigmoid(),  # Swish
        lambda y, scale: y + (scale * y).sin() ** 2 / scale,  # Snake
        lambda y, scale: scale * (y * y.sigmoid()) + y,
    ],
)
def test_a_formula_of_single_values_with_parameters_is_none(
    activation: Callable[[Tensor, Tensor], Tensor],
) -> None:
    scale = nn.PReLU(16)
    run = lambda layer, scale, x: activation(layer(x), scale.weight)  # noqa: E731
    assert kinds(run, nn.Linear(16, 16), scale) == []


def test_what_works_on_several_values_is_bypassed_though_its_only_parameter_scales() -> None:
    def attend(gamma: nn.PReLU, x: Tensor) -> Tensor:
        return x + gamma.weight * ((x @ x.mT).softmax(-1) @ x)

    assert kinds(attend, nn.PReLU(16)) == ["identity"]
    assert kinds(lambda norm, x: x + norm(x), nn.LayerNorm(16)) == ["identity"]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (lambda f, x: x[:, :4] + f(x[:, :4]), ["identity"]),
        (lambda f, x: x.narrow(1, 2, 3) + f(x.narrow(1, 2, 3)), ["identity"]),
        (lambda f, x: 0.5 * x[..., 0, :] + f(x[..., 0, :]), ["scaled"]),
        (lambda f, x: x[:, 1:5] + f(x[:, :4]), ["projection"]),
        (lambda f, x: x[:, 4:] + f(x[:, :4]), []),
    ],
)
def test_branches_that_read_one_slice_each_for_itself(
    run: Callable[..., Tensor], expected: list[str]
) -> None:
    assert kinds(run, nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16))) == expected
