"""Ports: where data enters and leaves, and which arrows go on there."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

import visualize
from tests.page.pages import document


class Twice(nn.Module):
    """Reads two tensors and returns two others."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """One made from each, the second from both."""
        x = self.one(x)
        return x, torch.cat([x, self.other(y)], 1)


class Crossed(nn.Module):
    """What two blocks return is read in another order."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = Twice(), Twice()
        self.last = nn.Linear(8, 1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Both blocks, crossed."""
        one, both = self.first(x, y)
        again, more = self.second(both[:, :4], one)
        return self.last(more) + again.sum()


def view() -> dict[str, Any]:
    page = document(visualize.draw(Crossed(), [(2, 4), (2, 4)], level="block", fold=False))
    return page["views"][0] | {"all": page["views"]}


def test_each_arrow_into_a_box_goes_on_at_a_port_of_its_own() -> None:
    root = view()
    first = next(place for place, box in enumerate(root["boxes"]) if box["paths"] == ["first"])
    ports = [one["into"] for one in root["arrows"] if one["target"] == first]
    assert sorted(ports) == [[0], [1]]
    inside = root["all"][root["boxes"][first]["opens"]]
    assert [port["into"] for port in inside["ports"]].count(True) == 2


def test_what_leaves_by_two_ports_says_where_each_goes_on() -> None:
    root = view()
    at = {box["paths"][0]: place for place, box in enumerate(root["boxes"])}
    between = [
        one
        for one in root["arrows"]
        if one["source"] == at["first"] and one["target"] == at["second"]
    ]
    assert between
    pairs = {
        tuple(pair) for one in between for ways in one.get("joined", [[]])[:1] for pair in ways
    } or {(*one["outOf"], *one["into"]) for one in between}
    assert pairs
    assert len({start for start, _ in pairs}) == len({end for _, end in pairs})


def test_what_leaves_copies_leaves_the_last_of_them() -> None:
    page = document(visualize.draw(Crossed(), [(2, 4), (2, 4)], level="block"))
    root = page["views"][0]
    (folded,) = (place for place, box in enumerate(root["boxes"]) if len(box["copies"]) == 2)
    leaving = [one for one in root["arrows"] if one["source"] == folded]
    assert len(leaving) == 2
    assert all(len(one["outOf"]) == len(one["outOfCopies"]) == 1 for one in leaving)
