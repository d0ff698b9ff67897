"""Exported programs are read as their models, and code in the document is not run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

import visualize
from tests.programs import (
    MODELS,
    Block,
    Encoder,
    Residual,
    changed,
    export_to,
    facts_of,
    trace_script,
)
from visualize.core.architecture import ModuleCall
from visualize.core.errors import SourceError
from visualize.models import load_model

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", MODELS)
def test_exported_program_is_the_model(name: str, tmp_path: Path) -> None:
    make, inputs = MODELS[name]
    model = make().eval()
    exported = visualize.trace(export_to(model, tmp_path / "net.pt2", inputs))
    assert facts_of(exported) == facts_of(visualize.trace(model, inputs))
    assert exported.class_name == type(model).__name__
    assert exported.name == "net"


def test_blocks_and_parameters_keep_their_paths(tmp_path: Path) -> None:
    model, inputs = Residual().eval(), MODELS["residual"][1]
    original = visualize.trace(model, inputs)
    exported = visualize.trace(export_to(model, tmp_path / "net.pt2", inputs))
    scripted = trace_script(torch.jit.script(model), inputs)
    blocks = {path: kind for path, kind in original.modules.items() if kind == "Block"}
    for other in (exported, scripted):
        assert {p: k for p, k in other.modules.items() if k == "Block"} == blocks
        constants = {layer.path for layer in other.operations if layer.parameters}
        assert constants == {
            name for name, _ in model.named_parameters() if not name.startswith("unused")
        }
        calls = next(layer.calls for layer in other.operations if layer.path == "blocks.1.conv1")
        assert calls == tuple(map(ModuleCall, ("blocks", "blocks.1", "blocks.1.conv1")))


def test_second_call_of_a_module_is_numbered(tmp_path: Path) -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.inner(x + self.inner(x))
            return result

    model, inputs = Twice(), torch.zeros(2, 4)
    exported = visualize.trace(export_to(model, tmp_path / "net.pt2", inputs))
    for architecture in (exported, trace_script(torch.jit.script(model), inputs)):
        calls = [layer.calls for layer in architecture.operations if layer.type == "linear"]
        assert calls == [(ModuleCall("inner"),), (ModuleCall("inner", 1),)]
        assert architecture.parameters == 20


def test_dynamic_program_takes_the_sizes_it_was_exported_with(tmp_path: Path) -> None:
    batch = torch.export.Dim("batch")
    inputs = torch.ones(4, 6, dtype=torch.int64)
    path = export_to(Encoder(), tmp_path / "net.pt2", inputs, dynamic_shapes={"x": {0: batch}})
    example = load_model(path).example
    assert example is not None
    assert torch.equal(example.args[0], inputs)
    architecture = visualize.trace(path)
    assert all(layer.outputs for layer in architecture.operations if layer.type == "linear")
    assert visualize.trace(path, (torch.ones(2, 6, dtype=torch.int64),)).macs * 2 == (
        architecture.macs
    )


def test_decomposed_program_uses_the_names_of_layers(tmp_path: Path) -> None:
    program = torch.export.export(Residual().eval(), (MODELS["residual"][1],))
    torch.export.save(program.run_decompositions(), tmp_path / "net.pt2")
    architecture = visualize.trace(str(tmp_path / "net.pt2"))
    types = {layer.type for layer in architecture.operations}
    assert {"conv2d", "batch_norm", "linear"} <= types
    assert architecture.macs == visualize.trace(Residual(), MODELS["residual"][1]).macs


def test_code_in_the_document_is_not_run(tmp_path: Path) -> None:
    sentinel = tmp_path / "ran"
    code = f"__import__('pathlib').Path({str(sentinel)!r}).touch()"
    dynamic = {"input": {0: torch.export.Dim.DYNAMIC}}
    path = export_to(
        nn.Linear(2, 2), tmp_path / "net.pt2", torch.zeros(3, 2), dynamic_shapes=dynamic
    )

    def in_expressions(name: str, content: bytes) -> bytes:
        if not name.endswith("models/model.json"):
            return content
        document = json.loads(content)
        document["guards_code"] = [code]
        for about in document["graph_module"]["graph"]["tensor_values"].values():
            for size in about["sizes"]:
                if "as_expr" in size:
                    size["as_expr"]["expr_str"] = code
        return json.dumps(document).encode()

    def in_target(name: str, content: bytes) -> bytes:
        return content.replace(b"torch.ops.aten.linear.default", b"torch.os.system")

    assert visualize.trace(changed(path, in_expressions)).parameters == 6
    with pytest.raises(SourceError, match="not a known operator"):
        load_model(changed(path, in_target))
    assert not sentinel.exists()


def test_a_projection_of_a_program_tells_its_kernel(tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    net = nn.Sequential(Block(4), Block(4, 2)).eval()
    torch.export.save(torch.export.export(net, (torch.zeros(1, 4, 8, 8),)), path)
    labels = [arrow.label for arrow in visualize.draw(str(path), level="layer").scene.arrows]
    assert "1×1 conv, 8, /2" in labels
