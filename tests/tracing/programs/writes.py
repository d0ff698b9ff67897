"""Programs with in-place operations and views."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from tests.tracing.programs.base import AB, X, linear, program, zeros


@program(X, **AB)
def adds_to_a_slice(self, x):
    y = self.a(x)
    y[:, :2] += self.b(x)[:, :2]
    return y


@program(X, **AB)
def writes_through_a_view(self, x):
    y = self.a(x)
    y.view(-1).add_(self.b(x).view(-1))
    return y


@program(X, **AB)
def reads_a_view_taken_before_the_write(self, x):
    y = self.a(x)
    view = y.view(-1)
    y.add_(self.b(x))
    return view


@program(X, **AB)
def reads_another_view(self, x):
    y = self.a(x)
    rows, turned = y.view(-1)[:6], y.t()
    rows.mul_(self.b(x).view(-1)[:6])
    return turned.sum()


@program(X, **AB)
def writes_to_a_chunk(self, x):
    y = self.a(x)
    first, _ = y.chunk(2, 1)
    first.add_(self.b(x)[:, :2])
    return y


@program(X, **AB, also=["b.weight", "b.bias"])
def writes_to_another_chunk(self, x):  # memory is followed as a whole
    first, second = self.a(x).chunk(2, 1)
    first.add_(self.b(x)[:, :2])
    return second


@program(X, **AB)
def writes_to_rows(self, x):
    y = self.a(x)
    for row in y:
        row.add_(self.b(x)[0])
    return y


@program(X, **AB)
def writes_out(self, x):
    y = torch.empty(3, 4)
    torch.add(self.a(x), self.b(x), out=y)
    return y


@program(X, **AB)
def writes_out_to_a_slice(self, x):
    y = torch.zeros(3, 8)
    torch.mul(self.a(x), 2, out=y[:, :4])
    return y + self.b(x).repeat(1, 2)


@program(X, **AB)
def writes_out_to_zeros(self, x):
    y = torch.zeros(3, 4)
    torch.add(self.a(x), 1, out=y)
    return y + self.b(x)


@program(X, **AB)
def sets_items_of_zeros(self, x):
    y = torch.zeros(3, 4)
    y[:, 1:3] = self.a(x)[:, 1:3]
    y[0] = self.b(x)[0]
    return y


@program(X, **AB)
def sets_items_of_empty(self, x):
    y = torch.empty(3, 8)
    y[..., :4] = self.a(x)
    y[..., 4:] = self.b(x)
    return y


@program(X, **AB)
def sets_items_then_calls_a_layer(self, x):
    y = torch.zeros(3, 4)
    y[:, 1:] = self.a(x)[:, 1:]
    return self.b(y)


@program(X, **AB)
def writes_to_a_row_of_zeros(self, x):
    y = torch.zeros(3, 4)
    row = y[0]
    row.add_(self.a(x)[0])
    return y + self.b(x)


@program(X, **AB)
def reads_a_row_of_zeros_after_the_write(self, x):
    y = torch.zeros(3, 4)
    row = y[0]
    y.add_(self.a(x))
    return row + self.b(x)[0]


@program(X, **AB)
def fills_chunks_of_zeros(self, x):
    y = torch.zeros(3, 4)
    first, second = y.chunk(2, 1)
    first.copy_(self.a(x)[:, :2])
    second.copy_(self.b(x)[:, :2])
    return y * 2


@program(X, **AB)
def adds_to_a_view_of_zeros(self, x):
    y = torch.zeros(12)
    y.view(3, 4)[1:] += self.a(x)[1:]
    return y.view(3, 4) + self.b(x)


@program(X, **AB)
def accumulates_in_a_list_of_zeros(self, x):
    y = [torch.zeros(3, 4) for _ in range(2)]
    y[0] += self.a(x)
    y[1][:, 0] = self.b(x)[:, 0]
    return torch.cat(y)


@program(X, **AB)
def multiplies_matrices_into_zeros(self, x):
    y = torch.zeros(4, 4)
    y.addmm_(self.a(x).T, self.b(x))
    return y


@program(X, **AB)
def scatters_into_zeros(self, x):
    y = torch.zeros(3, 4)
    index = torch.zeros(3, 4, dtype=torch.long)
    y.scatter_(1, index, self.a(x))
    return y.scatter_add_(1, index, self.b(x))


@program(X, **AB)
def reduces_into_zeros(self, x):
    y = torch.zeros(3, 4)
    y.scatter_reduce_(0, torch.zeros(3, 4, dtype=torch.long), self.a(x), "sum")
    y.index_put_((torch.tensor([1]),), self.b(x)[:1])
    return y


@program(X, **AB)
def sets_rows_in_a_loop(self, x):
    y = torch.zeros(3, 4)
    for index, row in enumerate(self.a(x)):
        y[index] = row
    return [row + self.b(x)[0] for row in y]


@program(X, **AB)
def sets_items_by_a_mask(self, x):
    y = self.a(x)
    y[x > 0.5] = self.b(x)[x > 0.5]
    return y


@program(X, **AB)
def fills_by_a_mask(self, x):
    y = self.a(x)
    y.masked_fill_(self.b(x) > 0, 0.0)
    return y


@program(X, **AB)
def writes_to_an_alias(self, x):
    y = self.a(x)
    z = y
    z += self.b(x)
    return y


@program(X, **AB)
def activates_a_slice_in_place(self, x):
    y = self.a(x)
    F.relu(y[:, :2], inplace=True)
    return y * self.b(x)


@program(X, a=linear, relu=lambda: nn.ReLU(inplace=True), b=linear)
def drops_what_a_module_in_place_returns(self, x):
    y = self.a(x)
    self.relu(y[:, 1:])
    return y + self.b(x)


@program(X, **AB)
def forgets_what_is_overwritten(self, x):
    y = self.a(x)
    z = y.clone()
    y.zero_()
    return z + self.b(x)


@program(X, **AB)
def writes_to_its_input(self, x):
    x[0].add_(self.a(x)[1])
    return x + self.b(x)


@program(X, **AB)
def adds_lists(self, x):
    y, z = self.a(x), self.b(x)
    torch._foreach_add_([y], [z])
    return y


@program(X, **AB)
def sets_data(self, x):
    y = torch.zeros(3, 4)
    y.data = self.b(x).data
    return self.a(x) + y


@program(X, a=linear, state=zeros(3, 4))
def writes_to_a_buffer(self, x):
    self.state.copy_(self.a(x))
    self.state[:, :2] *= 3
    return self.state * 2


@program(X, a=linear, state=zeros(3, 4))
def assigns_a_buffer(self, x):
    self.state = self.state * 0.9 + self.a(x)
    return self.state + x


@program(X, **AB)
def keeps_a_cache(self, x):
    if not hasattr(self, "cache"):
        self.cache = torch.zeros(10, 4)
    self.cache[:3] = self.a(x)
    return self.cache[:3] + self.b(x)


@program(X, a=linear, b=linear, same=nn.Identity, drop=nn.Dropout)
def writes_to_what_layers_pass_on(self, x):
    y = self.a(x)
    self.drop(self.same(y)).contiguous().to(torch.float32).add_(self.b(x))
    return y


@program(X, **AB)
def writes_to_copies_only(self, x):
    y = self.a(x)
    y[[0, 1]].add_(self.b(x)[:2])
    stacked = torch.stack([y, y])
    y.zero_()
    return stacked


@program(X, **AB)
def turns_in_place(self, x):
    y = self.a(x)
    flat = y.view(12)
    y.t_()
    y += self.b(x).t()
    return flat
