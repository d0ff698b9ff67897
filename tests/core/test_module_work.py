"""A module is where its layers are."""

from __future__ import annotations

from tests.graphs import Net
from visualize.core.architecture import ModuleCall
from visualize.core.module_work import work_of_calls


def test_a_layer_weighs_more_than_all_else() -> None:
    net = Net()
    x = net.input()
    with net.call("block", "Block"):
        x = net.norm(x, "norm")
        for _ in range(5):
            x = net.function("relu", x)
        net.conv(x, name="conv")
    architecture = net.build()
    everywhere = work_of_calls(architecture.operations)
    layers = work_of_calls(one for one in architecture.operations if one.type == "Conv2d")
    call = ModuleCall("block")
    assert everywhere[call] // 2 < layers[call] < everywhere[call]
    assert work_of_calls([])[call] == 0
