"""The weight of an operation is the tensor that it multiplies with, however that is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize, weight_norm

import visualize
from tests.layers import Function, labels, weighted
from visualize.core.architecture import Weight

CASES: dict[str, tuple[Callable[[Any, Tensor], Tensor], tuple[int, ...], Any, Weight]] = {
    "kernel last": (
        lambda m, x: F.conv2d(x, m.w.permute(3, 2, 0, 1)), (1, 8, 9, 9), {"w": (3, 5, 8, 16)},
        Weight((16, 8, 3, 5), 8, 16),
    ),
    "flat kernel": (
        lambda m, x: F.conv2d(x, m.w.view(16, 8, 3, 3)), (1, 8, 9, 9), {"w": (1152,)},
        Weight((16, 8, 3, 3), 8, 16),
    ),
    "groups": (
        lambda m, x: F.conv1d(x, m.w.flip(-1), groups=4), (1, 8, 9), {"w": (12, 2, 3)},
        Weight((12, 2, 3), 8, 12, groups=4),
    ),
    "transposed": (
        lambda m, x: F.conv_transpose2d(x, m.w.transpose(0, 1), groups=2), (1, 8, 5, 5),
        {"w": (4, 8, 3, 3)}, Weight((8, 4, 3, 3), 8, 8, groups=2),
    ),
    "standardised": (
        lambda m, x: F.linear(x, (m.w - m.w.mean()) / m.w.std()), (1, 8), {"w": (16, 8)},
        Weight((16, 8), 8, 16),
    ),
    "low rank": (
        lambda m, x: F.linear(x, m.a @ m.b), (1, 8), {"a": (16, 4), "b": (4, 8)},
        Weight((16, 8), 8, 16),
    ),
    "one output": (lambda m, x: F.linear(x, m.w), (3, 8), {"w": (8,)}, Weight((8,), 8, 1)),
    "bilinear": (
        lambda m, x: F.bilinear(x, x, m.w * 2), (3, 8), {"w": (5, 8, 8)}, Weight((5, 8, 8), 64, 5),
    ),
    "product": (lambda m, x: x @ m.w + m.b, (3, 8), {"w": (8, 16), "b": (16,)},
                Weight((8, 16), 8, 16)),
    "product from the left": (lambda m, x: m.w @ x, (8, 3), {"w": (16, 8)}, Weight((16, 8), 8, 16)),
    "addmm": (lambda m, x: torch.addmm(m.b, x, m.w), (3, 8), {"w": (8, 16), "b": (16,)},
              Weight((8, 16), 8, 16)),
    "addmm by name": (
        lambda m, x: torch.addmm(mat2=m.w, input=m.b, mat1=x), (3, 8), {"w": (8, 16), "b": (16,)},
        Weight((8, 16), 8, 16),
    ),
    "vector": (lambda m, x: torch.mv(m.w, x[0]), (3, 8), {"w": (5, 8)}, Weight((5, 8), 8, 5)),
    "inner": (lambda m, x: torch.inner(x, m.w), (3, 8), {"w": (5, 8)}, Weight((5, 8), 8, 5)),
    "heads": (
        lambda m, x: torch.einsum("bld,dhk->blhk", x, m.w), (3, 2, 8), {"w": (8, 4, 5)},
        Weight((8, 4, 5), 8, 20),
    ),
    "implicit einsum": (
        lambda m, x: torch.einsum("oi,bi", m.w, x), (3, 8), {"w": (5, 8)}, Weight((5, 8), 8, 5),
    ),
}  # fmt: skip


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("name", CASES)
def test_a_weight_has_the_shape_in_which_it_is_read(name: str, tracer: str) -> None:
    function, shape, parameters, expected = CASES[name]
    exact = visualize.trace(Function(function, **parameters), shape, tracer=tracer)
    assert [one.weight for one in weighted(exact)] == [expected]
    linear = {"product", "addmm", "vector", "inner", "heads", "implicit einsum"}
    kinds = [one.does for one in weighted(exact)]
    assert (kinds == ["Linear"]) == any(name.startswith(kind) for kind in linear)


@pytest.mark.parametrize("dims", [1, ([2], [0])])
def test_a_contracted_tensor_is_a_linear_layer(dims: Any) -> None:
    model = Function(lambda m, x: torch.tensordot(x, m.w, dims=dims), w=(8, 16))
    (product,) = weighted(visualize.trace(model, (3, 2, 8)))
    assert (product.does, product.weight) == ("Linear", Weight((8, 16), 8, 16))


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda m, x: x @ x.transpose(-1, -2), (3, 2, 8)),  # no parameter
        (lambda m, x: torch.bmm(x, m.w), (3, 2, 8)),  # a matrix for each expert
        (lambda m, x: torch.einsum("ebd,edk->ebk", x, m.w), (3, 2, 8)),
        (lambda m, x: torch.einsum("...d,edk->...ek", x, m.w).sum(), (3, 2, 8)),
        (lambda m, x: x * m.w.sum(), (3, 2, 8)),
    ],
)
def test_other_products_have_no_weight(
    function: Callable[[Any, Tensor], Tensor], shape: tuple[int, ...]
) -> None:
    exact = visualize.trace(Function(function, w=(3, 8, 5)), shape)
    found = [one for one in weighted(exact) if one.type != "einsum" or one.weight is None]
    assert not found


def test_a_kernel_that_is_computed_from_data_is_not_learned() -> None:
    model = Function(lambda m, x: F.conv2d(x, m.w(x).view(8, 8, 3, 3), padding=1))
    model.w = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 576))
    linear, convolution = weighted(visualize.trace(model, (1, 8, 9, 9)))
    assert linear.weight == Weight((576, 8), 8, 576)
    assert convolution.weight == Weight((8, 8, 3, 3), 8, 8, learned=False)


class Doubled(nn.Module):
    """A parametrisation that changes the shape of a weight."""

    def forward(self, weight: Tensor) -> Tensor:
        return torch.cat([weight, -weight])

    def right_inverse(self, weight: Tensor) -> Tensor:
        return weight[: len(weight) // 2]


def doubled(layer: nn.Module) -> nn.Module:
    parametrize.register_parametrization(layer, "weight", Doubled())
    return layer


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(
    "change",
    [weight_norm, parametrizations.weight_norm, parametrizations.spectral_norm,
     parametrizations.orthogonal, doubled],
)  # fmt: skip
@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: nn.Linear(8, 6), torch.zeros(3, 8)),
        (lambda: nn.Conv2d(8, 6, 3), torch.zeros(1, 8, 9, 9)),
        (lambda: nn.Embedding(8, 6), torch.zeros(3, dtype=torch.int64)),
    ],
)
def test_a_parametrised_layer_is_what_it_was(
    make: Callable[[], nn.Module], shape: Tensor, change: Callable[..., nn.Module], tracer: str
) -> None:
    plain, changed = make(), change(make())
    one, other = (
        visualize.trace(nn.Sequential(layer), (shape,), tracer=tracer) for layer in (plain, changed)
    )
    (before,), (after,) = weighted(one), weighted(other)
    assert (after.type, after.module_class) == (before.type, before.module_class)
    assert after.weight == before.weight
    assert other.modules == one.modules
    assert other.parameters == sum(tensor.numel() for tensor in changed.parameters())


def test_a_replaced_weight_counts_and_not_what_the_constructor_was_given() -> None:
    layer = nn.Conv2d(8, 16, 3)
    layer.weight = nn.Parameter(layer.weight[:5])
    layer.bias = None
    (pruned,) = weighted(visualize.trace(nn.Sequential(layer), (1, 8, 9, 9)))
    assert pruned.weight == Weight((5, 8, 3, 3), 8, 5)


class Ensemble(nn.Module):
    """Members of one class, run side by side by ``torch.vmap``."""

    def __init__(self, member: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(member() for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        stacked = torch.func.stack_module_state(list(self.members))
        one = self.members[0]
        run = torch.vmap(lambda *state: torch.func.functional_call(one, state, (x,)))
        mean: Tensor = run(*stacked).mean(0)
        return mean


def mapped(m: Any, x: Tensor) -> Tensor:
    result: Tensor = torch.vmap(lambda w, b: F.linear(x, w, b))(m.w, m.b).mean(0)
    return result


@pytest.mark.parametrize(
    ("model", "shape", "label"),
    [
        (Ensemble(lambda: nn.Linear(4, 2)), (5, 4), ["3 × Linear, 4 → 2", "30 params"]),
        (Ensemble(lambda: nn.Conv2d(3, 4, 3)), (2, 3, 8, 8), ["3 × 3×3 conv, 4", "336 params"]),
        (Function(mapped, w=(3, 2, 4), b=(3, 2)), (5, 4), ["3 × Linear, 4 → 2", "30 params"]),
    ],
)
def test_an_ensemble_shows_all_its_members(
    model: nn.Module, shape: tuple[int, ...], label: list[str]
) -> None:
    assert labels(model, shape)[0] == label
    (layer,) = weighted(visualize.trace(model, shape))
    assert layer.weight
    assert layer.weight.members == 3


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(
    "look_up",
    [
        lambda m, x: m.w[(x @ m.w.t()).argmax(-1)],
        lambda m, x: torch.index_select(m.w, 0, (x @ m.w.t()).argmax(-1)),
        lambda m, x: m.w[0:16][(x @ m.w.t()).argmax(-1)].relu(),
    ],
)
def test_rows_of_a_parameter_are_an_embedding(look_up: Any, tracer: str) -> None:
    model = Function(look_up, w=(16, 8))
    exact = visualize.trace(model, (3, 8), tracer=tracer)
    (table,) = (one for one in exact.operations if one.counts_as == "Embedding")
    assert table.weight == Weight((16, 8), 16, 8)
    assert ["Embedding, 16 → 8", "shared weights"] in [
        label[:1] + label[1].split(" · ")[-1:]
        for label in labels(model, (3, 8), tracer=tracer)
        if len(label) > 1
    ]


@pytest.mark.parametrize(
    "pick",
    [
        lambda m, x: m.w[:, x.argmax(-1)],
        lambda m, x: m.w[x.argmax(-1) > 2],
        lambda m, x: torch.index_select(m.w, 1, x.argmax(-1)),
    ],
)
def test_columns_and_masks_of_a_parameter_are_none(pick: Any) -> None:
    exact = visualize.trace(Function(pick, w=(3, 8)), (3, 8))
    assert not [one for one in exact.operations if one.weight]
