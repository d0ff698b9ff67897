"""Programs with values, devices and dtypes."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from tests.tracing.programs.base import AB, X, linear, program


@program(X, **AB)
def asks_for_an_item(self, x):
    for _ in range(int(self.a(x).sum().item() > -100) + 1):
        x = self.b(x)
    return x


@program(X, **AB)
def asks_for_a_list(self, x):
    return torch.stack([self.b(x[i]) for i in x.argmax(0).tolist()[:2]])


@program(X, **AB, also=["b.weight", "b.bias"])
def selects_by_values(self, x):
    rows = (self.b(x) > -100).nonzero()[:, 0]
    return self.a(x)[rows], x[x[:, 0] > -1]


@program(X, **AB)
def goes_through_numpy(self, x):
    return self.b(x) + torch.from_numpy(self.a(x).detach().numpy() * 2)


@program(X, **AB)
def draws_random_numbers(self, x):
    noise = torch.randn_like(x) + torch.rand(3, 4) + torch.normal(0.0, 1.0, (3, 4))
    return self.a(x) + noise + self.b(torch.bernoulli(x.clamp(0, 1)))


@program(X, **AB)
def changes_dtypes(self, x):
    return self.a(x).half().float() + self.b(x).to(torch.float64).type_as(x)


@program(X, **AB)
def casts_automatically(self, x):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = self.a(x)
    return y + self.b(x)


@program(X, **AB)
def transforms_to_frequencies(self, x):
    return torch.fft.ifft2(torch.fft.fft2(self.a(x)) * torch.fft.fft2(self.b(x))).real


@program(X, **AB)
def computes_with_complex_numbers(self, x):
    z = torch.complex(self.a(x), self.b(x))
    z.mul_(1j)
    return z.real, torch.view_as_real(z), z.abs()


@program(X, **AB)
def multiplies_sparse(self, x):
    eye = torch.sparse_coo_tensor(torch.tensor([[0, 1], [1, 2]]), torch.ones(2), (3, 3))
    return torch.sparse.mm(eye, self.a(x)) + self.b(x).to_sparse().to_dense()


@program(X, **AB)
def maps_over_rows(self, x):
    return torch.vmap(lambda row, other: row * other.sum())(self.a(x), self.b(x))


@program(X, **AB)
def maps_a_layer_over_rows(self, x):
    return torch.vmap(self.a)(x) + self.b(x)


@program(X, **AB)
def differentiates_a_function(self, x):
    return torch.func.grad(lambda t: (self.a(t) ** 2).sum())(x) + self.b(x)


@program(X, a=linear, b=linear)
def differentiates(self, x):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self.a(x).pow(2).sum(), x, create_graph=True)
    return gradient + self.b(x)


@program(X, **AB)
def infers_inside(self, x):
    with torch.no_grad():
        y = self.a(x)
    with torch.inference_mode():
        z = self.b(x)
    return y + z + x


class Special(Tensor):
    """A subclass without ways of its own."""


@program(X, **AB)
def computes_with_a_subclass(self, x):
    y = self.a(x).as_subclass(Special)
    return (y + self.b(x)).as_subclass(Tensor)


@program(X, **AB)
def compares_memory(self, x):
    if self.a.weight.data_ptr() == self.b.weight.data_ptr():
        return x
    return self.b(self.a(x))


@program(X, **AB)
def moves_its_layers(self, x):
    self.a.to(x.device)
    self.b.to(x)
    return self.b(self.a(x))


@program(X, **AB)
def catches_errors(self, x):
    try:
        y = self.a(x[:, :3])
    except RuntimeError:
        y = self.a(x)
    return self.b(y)


@program(X, **AB)
def chooses_by_torch_cond(self, x):
    always = x.sum() < 1000  # whatever the input of the reference is changed to
    return torch.cond(always, lambda t: self.a(t), lambda t: self.b(t), (x,)) + self.b(x)


@program(X, **AB)
def pads_nested_tensors(self, x):
    rows = torch.nested.nested_tensor([self.a(x)[0], self.b(x)[1, :2]])
    return rows.to_padded_tensor(0.0)


@program(X, **AB)
def copies_a_layer(self, x):
    return copy.deepcopy(self.a)(self.b(x))
