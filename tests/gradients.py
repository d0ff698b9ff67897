"""What a model sees of its input, by gradients: with positive weights none of them cancel."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

import visualize

Field = tuple[int, ...]


class Averaged(nn.AvgPool2d):
    """Pooling that passes gradients to all of its window, in place of that of the largest."""


def positive(model: nn.Module) -> nn.Module:
    """``model`` in double precision with positive weights, and averages in place of maxima."""
    for path, module in list(model.named_modules()):
        if isinstance(module, nn.MaxPool2d):
            holder = model.get_submodule(path.rpartition(".")[0])
            pool = Averaged(module.kernel_size, module.stride, module.padding, module.ceil_mode)
            setattr(holder, path.rpartition(".")[2], pool)
    model = model.double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            share = parameter[0].numel() if parameter.dim() > 1 else 1
            parameter.uniform_(0.5, 1.0).div_(share)
    return model


def reached(model: nn.Module, *shape: int, layer: str = "", axis: int = -1) -> int:
    """How many positions along an axis of the input the value sees that sees most.

    Args:
        model: with one input and one output, or one of ``layer``.
        shape: of the input.
        layer: path of the module whose output counts; that of the model by default.
        axis: of input and output.
    """
    made: list[Any] = []
    module = positive(model).get_submodule(layer)
    hook = module.register_forward_hook(lambda *call: made.append(call[-1]))
    x = torch.rand(shape, dtype=torch.float64).add(0.5).requires_grad_()
    model(x)
    hook.remove()
    result: Tensor = made[0]
    most = 0
    for place in range(result.shape[axis]):
        (gradient,) = torch.autograd.grad(
            result.select(axis, place).sum(), x, retain_graph=True, allow_unused=True
        )
        if gradient is not None:
            along = gradient.movedim(axis, 0).flatten(1).abs().sum(1).nonzero()
            if len(along):
                most = max(most, int(along.max() - along.min()) + 1)
    return most


def reached_in_the_middle(model: nn.Module, *shape: int) -> Field:
    """How much of the rows and columns of an image the values in the middle of the result see."""
    x = torch.rand(shape, dtype=torch.float64).add(0.5).requires_grad_()
    result: Tensor = positive(model)(x)
    height, width = result.shape[-2:]
    near = range(-_NEAR, _NEAR + 1)
    places = [(height // 2 + step, width // 2) for step in near if 0 <= height // 2 + step < height]
    places += [(height // 2, width // 2 + step) for step in near if 0 <= width // 2 + step < width]
    most = [0, 0]
    for row, column in places:
        value = result[..., row, column].sum()
        (gradient,) = torch.autograd.grad(value, x, retain_graph=True)
        for axis in (0, 1):
            along = gradient.abs().sum((0, 1, 3 - axis)).nonzero()
            if len(along):
                most[axis] = max(most[axis], int(along.max() - along.min()) + 1)
    return tuple(most)


_NEAR = 6  # as many phases as strides and scales have


def printed(model: nn.Module, *shape: int) -> Field | None:
    """The receptive field of the output in the summary."""
    field = visualize.summarize(model.float(), torch.rand(shape)).total.receptive_field
    return (
        None
        if field is None
        else tuple(-1 if size == float("inf") else int(size) for size in field)
    )


WHOLE = -1


def agrees(model: nn.Module, *shape: int) -> bool:
    """Whether each axis of the input is seen as gradients say, or as far as the input goes."""
    field = printed(model, *shape)
    assert field is not None
    sizes = shape[-len(field) :]
    for axis, (seen, size) in enumerate(zip(field, sizes), -len(field)):
        truth = reached(model, *shape, axis=axis)
        if truth != (size if seen == WHOLE else min(seen, size)):
            return False
    return True


class Steps(nn.Module):
    """A function of an image and of layers."""

    def __init__(self, function: Any, *layers: nn.Module) -> None:
        super().__init__()
        self.function, self.layers = function, nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Any:
        """Call the function."""
        return self.function(x, *self.layers)


def conv(
    kernel: int = 3, stride: int = 1, dilation: int = 1, inputs: int = 1, outputs: int = 1
) -> nn.Conv2d:
    """A convolution that keeps the size of an image if its stride is 1."""
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2 * dilation, dilation)
