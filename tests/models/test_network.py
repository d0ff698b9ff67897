"""No source of models reaches the network, whatever a configuration names."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import NoReturn

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from visualize.core.errors import VisualizeError
from visualize.models import load_model

NET = "from torch import nn\ndef net(): return nn.Sequential(nn.Linear(4, 4), nn.ReLU())\n"


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sockets that fail on use, and what was tried with them."""
    tried: list[str] = []

    def refuse(*arguments: object, **_: object) -> NoReturn:
        tried.append(repr(arguments))
        raise AssertionError(f"a socket was used: {arguments}")

    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


@pytest.mark.parametrize(
    "written",
    [
        {"model_type": "dpt", "backbone": "facebook/dinov2-base", "backbone_config": None},
        {"model_type": "timm_backbone", "backbone": "hf-hub:timm/resnet18.a1_in1k"},
        {"model_type": "timm_wrapper", "architecture": "hf-hub:timm/resnet18.a1_in1k"},
        {"model_type": "detr", "backbone": "microsoft/resnet-50", "use_timm_backbone": False},
        {"model_type": "upernet", "backbone": "openmmlab/some-swin", "backbone_config": None},
        {"model_type": "vision-encoder-decoder", "encoder": {"model_type": "timm_backbone",
         "backbone": "hf_hub:someone/model"}, "decoder": {"model_type": "gpt2"}},
    ],
)  # fmt: skip
def test_names_of_a_hub_in_a_configuration(tmp_path: Path, written: dict[str, object]) -> None:
    """These are refused by what watches sockets, before one is used, or fail for another reason."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps(written))
    with pytest.raises(VisualizeError) as caught:
        load_model(f"hf:{path}")
    assert len(str(caught.value).splitlines()) == 1
    assert "download the file" not in str(caught.value)


def test_no_source_uses_a_socket(tmp_path: Path, no_sockets: list[str]) -> None:
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    torch.export.save(torch.export.export(model, (torch.zeros(1, 4),)), tmp_path / "a.pt2")
    torch.jit.trace(model, torch.zeros(1, 4)).save(str(tmp_path / "a.pt"))
    save_file(model.state_dict(), tmp_path / "a.safetensors")
    sources = [
        "resnet18", "deeplabv3_resnet50", "fasterrcnn_resnet50_fpn", "timm:resnet18",
        "timm:resnet18.a1_in1k", "hf:BertConfig", "hf:DetrConfig",
        f"hf:{tmp_path / 'config.json'}", f"{tmp_path / 'net.py'}:net", f"{tmp_path / 'a.pt2'}",
        f"{tmp_path / 'a.pt'}",
    ]  # fmt: skip
    for source in sources:
        load_model(source)
    weights = str(tmp_path / "a.safetensors")
    assert load_model(f"{tmp_path / 'net.py'}:net", weights=weights).values
    assert not no_sockets
