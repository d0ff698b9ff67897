"""Programs with arguments, results, parameters and modules of many forms."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.tracing.programs.base import AB, X, linear, program, weight

Pair = namedtuple("Pair", "u v")


@dataclass
class Fields:
    u: Tensor
    v: Tensor | None = None


class Output(OrderedDict):
    """Keys, attributes and positions, as `transformers.utils.ModelOutput`."""

    def __init__(self, **items):
        super().__init__(items)
        self.__dict__.update(items)

    def __getitem__(self, key):
        return tuple(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


@program(X, **AB)
def returns_nested_collections(self, x):
    return {"a": self.a(x), "rest": [self.b(x), (x + 1, None, 3)]}


@program(X, **AB)
def passes_a_named_tuple(self, x):
    pair = Pair(self.a(x), self.b(x))
    return Pair(pair.u + pair.v, pair[1])


@program(X, **AB)
def passes_a_dataclass(self, x):
    fields = Fields(self.a(x), self.b(x))
    return Fields(fields.u + fields.v)


@program(X, **AB)
def passes_a_model_output(self, x):
    output = Output(logits=self.a(x), hidden=(x, self.b(x)))
    return Output(logits=output["logits"] + output.hidden[1] + output[0])


@program(Fields(X, X * 2), **AB)
def takes_a_dataclass(self, fields):
    return self.a(fields.u) + self.b(fields.v)


@program(Pair(X, X * 2), **AB)
def takes_a_named_tuple(self, pair):
    return self.a(pair.u) + self.b(pair.v)


@program({"p": X, "q": [X * 2]}, **AB)
def takes_a_dict(self, tensors):
    return self.a(tensors["p"]) + self.b(tensors["q"][0])


@program(given={"x": X, "y": X * 2}, **AB)
def takes_keywords_only(self, *, x, y=None, sign=-1):
    return self.a(x) + (0 if y is None else self.b(y)) * sign


@program(X, X * 2, **AB)
def takes_any_number(self, *tensors):
    return self.a(tensors[0]) + self.b(tensors[-1])


@program(X, **AB)
def unpacks_rows(self, x):
    first, *rest = self.a(x)
    return first + sum(rest) + self.b(rest[-1])


@program(X, **AB)
def returns_the_same_twice(self, x):
    y = self.a(x)
    return y, y, [y], self.b(y)


@program(X, **AB)
def swaps_names(self, x):
    y, z = self.a(x), self.b(x)
    y, z = z, y
    return y - 2 * z


@program(X)
def does_nothing(self, x):
    return x


@program(X)
def returns_nothing(self, x):
    x + 1


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = linear()

    def forward(self, x):
        return self.inner(x).relu() + x


@program(torch.zeros(1, 3, dtype=torch.long), embed=lambda: nn.Embedding(5, 4), w=weight(4, 4))
def ties_weights_in_a_function(self, tokens):
    return F.linear(self.embed(tokens) @ self.w, self.embed.weight)


class Experts(nn.Module):
    """All experts in one parameter; a router chooses."""

    def __init__(self):
        super().__init__()
        self.router = nn.Linear(4, 3)
        self.up, self.down = nn.Parameter(torch.rand(3, 4, 8)), nn.Parameter(torch.rand(3, 8, 4))


@program(torch.rand(9, 4), experts=Experts)
def routes_by_values(self, x):
    chance, chosen = self.experts.router(x).softmax(-1).topk(1, -1)
    y = torch.zeros_like(x)
    for expert in range(3):
        rows = (chosen == expert).any(-1).nonzero().squeeze(-1)
        if len(rows):
            y[rows] += x[rows] @ self.experts.up[expert] @ self.experts.down[expert] * chance[rows]
    return y + x


@program(torch.rand(9, 4), experts=Experts)
def routes_by_indexing(self, x):
    chance, chosen = self.experts.router(x).softmax(-1).max(-1)
    y = torch.einsum("nd,ndh->nh", x, self.experts.up[chosen])
    return torch.einsum("nh,nhd->nd", y, self.experts.down[chosen]) * chance[:, None]


@program(
    X,
    listed=lambda: nn.ParameterList([torch.rand(4, 4) for _ in range(3)]),
    named=lambda: nn.ParameterDict({"p": nn.Parameter(torch.rand(4))}),
)
def reads_parameter_collections(self, x):
    for w in self.listed:
        x = x @ w
    return x + self.named["p"]


@program(X, a=linear, make=lambda: nn.Linear(4, 20))
def makes_weights(self, x):
    made = self.make(x.mean(0))
    return F.linear(self.a(x), made[:16].view(4, 4), made[16:])


@program(X, a=linear, make=lambda: nn.Linear(4, 16), also=["a.weight"])
def calls_a_layer_with_made_weights(self, x):
    made = self.make(x.mean(0)).view(4, 4)
    return torch.func.functional_call(self.a, {"weight": made}, (x,))


@program(X, a=linear, make=lambda: nn.Linear(4, 16), also=["a.weight"])
def writes_to_the_weights_of_a_layer(self, x):
    with torch.no_grad():
        self.a.weight.copy_(self.make(x.mean(0)).view(4, 4))
    return self.a(x)


@program(X, **AB)
def makes_layers_and_parameters(self, x):
    return nn.Linear(4, 4)(self.a(x)) + nn.Parameter(self.b(x) * 2)
