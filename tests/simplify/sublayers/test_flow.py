"""What may become one box."""

from __future__ import annotations

from tests.graphs import densenet, resnet
from tests.sublayers import sublayers
from visualize.core.choices import Level
from visualize.simplify import Simplifier, simplify
from visualize.simplify.sublayers.flow import Flow


def test_what_lies_between_belongs_to_it() -> None:
    flow = Flow(Simplifier(resnet()).to(Level.LAYER, folded=False))
    boxes = [box.id for box in flow.diagram.boxes]
    start = next(node for node in boxes if len(flow.users(node)) == 1 and flow.is_open(node))
    (user,) = flow.users(start)
    assert flow.whole({start}) == {start}
    assert not flow.is_open(user) or flow.whole({start, user}) == {start, user}
    merge = next(node for node in boxes if not flow.is_open(node) and flow.sources(node))
    assert flow.whole({merge, *flow.sources(merge)}) is None


def test_a_skip_connection_never_ends_inside() -> None:
    for network in (resnet(), densenet()):
        diagram = simplify(network, Level.SUBLAYER, folded=False)
        layers = simplify(network, Level.LAYER, folded=False)
        hidden = [skip for skip in diagram.skips if diagram.is_collapsed(skip)]
        assert hidden == [skip for skip in layers.skips if layers.is_collapsed(skip)]
        assert len(sublayers(diagram)) <= len(layers.boxes)
