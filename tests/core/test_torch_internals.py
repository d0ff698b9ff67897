"""Private names of torch are in one module; what it returns is what torch does."""

from __future__ import annotations

import re
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import visualize
from visualize.core import torch_internals, torch_threads
from visualize.core.torch_internals import (
    can_decompose,
    compiled_module,
    device_constructors,
    forward_hooks,
    forward_pre_hooks,
    functions_to_wrap,
    in_transformation,
    module_tables,
    overload_packet,
    own_tensors,
    parameter_names,
    silent_dispatch,
    storage_id,
    tree_leaves,
    tree_map_only,
    unwrapped_tensor,
    version_of,
    without_torch_function,
)

PACKAGE = Path(visualize.__file__).parent
# A private module or attribute of torch; "torch._utils " and its like are names in pickles.
PRIVATE = re.compile(
    r"\btorch(\.\w+)*\._(?!_|utils )\w+|\bfx\.(\w+\.)*_\w+|from torch.* import _\w+"
    r"|\.(_parameters|_buffers|_modules|_forward_(pre_)?hooks|_cdata|_version|_schema|_c)\b"
)


def test_no_other_module_uses_private_names_of_torch() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path not in (Path(torch_internals.__file__), Path(torch_threads.__file__))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PRIVATE.search(re.sub(r"torch\.ops\.[\w.]+|\"[^\"]*\"", "", line))
    ]
    assert found == []


def test_the_search_finds_private_names() -> None:
    lines = (
        "from torch.utils import _pytree as pytree", "torch._C.DisableTorchFunction()",
        "torch._ops.OpOverload", "module._parameters[name]", "storage()._cdata",
        "fx._symbolic_trace._wrapped_fns_to_patch", "from torch._jit_internal import a",
    )  # fmt: skip
    assert all(map(PRIVATE.search, lines))
    assert not PRIVATE.search("torch.utils.flop_counter")


def test_versions_count_writes() -> None:
    tensor = torch.zeros(2)
    before = version_of(tensor)
    tensor.add_(1)
    assert version_of(tensor) == before + 1
    with torch.inference_mode():
        assert version_of(torch.zeros(2)) == 0


def test_views_share_a_storage_also_on_the_meta_device() -> None:
    for device in ("cpu", "meta"):
        tensor = torch.zeros(4, device=device)
        assert storage_id(tensor) == storage_id(tensor[1:])
        assert storage_id(tensor) != storage_id(torch.zeros(4, device=device))
    assert storage_id(torch.eye(2).to_sparse()) is None


def test_tensors_inside_transformations() -> None:
    seen = []

    def look(x: torch.Tensor) -> torch.Tensor:
        inner = unwrapped_tensor(x)
        seen.append((in_transformation(), None if inner is None else tuple(inner.shape)))
        return x

    torch.vmap(look)(torch.zeros(3, 2))
    assert seen == [(True, (3, 2))]
    assert not in_transformation()
    assert unwrapped_tensor(torch.zeros(1)) is None


def test_torch_function_is_not_asked() -> None:
    calls = []

    class Watched(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            calls.append(func)
            return super().__torch_function__(func, types, args, kwargs or {})

    tensor = torch.zeros(2).as_subclass(Watched)
    calls.clear()
    with without_torch_function():
        assert tensor.sum().shape == ()
    assert calls == []
    assert tensor.sum().shape == ()
    assert calls


def test_tables_and_hooks_of_modules() -> None:
    norm = nn.BatchNorm1d(2, affine=False)
    assert list(own_tensors(norm)) == [
        "weight", "bias", "running_mean", "running_var", "num_batches_tracked"
    ]  # fmt: skip
    parameters, buffers = module_tables(norm)
    buffers["running_mean"] = torch.ones(2)
    assert parameters["weight"] is None
    assert norm.running_mean is not None
    assert norm.running_mean.tolist() == [1, 1]

    def hook(*_: object) -> None: ...

    norm.register_forward_hook(hook)
    norm.register_forward_pre_hook(hook)
    assert (forward_hooks(norm), forward_pre_hooks(norm)) == ([hook], [hook])


def test_compiled_modules() -> None:
    net = nn.Linear(2, 2)
    assert compiled_module(torch.compile(net)) is net
    assert compiled_module(net) is None


def test_operators_and_functions() -> None:
    add = torch.ops.aten.add.Tensor
    assert parameter_names(add) == ["self", "other", "alpha"]
    assert overload_packet(add) is torch.ops.aten.add
    assert overload_packet(torch.ops.higher_order.cond) is torch.ops.higher_order.cond
    assert can_decompose(torch.ops.aten.linear.default)
    assert not can_decompose(torch.ops.aten.mm.default)
    assert not can_decompose(torch.ops.higher_order.cond)
    assert silent_dispatch(F.max_pool2d) is F._max_pool2d
    assert silent_dispatch(F.relu) is F.relu
    assert {torch.zeros, torch.arange} <= device_constructors()
    assert torch.add not in device_constructors()
    assert (globals(), "_marked_function") in functions_to_wrap()


@torch.fx.wrap
def _marked_function() -> None: ...


def test_trees_of_tensors() -> None:
    tree = {"a": [torch.zeros(1), 2]}
    doubled = tree_map_only(torch.Tensor, lambda tensor: tensor + 1, tree)
    assert [float(leaf) for leaf in tree_leaves(doubled)] == [1, 2]
