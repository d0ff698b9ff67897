"""What is known of a node: one typed record, and the module calls that torch.fx writes."""

from __future__ import annotations

import pytest
from torch import fx, nn

from visualize.core.architecture import ModuleCall, TensorSpec
from visualize.core.traced import NodeFacts, enclosing_calls, facts_of, set_facts


def test_facts_are_kept_with_their_node() -> None:
    node = fx.Graph().placeholder("x")
    assert facts_of(node) == NodeFacts()
    facts = NodeFacts((TensorSpec((1, 2)),), flops=4)
    set_facts(node, facts)
    assert facts_of(node) is facts


@pytest.mark.parametrize(
    ("key", "path", "number"),
    [
        ("a.b", "a.b", 0),
        ("a.b@2", "a.b", 2),
        ("conv@v2", "conv@v2", 0),
        ("conv@v2@1", "conv@v2", 1),
        ("conv@2", "conv@2", 0),
        ("conv@2@1", "conv@2", 1),
        ("L__self__", "", 0),
        ("L__self__a@1", "a", 1),
        ("L__self___a_b", "a.b", 0),
    ],
)
def test_the_number_of_a_call_follows_its_path(key: str, path: str, number: int) -> None:
    (found,) = enclosing_calls({key: (path, nn.Conv2d)})
    assert found.call == ModuleCall(path, number)


@pytest.mark.parametrize("kind", [nn.Conv2d, "torch.nn.modules.conv.Conv2d", "Conv2d[params]"])
def test_classes_have_their_plain_names(kind: type | str) -> None:
    (found,) = enclosing_calls({"a": ("a", kind)})
    assert found.class_name == "Conv2d"
