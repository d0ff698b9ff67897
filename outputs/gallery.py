"""Draw the gallery again: ``python outputs/gallery.py [NAME ...]``, from the root of the repository.

It draws models of timm, transformers, diffusers, segmentation-models-pytorch and ultralytics:
``pip install '.[gallery]'``. With names, only these figures are drawn and nothing else is written.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Drawn:
    """A figure of the gallery.

    Attributes:
        name: of its file.
        model: as the command line names it, with its inputs; of a difference, both models.
        formats: suffixes of what is written.
    """

    name: str
    model: str
    formats: tuple[str, ...] = ("svg",)
    subcommand: ClassVar[str] = "draw"
    status: ClassVar[int] = 0

    @property
    def arguments(self) -> str:
        """Those of ``visualize``."""
        files = (f"-o outputs/{self.name}.{suffix}" for suffix in self.formats)
        return " ".join((self.subcommand, self.model, *files))

    def draw(self) -> str:
        """Write its files; the line that the command prints."""
        command = [sys.executable, "-m", "visualize", *shlex.split(self.arguments)]
        result = subprocess.run(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True)
        if result.returncode != self.status:
            raise subprocess.CalledProcessError(result.returncode, command)
        return result.stdout.strip().rpartition("\n")[2]


class Compared(Drawn):
    """The figure of two models that differ."""

    subcommand: ClassVar[str] = "diff"
    status: ClassVar[int] = 1


def _named(*models: str) -> Iterator[Drawn]:
    """Figures that are called like their models."""
    return (Drawn(model.partition("?")[0].rpartition(":")[2], model) for model in models)


def _transformers(**models: str) -> Iterator[Drawn]:
    """Figures of configurations of transformers."""
    return (Drawn(name, f"hf:{config}") for name, config in models.items())


LATENTS = "--input sample=1,4,64,64 --input timestep=1:int64"
CLASSES = (
    "--input hidden_states=1,4,32,32 --input timestep=1:int64"
    " --input 'class_labels=1:int64<1000'"
)

SECTIONS = {
    "Convolutional networks": (
        Drawn("resnet18", "resnet18", ("svg", "pdf")),
        Drawn("resnet50", "resnet50", ("svg", "pdf")),
        *_named(
            "densenet121", "googlenet", "mobilenet_v3_small", "mobilenet_v3_large",
            "efficientnet_b0", "regnet_y_800mf", "convnext_tiny", "r3d_18", "timm:dla34",
            "timm:hrnet_w18",
        ),
    ),
    "Vision transformers": tuple(_named("vit_b_16", "swin_t", "maxvit_t")),
    "Segmentation, detection, optical flow": (
        Drawn("unet", "outputs/unet.py:UNet --input 1,3,256,256"),
        Drawn(
            "unetplusplus",
            "'segmentation_models_pytorch:UnetPlusPlus(encoder_weights=None)' --input 1,3,256,256",
        ),
        *_named("deeplabv3_resnet50", "fasterrcnn_resnet50_fpn"),
        Drawn(
            "yolov8n",
            "'ultralytics.nn.tasks:DetectionModel(cfg=\"yolov8n.yaml\", verbose=False)'"
            " --input 1,3,640,640",
        ),
        *_transformers(detr="DetrConfig", sam="SamConfig"),
        *_named("raft_small"),
    ),
    "Language, speech, image and text": tuple(
        _transformers(
            gpt2="GPT2Config", bert="BertConfig", llama="LlamaConfig", t5="T5Config",
            whisper="WhisperConfig", clip="CLIPConfig", mamba="'MambaConfig?num_hidden_layers=2'",
            mixtral="MixtralConfig", deepseek_v3="DeepseekV3Config",
        )
    ),
    "Diffusion": (
        Drawn(
            "latent_diffusion",
            "'diffusers:UNet2DConditionModel(cross_attention_dim=768)'"
            f" {LATENTS} --input encoder_hidden_states=1,77,768",
        ),
        Drawn("dit", f"diffusers:DiTTransformer2DModel {CLASSES}"),
    ),
    "Differences": (
        Compared("resnet50_resnet50d", "timm:resnet50 timm:resnet50d"),
        Compared("llama_qwen3", "hf:LlamaConfig hf:Qwen3Config"),
    ),
}  # fmt: skip

HEAD = """# Gallery

What `visualize` draws, each figure with the command that draws it and what the command prints.
To draw all of it again:

    pip install '.[gallery]' && python outputs/gallery.py
"""


def main(names: list[str]) -> None:
    """Draw the figures and, where none is named, write README.md around them."""
    chosen = [
        figure
        for figures in SECTIONS.values()
        for figure in figures
        if not names or figure.name in names
    ]
    printed: dict[str, str] = {}
    # Each command is a process of its own.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for figure, line in zip(chosen, pool.map(lambda figure: figure.draw(), chosen)):
            sys.stdout.write(f"{line}\n")
            printed[figure.name] = line
    if not names:
        pages = [HEAD, *(_section(title, printed) for title in SECTIONS)]
        (FOLDER / "README.md").write_text("\n".join(pages), encoding="utf-8")


def _section(title: str, printed: Mapping[str, str]) -> str:
    """A part of README.md, with what the command of each figure printed."""
    return "\n".join(
        (
            f"## {title}\n",
            *(
                f"### {figure.name}\n\n    visualize {figure.arguments}\n\n"
                f"{printed[figure.name]}\n\n![{figure.name}]({figure.name}.svg)\n"
                for figure in SECTIONS[title]
            ),
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
