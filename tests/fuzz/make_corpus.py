"""Write the files that are damaged: ``python -m tests.fuzz.make_corpus``.

Small files of every kind that is read, each with other parts of its format. They are kept in the
repository, so that what is damaged does not depend on the version of torch.
"""

from __future__ import annotations

import enum
import io
import json
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import torch
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont
from safetensors.torch import save
from torch import nn

import visualize
from tests.fuzz.kinds import CORPUS
from visualize.core.fonts.faces import SHIPPED
from visualize.report import write_graph
from visualize.scene import themes


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


class Steps(nn.Module):
    """A script with a loop, a branch, an enum, containers and a method of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(2))
        self.side = Side.LEFT

    def half(self, x: torch.Tensor, by: float = 0.5) -> torch.Tensor:
        return x * by

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sizes: list[int] = []
        for layer in self.layers:
            x = layer(x).relu()
            sizes.append(x.size(0))
        if self.side == Side.LEFT:
            x = self.half(x)
        return x.reshape([sizes[0], -1])


class Mixed(nn.Module):
    """A program with a convolution, a residual, a buffer and a choice of its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        self.register_buffer("scale", torch.ones(3, 1, 1))

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        y = self.norm(self.conv(x)) * self.scale + x
        return y if mask is None else y.masked_fill(mask, 0.0)


def _weights() -> OrderedDict[str, torch.Tensor]:
    torch.manual_seed(0)
    model = nn.Sequential(
        OrderedDict(conv=nn.Conv2d(3, 4, 3, padding=1), norm=nn.BatchNorm2d(4)),
    )
    return OrderedDict(model.state_dict())


def _saved(value: object, **how: bool) -> bytes:
    content = io.BytesIO()
    torch.save(value, content, **how)
    return content.getvalue()


def _checkpoints() -> Iterator[tuple[str, bytes]]:
    weights = _weights()
    trained = {
        "epoch": 3, "state_dict": {f"module.{name}": one for name, one in weights.items()},
        "optimizer": {"state": {}, "param_groups": [{"lr": 0.1, "params": [0, 1]}]},
    }  # fmt: skip
    yield "plain.pt", _saved(weights)
    yield "trained.ckpt", _saved(trained)
    yield "old.pth", _saved(weights, _use_new_zipfile_serialization=False)
    half = {name: one.half() if one.is_floating_point() else one for name, one in weights.items()}
    yield "half.pth", _saved({"model": half})


def _scripts() -> Iterator[tuple[str, bytes]]:
    made = {
        "steps": torch.jit.script(Steps().eval()),
        "traced": torch.jit.trace(nn.Sequential(nn.Linear(4, 3), nn.GELU()), torch.rand(1, 4)),
        "sequence": torch.jit.script(nn.LSTM(4, 2)),
    }
    for name, script in made.items():
        content = io.BytesIO()
        torch.jit.save(script, content)
        yield f"{name}.pt", _without_source(content.getvalue())
    yield "weights.pth", _saved(_weights())


def _without_source(content: bytes) -> bytes:
    """An archive without the places of its code in Python files, which are paths of a machine."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            if not name.endswith(".debug_pkl"):
                part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                new.writestr(part, old.read(name))
    return kept.getvalue()


def _programs() -> Iterator[tuple[str, bytes]]:
    image, mask = torch.rand(1, 3, 8, 8), torch.zeros(1, 1, 8, 8, dtype=torch.bool)
    attends = nn.TransformerEncoderLayer(8, 2, 8, batch_first=True).eval()
    size = torch.export.Dim("batch", min=1, max=64)
    exports = {
        "mixed": torch.export.export(Mixed().eval(), (image, mask)),
        "attention": torch.export.export(attends, (torch.rand(1, 3, 8),)),
        "dynamic": torch.export.export(
            nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (torch.rand(3, 4),),
            dynamic_shapes=({0: size},),
        ),
    }  # fmt: skip
    for name, program in exports.items():
        for node in program.graph.nodes:
            node.meta.pop("stack_trace", None)
        content = io.BytesIO()
        torch.export.save(program, content)
        yield f"{name}.pt2", content.getvalue()


_SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 20}
_CONFIGURATIONS = {
    "bert": {**_SMALL, "intermediate_size": 8, "max_position_embeddings": 16},
    "llama": {**_SMALL, "intermediate_size": 8, "rope_scaling": None, "tie_word_embeddings": True},
    "vit": {**_SMALL, "intermediate_size": 8, "image_size": 8, "patch_size": 4},
    "mixtral": {
        **_SMALL, "intermediate_size": 8, "num_key_value_heads": 2, "num_local_experts": 2,
        "head_dim": 4,
    },
    "resnet": {"embedding_size": 4, "hidden_sizes": [4], "depths": [1], "layer_type": "basic"},
    "t5": {"d_model": 8, "d_kv": 4, "d_ff": 8, "num_layers": 1, "num_heads": 2, "vocab_size": 20},
    "clip": {
        "projection_dim": 4,
        "text_config": {**_SMALL, "intermediate_size": 8},
        "vision_config": {**_SMALL, "intermediate_size": 8, "image_size": 8, "patch_size": 4},
    },
    "dpt": {
        **_SMALL, "intermediate_size": 8, "image_size": 8, "patch_size": 4, "is_hybrid": False,
        "backbone_out_indices": [0], "neck_hidden_sizes": [4], "reassemble_factors": [1],
        "fusion_hidden_size": 4, "backbone": None, "use_pretrained_backbone": False,
    },
}  # fmt: skip


def _configurations() -> Iterator[tuple[str, bytes]]:
    for name, fields in _CONFIGURATIONS.items():
        yield f"{name}.json", json.dumps({"model_type": name, **fields}, indent=1).encode()


_OPTIONS = b"""level = "layer"
title = "A small net"
fold = true
theme = "dark"
direction = "LR"
width = "3.25in"
color-by = "parameters"
legend = true
expand = ["conv"]
details = ["auto"]
dpi = 100

[label]
"conv" = "a convolution"
"""


def _fonts() -> Iterator[tuple[str, bytes]]:
    plain, other = _subset("Aabcdefghilmnoprstuvwx0123456789×→ ,."), _subset("ab1 ")
    yield "plain.ttf", plain
    fonts = TTCollection()
    fonts.fonts = [TTFont(io.BytesIO(one)) for one in (other, other)]
    content = io.BytesIO()
    fonts.save(content)
    yield "several.ttc", content.getvalue()


def _subset(letters: str) -> bytes:
    options = Options()
    options.hinting = False
    with TTFont(SHIPPED) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        content = io.BytesIO()
        font.save(content)
    return content.getvalue()


def _graphs() -> Iterator[tuple[str, bytes]]:
    """Graphs with a skip connection, a loop, statistics, memory and notes."""

    class Block(nn.Sequential):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) + 0.5 * x

    class Looped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = Block(nn.Linear(4, 4), nn.ReLU())
            self.unused = nn.Linear(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(3):
                x = self.block(x)
            return x

    torch.manual_seed(0)
    mixed = visualize.trace(Mixed(), (1, 3, 8, 8))
    looped = visualize.trace(Looped(), (1, 4), statistics=True, memory=True)
    for name, architecture in {"mixed": mixed, "looped": looped}.items():
        yield f"{name}.json", write_graph(architecture, "json")


def _figures(suffix: str) -> Iterator[tuple[str, bytes]]:
    class Block(nn.Sequential):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) + x

    blocks = nn.Sequential(*(Block(nn.Linear(4, 4), nn.ReLU()) for _ in range(3)))
    yield f"blocks.{suffix}", visualize.draw(blocks, (1, 4)).render([suffix])[suffix]
    side = visualize.draw(nn.Sequential(nn.Linear(4, 4)), (1, 4), theme="dark", direction="LR")
    yield f"side.{suffix}", side.render([suffix])[suffix]


def main() -> None:
    """Write all files."""
    folder = Path(themes.__file__).parent
    kinds = {
        "checkpoint": _checkpoints(),
        "safetensors": iter([("plain.safetensors", save(dict(_weights())))]),
        "exported": _programs(),
        "script": _scripts(),
        "config": _configurations(),
        "graph": _graphs(),
        "theme": ((name, (folder / name).read_bytes()) for name in ("paper.toml", "dark.toml")),
        "options": iter([("options.toml", _OPTIONS)]),
        "font": _fonts(),
        **{suffix: _figures(suffix) for suffix in ("svg", "pdf", "tex")},
    }
    for kind, files in kinds.items():
        (CORPUS / kind).mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (CORPUS / kind / name).write_bytes(content)


if __name__ == "__main__":
    main()
