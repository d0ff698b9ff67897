"""Draw the gallery again: ``python outputs/gallery.py``, from the root of the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent

# The arguments of each figure; the first file of each is the one that README.md shows.
FIGURES = (
    "resnet18 -o outputs/resnet18.svg -o outputs/resnet18.pdf",
    "resnet50 -o outputs/resnet50.svg -o outputs/resnet50.pdf",
    "densenet121 -o outputs/densenet121.svg",
    "googlenet -o outputs/googlenet.svg",
    "mobilenet_v3_small -o outputs/mobilenet_v3_small.svg",
    "efficientnet_b0 -o outputs/efficientnet_b0.svg",
    "convnext_tiny -o outputs/convnext_tiny.svg",
    "vit_b_16 -o outputs/vit_b_16.svg",
    "swin_t -o outputs/swin_t.svg",
    "outputs/unet.py:UNet --input 1,3,256,256 -o outputs/unet.svg",
)

HEAD = """# Gallery

What `visualize` draws, each figure with the command that draws it and what the command prints.
To draw all of it again:

    python outputs/gallery.py
"""


def main() -> None:
    """Draw every figure and write README.md around them."""
    sections = [HEAD]
    for arguments in FIGURES:
        command = [sys.executable, "-m", "visualize", "draw", *arguments.split()]
        result = subprocess.run(
            command, cwd=FOLDER.parent, check=True, stdout=subprocess.PIPE, text=True
        )
        printed = result.stdout.strip().rpartition("\n")[2]
        files = [word for word in arguments.split() if word.startswith("outputs/") and "." in word]
        image = next(Path(name).name for name in files if name.endswith(".svg"))
        sections.append(
            f"## {Path(image).stem}\n\n    visualize draw {arguments}\n\n{printed}\n\n"
            f"![{Path(image).stem}]({image})\n"
        )
        sys.stdout.write(f"{printed}\n")
    (FOLDER / "README.md").write_text("\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
