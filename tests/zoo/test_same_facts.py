"""The same architecture has the same facts, whoever wrote it and however it is traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from torchvision.models import get_model

import visualize

pytestmark = pytest.mark.zoo

# Architectures that torchvision and timm both have, as equal in every number.
SAME = {
    "resnet18": "resnet18",
    "resnet50": "resnet50",
    "resnext50_32x4d": "resnext50_32x4d",
    "vit_b_16": "vit_base_patch16_224",
    "swin_t": "swin_tiny_patch4_window7_224",
    "convnext_tiny": "convnext_tiny",
    "regnet_y_400mf": "regnety_004",
    "densenet121": "densenet121",
    "mnasnet1_0": "mnasnet_100",
    "mobilenet_v2": "mobilenetv2_100",
    "mobilenet_v3_large": "mobilenetv3_large_100",
    "efficientnet_b0": "efficientnet_b0",
    "vgg16": "vgg16",
}

# Names are those of each library, and so is what is registered: timm's Swin keeps its masks.
OF_A_LIBRARY = ("parts", "tied", "buffer_dtypes", "unused_modules", "block_shortcuts")

# torch.fx cannot trace timm's symbolically.
ONLY_RECORDED = ("vgg16",)

# Where timm groups the same layers in other modules, so that other parts are stages.
GROUPED_OTHERWISE = ("efficientnet_b0", "mobilenet_v2", "mobilenet_v3_large", "vgg16")


def facts_of(name: str, tracer: str) -> Mapping[str, Any]:
    """All facts of a model, without the names that its library gives."""
    summary = visualize.summarize(name, tracer=tracer)
    facts = asdict(summary.facts)
    stages = [
        {key: value for key, value in part.items() if key not in ("name", "type")}
        for part in facts["parts"]
        if part["blocks"]
    ]
    if facts["receptive"]:
        facts["receptive"].pop("covers_from")  # a name
    shortcuts = list(facts["block_shortcuts"].values())
    return {
        **{key: value for key, value in facts.items() if key not in OF_A_LIBRARY},
        "stages": stages,
        "shortcuts": shortcuts,
        "parameters": summary.total.parameters,
        "trainable": summary.total.trainable_parameters,
        "macs": summary.total.macs,
        "inputs": summary.total.inputs,
        "outputs": summary.total.outputs,
    }


@pytest.mark.parametrize("name", SAME)
def test_libraries_and_tracers_agree_in_every_fact(name: str) -> None:
    pytest.importorskip("timm")
    known = facts_of(name, "symbolic")
    assert facts_of(name, "recorded") == known
    ours = dict(known)
    for tracer in ("symbolic", "recorded")[name in ONLY_RECORDED :]:
        theirs = dict(facts_of(f"timm:{SAME[name]}", tracer))
        if name in GROUPED_OTHERWISE:
            for grouped in ("stages", "shortcuts"):
                ours.pop(grouped, None), theirs.pop(grouped)
        assert theirs == ours


# Architectures of many kinds that both tracers can trace; torch.fx traces no model of transformers.
BOTH_TRACERS = (
    "deeplabv3_resnet50", "inception_v3", "maxvit_t", "mc3_18", "mvit_v1_b", "swin3d_t",
    "swin_v2_t",
    *(f"timm:{name}" for name in (
        "beit_base_patch16_224", "botnet26t_256", "cait_xxs24_224", "coat_lite_tiny", "dla34",
        "efficientformer_l1", "fastvit_t8", "ghostnet_100", "gmlp_s16_224", "halonet26t",
        "hrnet_w18_small", "lambda_resnet26t", "levit_128s", "mobileone_s0", "nfnet_f0",
        "poolformer_s12", "res2net50_14w_8s", "tnt_s_patch16_224", "twins_pcpvt_small",
        "volo_d1_224",
    )),
)  # fmt: skip


def printed(name: str, tracer: str) -> Mapping[str, Any]:
    """The whole summary, without the ids of functions and the names of their parameters."""
    document = visualize.summarize(name, tracer=tracer).to_dict()
    for row in document["rows"]:
        if row["type"].islower():
            row.pop("path"), row.pop("attributes")
    return document


@pytest.mark.parametrize("name", BOTH_TRACERS)
def test_both_tracers_print_the_same_summary(name: str) -> None:
    pytest.importorskip("timm")
    assert printed(name, "recorded") == printed(name, "symbolic")


SOURCES = (
    "densenet121", "efficientnet_b0", "googlenet", "mobilenet_v3_small", "resnet18",
    "shufflenet_v2_x0_5", "squeezenet1_1", "timm:convnext_atto",
    "timm:swin_tiny_patch4_window7_224", "timm:vit_tiny_patch16_224", "vit_b_16",
)  # fmt: skip

# Modules are gone in a program, and its mode is that of the export; scripts have no memory.
OF_MODULES = ("parts", "block_shortcuts", "unused_modules")
OF_A_RUN = ("parameters", "trainable_parameters", "buffers", "bytes", "macs", "inputs", "outputs")


def facts_without_modules(model: Any, shape: tuple[int, ...] | None) -> Mapping[str, Any]:
    """All facts and totals that do not depend on modules."""
    document = visualize.summarize(model, shape).to_dict()
    facts = {key: fact for key, fact in document["facts"].items() if key not in OF_MODULES}
    if facts["receptive"]:
        facts["receptive"].pop("covers_from")  # a name
    return {**facts, **{key: document["rows"][-1][key] for key in OF_A_RUN}}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.filterwarnings("ignore")
def test_programs_and_scripts_have_the_facts_of_their_model(name: str, tmp_path: Path) -> None:
    timm = pytest.importorskip("timm")
    source, _, inner = name.rpartition(":")
    built = timm.create_model(inner) if source else get_model(name, weights=None)
    model = built.eval()
    shape = (1, 3, 224, 224)
    known = facts_without_modules(model, shape)
    program, traced, scripted = (tmp_path / each for each in ("net.pt2", "traced.pt", "script.pt"))
    torch.export.save(torch.export.export(model, (torch.rand(shape),)), program)
    torch.jit.save(torch.jit.trace(model, torch.rand(shape), check_trace=False), traced)
    torch.jit.save(torch.jit.script(model), scripted)
    assert facts_without_modules(str(program), None) == known
    assert facts_without_modules(str(traced), shape) == known
    assert facts_without_modules(str(scripted), shape) == known
