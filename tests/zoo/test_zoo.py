"""Every model of torchvision, compared with what its authors publish and its modules say.

Deselected by default; ``pytest -m zoo -n 2`` runs it. Models are built without weights, except
those that are run for real, and one at a time.
"""

from __future__ import annotations

import copy
import functools
import operator
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx
import pytest
import torch
import torchvision
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils import _pytree as pytree
from torchvision import models
from torchvision.models import (
    convnext,
    densenet,
    efficientnet,
    maxvit,
    mnasnet,
    mobilenetv2,
    mobilenetv3,
    regnet,
    resnet,
    swin_transformer,
    vision_transformer,
)

import visualize
from tests.agreement import disagreements
from tests.depths import assert_depth_adds_up
from tests.diagrams import shown_skips
from tests.flops import flop_counter
from visualize.check import check_figure
from visualize.compare import compare
from visualize.core.architecture import Architecture, Operation, SkipKind
from visualize.core.choices import Level
from visualize.core.element_names import element_names
from visualize.figure import Figure
from visualize.fitting import fit
from visualize.models import LoadedModel, load_model
from visualize.options import FigureOptions
from visualize.simplify import Simplifier
from visualize.tracing import Inputs

pytestmark = pytest.mark.zoo

CLASSIFICATION = models.list_models(module=models)
SEGMENTATION = models.list_models(module=models.segmentation)
VIDEO = models.list_models(module=models.video)
LEVELS = [level for level in Level if level is not Level.AUTO]

# Figures larger than a page in which an arc begins where the head of another is.
UPON_EACH_OTHER = {
    (f"densenet{depth}", Level.BLOCK): {"arrow over arrow"} for depth in (121, 161, 169, 201)
}

# What the run never touches. All other models use every parameter.
UNUSED = {"googlenet": ("aux1", "aux2"), "inception_v3": ("AuxLogits",)}

# Families without any skip connection; all others have some. The two halves of a ShuffleNet V2, one
# of which it keeps, are different tensors.
PLAIN = ("alexnet", "googlenet", "inception", "shufflenet_v2", "squeezenet", "vgg")

# Published MACs are rounded to this many digits after the point, in units of 1e9. Below 0.05 that
# is coarser than 1 %, above it is finer: one bound for all, and no model is an exception.
OPS_DIGITS = 3

# Segmentation models with published weights have an auxiliary head, unless it is asked away.
ARGUMENTS = {name: "?aux_loss=True" for name in SEGMENTATION if name.startswith(("fcn", "deeplab"))}

# Built with real weights and run on the CPU, one of each family that is small enough.
RUN_FOR_REAL = [
    "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "maxvit_t", "mnasnet0_5",
    "mobilenet_v2", "mobilenet_v3_small", "regnet_y_400mf", "resnet18", "shufflenet_v2_x0_5",
    "squeezenet1_1", "swin_t", "swin_v2_t", "vit_b_32",
]  # fmt: skip


@dataclass(frozen=True)
class Traced:
    loaded: LoadedModel
    architecture: Architecture

    @functools.cached_property
    def simplifier(self) -> Simplifier:
        """What all levels share is computed once."""
        return Simplifier(self.architecture)

    @property
    def name(self) -> str:
        return self.loaded.name

    @property
    def model(self) -> nn.Module:
        return self.loaded.model

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The metadata of the published weights that belong to this size and resolution."""
        side = self.loaded.example.args[0].shape[-1]
        used = self.architecture.parameters - self.architecture.unused_parameters
        return [
            weights.meta
            for weights in models.get_model_weights(self.name)
            if weights.meta["num_params"] in (self.architecture.parameters, used)
            and weights.transforms.keywords["crop_size"] == side
        ]


@pytest.fixture(scope="module", params=CLASSIFICATION)
def traced(request: pytest.FixtureRequest) -> Traced:
    """One model at a time: pytest runs all tests of a parameter before the next."""
    loaded = load_model(request.param)
    return Traced(loaded, visualize.trace(loaded))


@pytest.fixture(scope="module")
def reference() -> Architecture:
    return visualize.trace("resnet50")


def test_the_sweep_covers_all_of_torchvision():
    assert len(CLASSIFICATION) >= 80
    assert set(RUN_FOR_REAL) <= set(CLASSIFICATION)
    assert set(UNUSED) <= set(CLASSIFICATION)


# Parameters and MACs


def test_parameters_are_those_of_the_model(traced: Traced):
    architecture = traced.architecture
    assert architecture.parameters == sum(p.numel() for p in traced.model.parameters())
    counted = sum(layer.parameters for layer in architecture.operations)
    assert counted == architecture.parameters - architecture.unused_parameters


def test_parameters_are_those_published(traced: Traced):
    published = {weights.meta["num_params"] for weights in models.get_model_weights(traced.name)}
    total, unused = traced.architecture.parameters, traced.architecture.unused_parameters
    assert published & {total, total - unused}


def test_macs_are_those_published(traced: Traced):
    macs = round(traced.architecture.macs / 1e9, OPS_DIGITS)
    assert {macs} == {meta["_ops"] for meta in traced.entries}


def measured_macs(model: nn.Module, inputs: Inputs) -> int:
    """What torch itself counts in one whole forward pass, fused attention being switched off."""
    model.eval().requires_grad_(False)  # the counter would follow gradients
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), flop_counter() as counter:
        model(*inputs.args, **inputs.kwargs)
    return int(counter.get_total_flops()) // 2


def measured_macs_without_values(loaded: LoadedModel) -> int:
    """The same on the meta device."""
    model = copy.deepcopy(loaded.model).to("meta")
    return measured_macs(model, Inputs.of(loaded.example).without_values())


def test_macs_are_those_that_torch_counts(traced: Traced):
    measured = measured_macs_without_values(traced.loaded)
    assert traced.architecture.macs == pytest.approx(measured, rel=0.02)


def test_only_auxiliary_heads_are_unused(traced: Traced):
    unused = UNUSED.get(traced.name, ())
    assert traced.architecture.unused_modules == unused
    assert traced.architecture.unused_parameters == sum(
        p.numel() for path in unused for p in traced.model.get_submodule(path).parameters()
    )


# Both tracers


_does = operator.attrgetter("kind", "type", "path", "calls", "outputs", "parameters", "macs")


def _data_operations(architecture: Architecture) -> list[tuple[Any, ...]]:
    """What the operations on data do, in order; to read a shape is none."""

    def works_on_data(layer: Operation) -> bool:
        takes_data = any(wire.data for _, _, wire in architecture.inputs(layer.id))
        return takes_data and bool(layer.outputs) and layer.type not in ("getattr", "size", "dim")

    return [_does(layer) for layer in architecture.operations if works_on_data(layer)]


def test_both_tracers_agree(traced: Traced):
    symbolic = traced.architecture
    recorded = visualize.trace(traced.loaded, tracer="recorded")
    assert (symbolic.tracer, recorded.tracer) == ("symbolic", "recorded")
    for count in ("parameters", "unused_parameters", "unused_modules", "buffers", "macs"):
        assert getattr(recorded, count) == getattr(symbolic, count)
    assert _data_operations(recorded) == _data_operations(symbolic)
    skips, expected = (
        [(skip.kind, skip.module, skip.shape, skip.long, skip.merge_type) for skip in one.skips]
        for one in (recorded, symbolic)
    )
    assert skips == expected


# Skip connections


def _shortcut(projects: bool) -> list[SkipKind]:
    return [SkipKind.PROJECTION if projects else SkipKind.IDENTITY]


# The skip connections that a module's own forward makes, by its attributes.
SKIPS: dict[type[nn.Module], Callable[[Any], list[SkipKind]]] = {
    resnet.BasicBlock: lambda block: _shortcut(block.downsample is not None),
    resnet.Bottleneck: lambda block: _shortcut(block.downsample is not None),
    regnet.ResBottleneckBlock: lambda block: _shortcut(block.proj is not None),
    mobilenetv2.InvertedResidual: lambda block: [SkipKind.IDENTITY] * block.use_res_connect,
    mobilenetv3.InvertedResidual: lambda block: [SkipKind.IDENTITY] * block.use_res_connect,
    efficientnet.MBConv: lambda block: [SkipKind.IDENTITY] * block.use_res_connect,
    efficientnet.FusedMBConv: lambda block: [SkipKind.IDENTITY] * block.use_res_connect,
    mnasnet._InvertedResidual: lambda block: [SkipKind.IDENTITY] * block.apply_residual,
    convnext.CNBlock: lambda _: [SkipKind.IDENTITY],
    vision_transformer.EncoderBlock: lambda _: [SkipKind.IDENTITY] * 2,
    swin_transformer.SwinTransformerBlock: lambda _: [SkipKind.IDENTITY] * 2,  # of V2 too
    maxvit.MBConv: lambda block: _shortcut(not isinstance(block.proj, nn.Identity)),
    maxvit.PartitionAttentionLayer: lambda _: [SkipKind.IDENTITY] * 2,
    torchvision.ops.SqueezeExcitation: lambda _: [SkipKind.GATE],
}


def _expected_skips(model: nn.Module) -> Counter[tuple[str, SkipKind]]:
    """How many skip connections of each kind the module at each path must have."""
    expected: Counter[tuple[str, SkipKind]] = Counter()
    for path, module in model.named_modules():
        for kind, skips in SKIPS.items():
            if isinstance(module, kind):
                expected.update((path, skip) for skip in skips(module))
        if isinstance(module, densenet._DenseBlock):
            # Each layer, and the end, reads what comes from all before it: L(L+1)/2 in total.
            ends = [*(f"{path}.{name}" for name in module), path]
            for earlier, end in enumerate(ends):
                if earlier:
                    expected[end, SkipKind.CONCAT] = earlier
    return expected


def test_skips_are_those_of_the_modules(traced: Traced):
    expected = _expected_skips(traced.model)
    assert bool(expected) != traced.name.startswith(PLAIN)
    found = Counter((skip.module, skip.kind) for skip in traced.architecture.skips)
    assert found == expected


def test_no_skip_of_a_classifier_is_long(traced: Traced):
    assert [skip for skip in traced.architecture.skips if skip.long] == []


def test_depth_adds_up(traced: Traced):
    assert_depth_adds_up(traced.architecture)


def test_a_skip_leads_from_its_fork_to_its_merge(traced: Traced):
    graph = traced.architecture.graph
    for skip in traced.architecture.skips:
        assert nx.is_path(graph, [skip.fork, *skip.branch, skip.merge])
        assert skip.bypassed
        around = graph.subgraph({skip.fork, *skip.bypassed, skip.merge} - set(skip.branch))
        assert nx.has_path(around, skip.fork, skip.merge)


def test_it_differs_from_another_one_alone(traced: Traced, reference: Architecture):
    one = traced.architecture
    assert not compare(one, one)
    assert compare(reference, one) == compare(one, reference).inverse


# Simplification and drawing


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("level", LEVELS)
def test_simplification_loses_nothing(traced: Traced, level: Level, folded: bool):
    architecture = traced.architecture
    simplified = traced.simplifier.to(level, folded=folded)
    assert shown_skips(simplified) == Counter(
        skip.kind.value for skip in architecture.unrolled_skips
    )
    members = [member for box in simplified.boxes for member in box.members]
    assert sorted(members) == sorted(architecture.graph)
    used = architecture.parameters - architecture.unused_parameters
    assert sum(box.parameters for box in simplified.boxes) == used
    assert sum(box.macs for box in simplified.boxes) == architecture.macs
    assert nx.is_directed_acyclic_graph(simplified.graph)


@pytest.mark.parametrize("folded", [True, False])
def test_what_is_printed_agrees_with_the_graph(traced: Traced, folded: bool):
    assert list(disagreements(traced.architecture, folded=folded)) == []


def test_levels_have_ever_fewer_boxes(traced: Traced):
    stage, block, sublayer, layer, op = (
        len(traced.simplifier.to(level, folded=False).graph) for level in LEVELS
    )
    assert sublayer <= layer
    assert 1 < stage <= block <= layer < op <= len(traced.architecture.graph)


def test_the_figure_is_one_good_page(traced: Traced):
    figure = visualize.draw(traced.architecture)
    assert figure.fits_page
    assert len(figure.scene.boxes) <= 40
    for format_name, data in figure.render(["svg", "pdf"]).items():
        assert not check_figure(data, format_name)


@pytest.mark.parametrize("level", LEVELS)
def test_each_box_is_one_element_of_the_svg(traced: Traced, level: Level):
    options = FigureOptions(level=level)
    figure = Figure(traced.simplifier, options, fit(traced.simplifier, options))
    data = figure.render(["svg"])["svg"]
    known = UPON_EACH_OTHER.get((traced.architecture.name, level), set())
    assert {finding.rule for finding in check_figure(data, "svg")} == known
    root = ET.fromstring(data)
    elements = Counter(element.get("id") for element in root.iter())
    boxes = [f"{root.get('id')}-box-{name}" for name in element_names(figure.scene).boxes.values()]
    assert len(boxes) > 1
    assert {box: elements[box] for box in boxes} == dict.fromkeys(boxes, 1)


# A real run


def _record_leaves(model: nn.Module) -> list[tuple[str, list[tuple[int, ...]]]]:
    """Have ``model`` write the path and output shapes of each leaf module it calls."""
    calls: list[tuple[str, list[tuple[int, ...]]]] = []

    def note(path: str) -> Callable[..., None]:
        return lambda _module, _args, output: calls.append((path, _shapes(output)))

    for path, module in model.named_modules():
        if _is_leaf(module):
            module.register_forward_hook(note(path))
    return calls


def _is_leaf(module: nn.Module) -> bool:
    return isinstance(module, nn.MultiheadAttention) or not any(module.children())


def _shapes(value: Any) -> list[tuple[int, ...]]:
    leaves = pytree.tree_leaves(value)
    return [tuple(leaf.shape) for leaf in leaves if isinstance(leaf, torch.Tensor)]


def _traced_leaves(
    architecture: Architecture, model: nn.Module
) -> Iterator[tuple[str, list[tuple[int, ...]]]]:
    """The same as the trace has it: a leaf that was opened returns what its last node does."""
    last = {}
    for layer in architecture.operations:
        call = layer.calls[-1] if layer.calls else None
        if call and _is_leaf(model.get_submodule(call.path)):
            last[call] = [tensor.shape for tensor in layer.outputs]
    return ((call.path, shapes) for call, shapes in last.items())


@pytest.mark.parametrize("name", RUN_FOR_REAL)
def test_a_real_run_calls_the_same_layers_with_the_same_shapes(name: str):
    example = load_model(name).example
    model = models.get_model(name, weights=None).eval()
    architecture = visualize.trace(model, example)
    expected = list(_traced_leaves(architecture, model))
    calls = _record_leaves(model)
    with torch.inference_mode():
        output = model(torch.rand(example.args[0].shape))
    assert calls == expected
    returned = [layer for layer in architecture.operations if layer.kind.value == "output"]
    assert [[tensor.shape for tensor in layer.outputs] for layer in returned] == [_shapes(output)]


# Segmentation and video


@pytest.mark.parametrize("name", [*SEGMENTATION, *VIDEO])
def test_segmentation_and_video_are_as_published(name: str):
    loaded = load_model(name + ARGUMENTS.get(name, ""))
    architecture = visualize.trace(loaded)
    assert architecture.parameters == sum(p.numel() for p in loaded.model.parameters())
    assert architecture.unused_parameters == 0
    entries = [
        weights.meta
        for weights in models.get_model_weights(name)
        if weights.meta["num_params"] == architecture.parameters
    ]
    assert entries
    macs = round(architecture.macs / 1e9, OPS_DIGITS)
    assert macs in {meta["_ops"] for meta in entries}


def test_segmentation_and_video_models_are_all_known():
    assert len(SEGMENTATION) == 6
    assert len(VIDEO) == 9
