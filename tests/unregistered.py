"""Models whose weights are not all registered parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Held(nn.Module):
    """Layers in a plain list, dict or tuple: ``model.parameters()`` leaves them out."""

    def __init__(self, held: object) -> None:
        super().__init__()
        self.stack = held
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        held = self.stack
        for layer in held.values() if isinstance(held, dict) else held:  # type: ignore[attr-defined]
            x = layer(x).relu()
        return self.head(x)


def convolutions() -> tuple[nn.Module, nn.Module]:
    """Two convolutions of 408 parameters in all."""
    return nn.Conv2d(3, 4, 3), nn.Conv2d(4, 8, 3)


class Plain(nn.Module):
    """A kernel and a bias that are plain tensors, and mean colours."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel, self.bias = torch.ones(4, 3, 3, 3), torch.ones(4)
        self.colours = torch.ones(3, 1, 1)
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.conv2d(x - self.colours, self.kernel, self.bias))


class Listed(nn.Module):
    """Parameters in a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = [nn.Parameter(torch.ones(8, 8)) for _ in range(2)]
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        for weight in self.weights:
            x = F.linear(x, weight).relu()
        return self.head(x)


class Integers(nn.Module):
    """A linear layer whose weight is a buffer of integers with a scale for each output."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weight", torch.ones(4, 8, dtype=torch.int8))
        self.register_buffer("scale", torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        weight, scale = self.get_buffer("weight"), self.get_buffer("scale")
        return F.linear(x, weight.to(x.dtype)) * scale


class Words(nn.Module):
    """A linear layer whose weights of 4 bits are packed into words of 32, as by GPTQ."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        words = torch.arange(inputs // 8 * outputs, dtype=torch.int32).reshape(-1, 1, outputs)
        self.register_buffer("words", words)
        self.register_buffer("shifts", torch.arange(0, 32, 4, dtype=torch.int32)[:, None])
        self.register_buffer("scale", torch.ones(outputs))

    def forward(self, x: Tensor) -> Tensor:
        numbers = (self.get_buffer("words") >> self.get_buffer("shifts")) & 15
        matrix = numbers.flatten(0, 1).to(x.dtype) * self.get_buffer("scale")
        return x @ matrix


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.head = nn.LSTM(8, 16), nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.lstm(x)[0])


def dynamic(model: nn.Module) -> nn.Module:
    """``model`` with linear and recurrent layers quantized dynamically."""
    kinds = {nn.Linear, nn.LSTM, nn.GRU}
    return torch.ao.quantization.quantize_dynamic(model.eval(), kinds, dtype=torch.qint8)


def static() -> nn.Module:
    """A convolution and a linear layer, quantized with the activations between them."""
    quantization = torch.ao.quantization
    layers = [nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4)]
    model = nn.Sequential(quantization.QuantStub(), *layers, quantization.DeQuantStub()).eval()
    model = quantization.fuse_modules(model, [["1", "2"]])
    model.qconfig = quantization.get_default_qconfig(torch.backends.quantized.engine)
    prepared = quantization.prepare(model)
    prepared(torch.rand(1, 3, 8, 8))
    return quantization.convert(prepared)
