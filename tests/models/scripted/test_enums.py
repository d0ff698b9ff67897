"""Enums of scripts: their members become plain values in code and in pickles, and models draw."""

from __future__ import annotations

import ast
import enum
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import visualize
from tests.models.scripted.archives import read
from visualize.models.scripted.contents import RefusedError
from visualize.models.scripted.enums import EnumCode
from visualize.models.scripted.pickled import Called, read_pickle

_CODE = """
class Side(Enum):
  LEFT = -1
  RIGHT = 2
def f(x: Tensor, side: __torch__.a.Side=__torch__.a.Side.LEFT) -> Tensor:
  if torch.eq(side, __torch__.a.Side.RIGHT):
    y = x
  else:
    y = torch.neg(x)
  return y
"""


class Side(enum.Enum):
    LEFT = "left"
    RIGHT = "right"


class Sided(nn.Module):
    """Decides by an attribute that is a member of an enum."""

    def __init__(self, side: Side) -> None:
        super().__init__()
        self.side = side
        self.left, self.right = nn.Linear(4, 4), nn.Linear(4, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.side == Side.LEFT:
            return self.left(x)
        return self.right(x)


def test_members_are_printed_as_values() -> None:
    text = read(_CODE, "__torch__.a").text
    assert "Side" not in text
    assert "torch.eq(side, 2)" in text


def test_members_in_pickles_are_values() -> None:
    enums = {"__torch__.Side": EnumCode("int", {"LEFT": ast.Constant(3)})}
    member = b"\x80\x02c__torch__\nSide\nK\x03R."
    assert read_pickle(member, enums) == 3
    assert isinstance(read_pickle(member), Called)
    assert isinstance(read_pickle(member.replace(b"\x03R", b"\x04R"), enums), Called)


@pytest.mark.parametrize(
    "body",
    [
        "A = torch.len([])", "__len__ = 1", "A = 1\n  A = 2", "A = 1\n  B = 'b'", "A = True",
        "A = None", "A = +1", "A = -'a'", "A, B = 1, 2", "pass", "def f(self): pass",
    ],
)  # fmt: skip
def test_what_is_more_than_plain_values_is_refused(body: str) -> None:
    with pytest.raises(RefusedError, match="more than plain values"):
        read(f"class Side(Enum):\n  {body}", "__torch__.a")


def test_members_that_an_enum_lacks_are_refused() -> None:
    with pytest.raises(RefusedError, match="does not have"):
        read(_CODE.replace("Side.RIGHT)", "Side.UP)"), "__torch__.a")


@pytest.mark.parametrize(("side", "width"), [(Side.LEFT, 4), (Side.RIGHT, 8)])
def test_scripts_with_enums_are_drawn(tmp_path: Path, side: Side, width: int) -> None:
    torch.jit.save(torch.jit.script(Sided(side).eval()), tmp_path / "net.pt")
    # In a process that has never seen the enum.
    code = "import sys, visualize; print(visualize.trace(sys.argv[1], (1, 4)).macs)"
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "net.pt")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) == 4 * width


def test_a_vision_transformer_of_timm_is_drawn(tmp_path: Path) -> None:
    timm = pytest.importorskip("timm")
    sizes = {"img_size": 32, "embed_dim": 24, "depth": 1, "num_heads": 2, "num_classes": 5}
    model = timm.create_model("vit_tiny_patch16_224", **sizes).eval()
    torch.jit.save(torch.jit.script(model), tmp_path / "vit.pt")
    drawn = visualize.trace(str(tmp_path / "vit.pt"), (1, 3, 32, 32))
    assert drawn.parameters == sum(each.numel() for each in model.parameters())
