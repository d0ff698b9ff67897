"""Programs with layers of torch.nn and torchvision, and with wrappers of code."""

from __future__ import annotations

import torch
import torch.nn.functional as F
import torch.utils.checkpoint as checkpointing
import torchvision
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from tests.tracing.programs.arguments import Block
from tests.tracing.programs.base import AB, X, linear, program, weight


@program(torch.rand(2, 5, 8), m=lambda: nn.MultiheadAttention(8, 2, batch_first=True))
def attends(self, x):
    y, _ = self.m(x, x * 2, x, need_weights=False)
    return y + x


@program(
    torch.rand(2, 5, 8),
    torch.rand(2, 3, 8),
    m=lambda: nn.Transformer(8, 2, 1, 1, 16, batch_first=True),
)
def transforms(self, x, y):
    return self.m(x, y)


@program(
    torch.rand(2, 5, 8),
    torch.tensor([[False] * 5, [False] * 3 + [True] * 2]),
    m=lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
)
def encodes_with_a_mask(self, x, mask):
    return self.m(x, src_key_padding_mask=mask)


@program(torch.rand(2, 5, 4), m=lambda: nn.LSTM(4, 4, 2), n=lambda: nn.LSTM(4, 4, 2))
def passes_states_on(self, x):
    _, (h, c) = self.m(x)
    _, (_, c) = self.n(x, (h, c))
    return c


@program(torch.rand(2, 5, 4), m=lambda: nn.LSTM(4, 4), n=lambda: nn.GRU(4, 4))
def packs_sequences(self, x):
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3]), batch_first=True)
    y, (h, _) = self.m(packed)
    y, h = self.n(y, h)
    return nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0], h


@program(torch.rand(2, 4), m=lambda: nn.LSTMCell(4, 4), g=lambda: nn.GRUCell(4, 4))
def steps_cells(self, x):
    h = c = torch.zeros(2, 4)
    for _ in range(3):
        h, c = self.m(x, (h, c))
    return self.g(h, c)


@program(torch.rand(2, 3, 8, 8), c=lambda: nn.Conv2d(3, 4, 1), bn=lambda: nn.BatchNorm2d(4))
def pools_with_indices(self, x):
    y = self.bn(self.c(x))
    z, indices = F.max_pool2d(y, 2, return_indices=True)
    return F.max_unpool2d(z, indices, 2) + y, F.interpolate(z, size=y.shape[2:])


@program(X, a=linear, bn=lambda: nn.BatchNorm1d(4), drop=nn.Dropout, train=True)
def trains(self, x):
    return self.drop(self.bn(self.a(x)))


@program(
    X,
    m=lambda: parametrizations.weight_norm(linear()),
    n=lambda: parametrizations.spectral_norm(linear()),
)
def parametrizes(self, x):
    with parametrize.cached():
        return self.m(x) + self.n(x) + self.m(x * 2)


@program(X, m=lambda: nn.utils.spectral_norm(linear()), train=True)
def normalizes_spectra_in_training(self, x):
    return self.m(x)


@program(X, m=Block)
def checkpoints_reentrant(self, x):
    return checkpointing.checkpoint(self.m, x, use_reentrant=True)


@program(X, m=Block, train=True)
def checkpoints(self, x):
    return checkpointing.checkpoint(self.m, x, use_reentrant=False)


@program(X, m=lambda: torch.compile(Block(), backend="eager"))
def calls_a_compiled_module(self, x):
    return self.m(x) * 2


@torch.compile(backend="eager")
def _compiled(x, y):
    return x * 2 + y


@program(X, **AB)
def calls_a_compiled_function(self, x):
    return _compiled(self.a(x), self.b(x))


@torch.jit.script
def _scripted(x: torch.Tensor, y: torch.Tensor):
    return x * y if x.shape[0] > 2 else x


@program(X, **AB)
def calls_a_scripted_function(self, x):
    return _scripted(self.a(x), self.b(x))


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x)
        return x * x + y

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 2 * ctx.saved_tensors[0], gradient


@program(X, **AB)
def applies_an_autograd_function(self, x):
    return Square.apply(self.a(x), self.b(x))


@program(X, m=lambda: nn.DataParallel(Block()))
def calls_data_parallel(self, x):
    return self.m(x)


@torch.fx.wrap
def _wrapped(x, y, number):
    return (x * y, number) if x.sum() > -1e9 else (x, number)


@program(X, **AB)
def calls_a_wrapped_function(self, x):
    y, number = _wrapped(self.a(x), self.b(x), 3)
    return y * number


@program(torch.rand(4, 4), a=linear)
def suppresses_boxes(self, x):
    boxes = torch.cat([x[:, :2], x[:, :2] + x[:, 2:]], 1)
    return self.a(x[torchvision.ops.nms(boxes, x[:, 0], 0.5)])


@program(
    torch.rand(1, 4, 8, 8),
    c=lambda: nn.Conv2d(4, 4, 3, padding=1),
    offsets=lambda: nn.Conv2d(4, 18, 3, padding=1),
    w=weight(4, 4, 3, 3),
)
def aligns_and_deforms(self, x):
    y = torchvision.ops.deform_conv2d(self.c(x), self.offsets(x), self.w, padding=1)
    return torchvision.ops.roi_align(y, torch.tensor([[0.0, 0, 0, 4, 4]]), 2)
