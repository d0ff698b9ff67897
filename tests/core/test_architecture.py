"""The exact graph: its operations in order, the calls around them, what its wires carry."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from torch import Tensor, nn

import visualize
from tests.graphs import Net, resnet
from visualize.core.architecture import ModuleCall, NodeKind, Operation
from visualize.report.graph import graph_document


def test_operations_come_in_the_order_of_the_graph() -> None:
    exact = resnet()
    assert [one.id for one in exact.operations] == list(exact.graph)
    assert all(exact.operation(one.id) is one for one in exact.operations)
    assert exact.macs == sum(one.macs for one in exact.operations)


def test_an_operation_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        resnet().operations[0].parameters = 3  # type: ignore[misc]


def test_what_combines_several_tensors_merges() -> None:
    net = Net()
    x = net.input()
    net.output(net.add(net.conv(x), x), net.mul(x, net.constant("scale", 8)))
    merging = {one.id: one.merges for one in net.build().operations}
    assert merging["add"]
    assert not merging["mul"]


def test_inputs_are_sorted_and_data_is_marked() -> None:
    net = Net()
    x = net.input()
    net.output(net.function("addcmul", net.constant("bias", 8), x, net.conv(x)))
    exact = net.build()
    assert [source for source, _, _ in exact.inputs("addcmul")] == ["bias", "x", "conv2d0"]
    assert exact.data_sources("addcmul") == ["x", "conv2d0"]


class TestCalls:
    def test_every_call_has_an_id_of_its_own(self) -> None:
        """Also where a module has the name that a later call of another one would have."""
        calls = (ModuleCall("block"), ModuleCall("block@1"), ModuleCall("block", 1))
        one = Operation("x", NodeKind.FUNCTION, "relu", calls=calls)
        exact = resnet()
        exact.graph.add_node("x", operation=one)
        ids = replace(exact).call_ids
        assert ids[ModuleCall("block@1")] == "block@1"
        assert len({ids[call] for call in calls}) == 3

    def test_a_module_may_have_an_at_sign_in_its_name(self) -> None:
        class Versions(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.add_module("conv@v2", nn.Conv2d(3, 3, 1))
                self.add_module("conv@1", nn.Conv2d(3, 3, 1))
                self.conv = nn.Conv2d(3, 3, 1)

            def forward(self, x: Tensor) -> Tensor:
                first, second = getattr(self, "conv@v2"), getattr(self, "conv@1")
                result: Tensor = self.conv(self.conv(second(first(first(x)))))
                return result

        for tracer in ("symbolic", "recorded"):
            exact = visualize.trace(Versions(), (1, 3, 4, 4), tracer=tracer)
            calls = [one.calls[-1] for one in exact.operations if one.kind is NodeKind.MODULE]
            assert calls == [
                ModuleCall("conv@v2"),
                ModuleCall("conv@v2", 1),
                ModuleCall("conv@1"),
                ModuleCall("conv"),
                ModuleCall("conv", 1),
            ]
            nodes = [one for one in graph_document(exact)["nodes"] if one["kind"] == "module"]
            assert [(one["path"], one["call"]) for one in nodes] == [
                (call.path, call.number) for call in calls
            ]
            for level in ("op", "layer", "block", "stage"):
                scene = visualize.draw(exact, level=level, fold=False).scene
                assert sum(box.parameters for box in scene.boxes) == exact.parameters
