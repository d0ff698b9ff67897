"""Weights: from a file or a catalogue, matched by name, and never code."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result
from safetensors.torch import save_file, save_model
from torch import nn
from torchvision import models

import visualize
from visualize.cli import main
from visualize.core.errors import UsageError, WeightsError
from visualize.models import load_model
from visualize.models.specification import names_checkpoint

pytestmark = pytest.mark.filterwarnings("ignore")
NETS = '''
import torch
from torch import nn

class Net(nn.Module):
    """A net to be given weights."""
    def __init__(self, classes=5):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
        self.head = nn.Linear(4, classes)
    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))

class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 8)
        self.position = nn.Parameter(torch.zeros(1, 5, 8))
        self.spare = nn.Linear(3, 3)
        self.head = nn.Linear(8, 30, bias=False)
        self.head.weight = self.embed.weight
    def forward(self, x):
        return self.head(self.embed(x) + self.position)

class Deciding(nn.Module):
    """Its weights decide what it computes."""
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)
    def forward(self, x):
        y = self.first(x)
        return self.second(y) if float(self.first.weight.sum()) > 0 else y

class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)
        self.register_buffer("a_mask_that_is_never_saved", torch.zeros(4), persistent=False)
    def forward(self, x):
        return self.second(self.first(x) + self.a_mask_that_is_never_saved)

class Flattened(nn.Module):
    """Takes what was saved of a convolution."""
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self._register_load_state_dict_pre_hook(self.flatten)
    def flatten(self, state, *_):
        state["linear.weight"] = state["linear.weight"].flatten(1)
    def forward(self, x):
        return self.linear(x)

class Growing(nn.Module):
    """Makes a parameter where a checkpoint has it."""
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
    def _load_from_state_dict(self, state, prefix, *others):
        if "extra" in state:
            self.extra = nn.Parameter(torch.zeros(3))
        super()._load_from_state_dict(state, prefix, *others)
    def forward(self, x):
        return self.linear(x)

class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.LazyLinear(4)
    def forward(self, x):
        return self.linear(x)

class Unused(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
    def forward(self, x):
        return x.relu()

wrapped = nn.DataParallel(Masked())
script = torch.jit.script(nn.Linear(4, 4))
'''
NET = ("net.py:Net", "--input", "1,3,8,8")
STATISTICS = ["mean", "deviation", "norm", "zeros %"]


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("it-ran",)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.py").write_text(NETS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def built(name: str, **arguments: Any) -> nn.Module:
    space: dict[str, Any] = {"__name__": "nets"}
    exec(NETS, space)
    torch.manual_seed(1)
    model: nn.Module = space[name](**arguments)
    return model


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def fails(*arguments: str) -> str:
    """Run, expect status 1 and one line on standard error, and return it."""
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert not result.stdout
    return lines[0]


def rows(*arguments: str) -> dict[str, dict[str, str]]:
    result = run("summary", *arguments, "--format", "csv")
    assert result.exit_code == 0, result.output
    return {row["layer"]: row for row in csv.DictReader(io.StringIO(result.stdout))}


def agree(row: dict[str, str], *tensors: torch.Tensor) -> None:
    values = torch.cat([tensor.detach().double().flatten() for tensor in tensors])
    found = [float(row[name]) for name in STATISTICS]
    zeros = 100 * float((values == 0).double().mean())
    expected = [values.mean(), values.std(correction=0), values.norm(), zeros]
    assert found == pytest.approx([float(one) for one in expected], rel=1e-6, abs=1e-12)


def saved(model: nn.Module, name: str) -> str:
    if name.endswith(".safetensors"):
        save_model(model, name)
    else:
        torch.save(model.state_dict(), name)
    return name


def test_a_name_and_a_file_are_told_apart(folder: Path) -> None:
    for name in ("DEFAULT", "IMAGENET1K_V1", "ResNet18_Weights.DEFAULT", "a1_in1k"):
        assert not names_checkpoint(name)
    (folder / "weights").touch()
    for name in ("a.pt", "a.pth", "a.safetensors", "a.ckpt", "runs/last", "weights"):
        assert names_checkpoint(name)


@pytest.mark.parametrize("name", ["w.pt", "w.pth", "w.safetensors", "w.bin"])
def test_every_layer_has_the_statistics_of_its_values(folder: Path, name: str) -> None:
    model = built("Net")
    table = rows(*NET, "--weights", saved(model, name))
    state = model.state_dict()
    agree(table["body[0]"], state["body.0.weight"], state["body.0.bias"])
    agree(table["body[1]"], state["body.1.weight"], state["body.1.bias"])
    agree(table["head"], state["head.weight"], state["head.bias"])
    agree(table["TOTAL"], *model.parameters())
    assert not any(table["body[2]"][name] for name in STATISTICS)
    assert STATISTICS[0] not in rows(*NET)["TOTAL"]


def test_tied_and_unused_weights_are_counted_once(folder: Path) -> None:
    model = built("Tied")
    for name in ("w.pt", "w.safetensors"):  # the latter keeps one of the tied tensors
        table = rows("net.py:Tied", "--input", "1,5:int64<30", "--weights", saved(model, name))
        agree(table["embed"], model.get_parameter("embed.weight"))
        agree(table["position"], model.get_parameter("position"))
        agree(table["unused"], *model.get_submodule("spare").parameters())
        agree(table["TOTAL"], *model.parameters())
        assert not table["head"]["norm"]


def test_a_model_of_ones_own_has_its_own_values() -> None:
    model = built("Net")
    before = {name: (id(tensor), tensor.clone()) for name, tensor in model.named_parameters()}
    summary = visualize.summarize(model, (1, 3, 8, 8), statistics=True)
    total = summary.total.statistics
    assert total is not None
    values = torch.cat([tensor.detach().flatten() for tensor in model.parameters()])
    assert total.norm == pytest.approx(float(values.norm()))
    for name, tensor in model.named_parameters():
        assert id(tensor) == before[name][0]
        assert torch.equal(tensor, before[name][1])
    assert visualize.summarize(model, (1, 3, 8, 8)).total.statistics is None
    with pytest.raises(UsageError, match="call load_state_dict yourself"):
        visualize.draw(model, (1, 3, 8, 8), weights="w.pt")
    with pytest.raises(WeightsError, match="have no values"):
        visualize.draw(model.to("meta"), (1, 3, 8, 8), color_by="norm")


def test_statistics_are_in_every_format(folder: Path) -> None:
    weights = saved(built("Net"), "w.pt")
    document = json.loads(run("summary", *NET, "--weights", weights, "--format", "json").stdout)
    assert document["statistics_of"] == "w.pt"
    assert set(document["rows"][0]["statistics"]) == {"mean", "deviation", "norm", "sparsity"}
    heads = {"md": "| L2 norm |", "latex": "& L2 norm &", "table": " L2 norm "}
    for format_name, head in heads.items():
        assert head in run("summary", *NET, "--weights", weights, "--format", format_name).stdout
    told = run("summary", *NET, "--weights", weights, "--lang", "zh").stdout
    assert all(word in told for word in ("均值", "标准差", "范数", "权重统计的来源：w.pt"))
    nodes = json.loads(run("graph", *NET, "--weights", weights).stdout)["nodes"]
    assert [node["id"] for node in nodes if "statistics" in node] == ["body_0", "body_1", "head"]
    assert "statistics" not in run("graph", *NET).stdout


def test_the_structure_of_values_is_told_in_sentences(folder: Path) -> None:
    model = built("Net")
    with torch.no_grad():
        model.get_parameter("head.weight")[:, :2] = 0
        model.get_parameter("body.1.bias").fill_(1)
        model.get_parameter("body.1.weight").fill_(3)
    told = run("summary", *NET, "--weights", saved(model, "w.pt")).stdout
    told = " ".join(told.split())
    assert "Zero weights: 6.9 % (10); the largest share is that of head, 40.0 %." in told
    assert "from 0.105 (body[0]) to 2.24 (body[1])." in told
    with torch.no_grad():
        model.get_parameter("head.weight").fill_(1)
        model.get_parameter("head.bias")[0] = torch.nan
    told = run("summary", *NET, "--weights", saved(model, "w.pt")).stdout
    assert "ero weights" not in told
    assert "NaN or infinite weights in head." in told
    document = run("summary", *NET, "--weights", "w.pt", "--format", "json").stdout
    json.loads(document, parse_constant=pytest.fail)  # NaN is not JSON
    assert (
        run("draw", *NET, "--weights", "w.pt", "--color-by", "norm", "-o", "a.svg").exit_code == 0
    )


def test_a_checkpoint_of_a_training_is_read(folder: Path) -> None:
    model = built("Net")
    state = {f"module.{name}": tensor for name, tensor in model.state_dict().items()}
    optimizer = {"state": {0: {"exp_avg": torch.ones(4, 3, 3, 3)}}, "param_groups": [{"lr": 0.1}]}
    torch.save({"epoch": 3, "state_dict": state, "optimizer": optimizer}, "run.ckpt")
    result = run("summary", *NET, "--weights", "run.ckpt")
    assert "run.ckpt: taken from its entry 'state_dict'" in result.stderr
    assert "run.ckpt: names taken without 'module.'" in result.stderr
    agree(rows(*NET, "--weights", "run.ckpt")["TOTAL"], *model.parameters())


def test_half_precision_is_read_without_changing_the_model(folder: Path) -> None:
    halves = {name: tensor.half() for name, tensor in built("Net").state_dict().items()}
    torch.save(halves, "half.pt")
    agree(rows(*NET, "--weights", "half.pt")["head"], halves["head.weight"], halves["head.bias"])


def test_what_old_modules_saved_is_read_as_they_read_it(folder: Path) -> None:
    model = models.vit_b_16(weights=None, num_classes=2)
    old = {
        re.sub(r"mlp\.([03])\.", lambda match: f"mlp.linear_{int(match[1]) // 3 + 1}.", name): one
        for name, one in model.state_dict().items()
    }
    assert "encoder.layers.encoder_layer_0.mlp.linear_2.bias" in old
    torch.save(old, "old.pt")
    agree(rows("vit_b_16?num_classes=2", "--weights", "old.pt")["TOTAL"], *model.parameters())


def test_a_run_on_values_takes_the_weights(folder: Path) -> None:
    model = built("Deciding")
    for sign, layers in ((1, ["first", "second"]), (-1, ["first"])):
        with torch.no_grad():
            model.get_parameter("first.weight").fill_(sign)
        weights = saved(model, f"{sign}.pt")
        result = run("graph", "net.py:Deciding", "--input", "1,4", "--weights", weights)
        assert "with its own weights" in result.stderr
        nodes = json.loads(result.stdout)["nodes"]
        assert [node["path"] for node in nodes if node["kind"] == "module"] == layers


def changed(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[], None]:
    def save() -> None:
        state = dict(built("Net").state_dict())
        change(state)
        torch.save(state, "w.pt")

    return save


def cut(name: str, lost: int) -> Callable[[], None]:
    def save() -> None:
        state = built("Net").state_dict()
        if name.endswith(".safetensors"):
            save_file(state, name)
        else:
            torch.save(state, name)
        content = Path(name).read_bytes()
        Path(name).write_bytes(content[: len(content) - lost])

    return save


def referring_to_itself() -> dict[str, Any]:
    state: dict[str, Any] = {}
    state.update((f"key{number}", state) for number in range(60))
    return state


def broken_end() -> None:
    """An archive that says it is one of several."""
    torch.save(built("Net").state_dict(), "w.pt")
    content = bytearray(Path("w.pt").read_bytes())
    end = content.rindex(b"PK\6\7")
    content[end + 4] = content[end + 9] = 255
    Path("w.pt").write_bytes(content)


@pytest.mark.parametrize(
    ("save", "words"),
    [
        (changed(lambda state: state.pop("head.weight")), ["does not fit", "missing head.weight"]),
        (changed(lambda state: state.update({"head.bias": torch.ones(7)})),
         ["head.bias is 7, expected 5", "num_classes=10"]),
        (changed(lambda state: state.update(tail=state.pop("head.bias"))),
         ["missing head.bias", "unexpected tail"]),
        (changed(lambda state: state.clear()), ["contains no tensors by name"]),
        (lambda: torch.save([1, 2], "w.pt"), ["contains a list, not tensors by name"]),
        (lambda: torch.save({"a": torch.ones(2), "b": Evil()}, "w.pt"),
         ["refused", "mkdir", "run code", "state_dict()"]),
        (lambda: torch.save(Evil(), "w.pt", _use_new_zipfile_serialization=False),
         ["refused", "mkdir"]),
        (lambda: Path("w.pt").write_bytes(pickle.dumps(Evil())), ["refused", "run code"]),
        (lambda: torch.save(models.squeezenet1_1(), "w.pt"),
         ["refused", "torchvision.models.squeezenet.SqueezeNet"]),
        (lambda: torch.jit.save(torch.jit.script(nn.Linear(2, 2)), "w.pt"), ["TorchScript"]),
        (lambda: None, ["no such file"]),
        (lambda: Path("w.pt").mkdir(), ["w.pt", "cannot be read"]),
        (lambda: Path("w.pt").touch(), ["not a checkpoint"]),
        (lambda: Path("w.pt").write_text("hello\n"), ["not a checkpoint"]),
        (cut("w.pt", 2600), ["truncated: ", "head.weight"]),
        (cut("w.pt", 30), ["truncated at its end"]),
        (lambda: Path("w.pt").write_text("<!DOCTYPE html><html>"), ["not a checkpoint"]),
        (lambda: Path("w.pt").write_bytes(b"GGUF" + bytes(range(256))), ["not a checkpoint"]),
        (lambda: torch.save(referring_to_itself(), "w.pt"), ["contains no tensors"]),
        (changed(lambda state: state.update({"\x1b[2Jtail": state.pop("head.bias")})),
         ["unexpected [2Jtail"]),
        (changed(lambda state: state.update({"head.bias": state["head.bias"].to("meta")})),
         ["missing head.bias"]),
        (broken_end, ["w.pt: truncated"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_line(
    folder: Path, save: Callable[[], None], words: list[str]
) -> None:
    save()
    for command in (["summary"], ["draw", "-o", "a.svg"]):
        told = fails(*command, *NET, "--weights", "w.pt")
        assert "w.pt: " in told
        assert all(word in told for word in words), told
    assert not (folder / "it-ran").exists()
    assert not (folder / "a.svg").exists()


def test_a_cut_safetensors_names_what_it_lost(folder: Path) -> None:
    cut("w.safetensors", 20)()
    told = fails("summary", *NET, "--weights", "w.safetensors")
    assert "w.safetensors: truncated: " in told
    cut("w.safetensors", 10**9)()
    assert "not a checkpoint" in fails("summary", *NET, "--weights", "w.safetensors")


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_cut_archive_names_exactly_what_it_lost(folder: Path, part: float, nested: bool) -> None:
    from visualize.models.truncated import lost_tensors

    state = {f"layer{number}": torch.randn(40, 40) for number in range(20)}
    state["alias"] = state["layer3"]
    torch.save({"steps": 3, "model": state} if nested else state, "w.pt")
    content = Path("w.pt").read_bytes()
    kept = content[: int(len(content) * part)]
    Path("w.pt").write_bytes(kept)
    prefix = "model." if nested else ""
    whole = {prefix + name for name, one in state.items() if one.numpy().tobytes() in kept}
    lost = lost_tensors(Path("w.pt"))
    # Of the last tensor that is there nothing tells that it is whole.
    assert len({prefix + name for name in state} - whole - set(lost)) == 0
    assert len(set(lost) & whole) <= 1
    assert 0 < len(lost) < len(state)


def test_errors_carry_the_names(folder: Path) -> None:
    changed(lambda state: state.update(tail=state.pop("head.bias")))()
    with pytest.raises(WeightsError) as caught:
        load_model("net.py:Net", weights="w.pt")
    assert (caught.value.missing, caught.value.unexpected) == (("head.bias",), ("tail",))


def test_more_than_is_needed_is_a_note(folder: Path) -> None:
    changed(lambda state: state.update(tail=torch.ones(2)))()
    result = run("summary", *NET, "--weights", "w.pt")
    assert result.exit_code == 0
    assert "note: w.pt: unexpected tail ignored" in result.stderr


def colors(path: str) -> list[str]:
    return re.findall(r'<path fill="(#\w{6})"', Path(path).read_text())


def test_colours_tell_norm_and_sparsity(folder: Path) -> None:
    model = built("Net")
    with torch.no_grad():
        model.get_parameter("head.weight").fill_(0)
        model.get_parameter("head.bias").fill_(0)
    weights = saved(model, "w.pt")
    scene = visualize.draw("net.py:Net", (1, 3, 8, 8), weights=weights, color_by="sparsity").scene
    told = {box.id: box.statistics for box in scene.boxes}
    assert told["head"] is not None
    assert told["head"].sparsity == 1.0
    assert told["head"].pruned == 1.0
    fresh = [values for name, values in told.items() if values and name != "head"]
    assert any(values.sparsity for values in fresh)  # the biases of norms
    assert not any(values.pruned for values in fresh)
    for option, legend in (("norm", "norm of the weights"), ("sparsity", "% of the weights are")):
        result = run(
            "draw", *NET, "--weights", weights, "--color-by", option, "-o", "a.svg", "--check"
        )
        assert result.exit_code == 0, result.output
        assert legend in Path("a.svg").read_text()
        assert "% zero" in Path("a.svg").read_text()  # where the mouse is
    with pytest.raises(WeightsError, match="statistics=True"):
        visualize.draw(visualize.trace(model, (1, 3, 8, 8)), color_by="norm")


def test_colours_without_values_are_refused(folder: Path) -> None:
    told = fails("draw", *NET, "--color-by", "norm", "-o", "a.svg")
    assert "its weights have no values" in told
    assert "--weights" in told


def test_archives_have_their_own_values(folder: Path) -> None:
    model = built("Net").eval()
    example = torch.zeros(1, 3, 8, 8)
    torch.export.save(torch.export.export(model, (example,)), "net.pt2")
    torch.jit.save(torch.jit.trace(model, example), "net.pt")
    for arguments in (("net.pt2",), ("net.pt", "--input", "1,3,8,8")):
        agree(rows(*arguments)["TOTAL"], *model.parameters())
        drawn = run("draw", *arguments, "--color-by", "norm", "-o", "a.svg")
        assert drawn.exit_code == 0, drawn.output
        assert "its own weights" in fails("summary", *arguments, "--weights", "w.pt")


def test_published_weights_are_taken_from_the_cache(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(folder))
    model = models.squeezenet1_1(weights=None)
    cached = folder / "hub" / "checkpoints" / "squeezenet1_1-b8a52dc0.pth"
    cached.parent.mkdir(parents=True)
    torch.save(model.state_dict(), cached)
    for name in ("DEFAULT", "IMAGENET1K_V1", "SqueezeNet1_1_Weights.DEFAULT"):
        result = run("summary", "squeezenet1_1", "--weights", name, "--format", "json")
        document = json.loads(result.stdout)
        assert document["statistics_of"] == "IMAGENET1K_V1"
    agree(rows("squeezenet1_1", "--weights", "DEFAULT")["TOTAL"], *model.parameters())
    told = fails("summary", "squeezenet1_1?num_classes=7", "--weights", "DEFAULT")
    assert "num_classes" in told
    torch.save({"classifier.1.weight": Evil()}, cached)
    assert "refused" in fails("summary", "squeezenet1_1", "--weights", "DEFAULT")
    assert not (folder / "it-ran").exists()


def test_a_download_that_fails_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(folder))
    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
    result = run("summary", "squeezenet1_1", "--weights", "DEFAULT")
    assert result.exit_code == 1
    last = result.stderr.strip().splitlines()[-1]
    assert "IMAGENET1K_V1 of squeezenet1_1: could not be downloaded: no route to host" in last
    assert "--weights FILE" in last


def test_nothing_is_downloaded_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something was to be downloaded")

    monkeypatch.setattr("socket.socket.connect", refuse)
    assert run("summary", "squeezenet1_1", "--format", "csv").exit_code == 0


def test_unknown_names_are_one_line(folder: Path) -> None:
    told = fails("summary", "resnet18", "--weights", "IMAGENET1K_V9")
    assert "'IMAGENET1K_V9'" in told
    assert "DEFAULT, IMAGENET1K_V1" in told
    assert "give a checkpoint file" in fails("summary", *NET, "--weights", "DEFAULT")
    assert "give --weights NAME" in fails("summary", "resnet18?weights=DEFAULT")


SMALL = ("--input", "1,4")


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.inner."])
def test_a_prefix_is_found_though_names_are_missing(folder: Path, prefix: str) -> None:
    model = built("Masked")
    state = {prefix + name: tensor for name, tensor in model.state_dict().items()}
    torch.save(state, "w.pt")
    agree(rows("net.py:Masked", *SMALL, "--weights", "w.pt")["TOTAL"], *model.parameters())
    del state[f"{prefix}second.weight"]
    torch.save(state, "w.pt")
    told = fails("summary", "net.py:Masked", *SMALL, "--weights", "w.pt")
    assert "does not fit the model: missing second.weight; build" in told


def test_a_wrapped_model_is_given_weights(folder: Path) -> None:
    model = built("Masked")
    for state in (model.state_dict(), nn.DataParallel(model).state_dict()):
        torch.save(state, "w.pt")
        agree(rows("net.py:wrapped", *SMALL, "--weights", "w.pt")["TOTAL"], *model.parameters())
    assert "its own weights" in fails("summary", "net.py:script", *SMALL, "--weights", "w.pt")


def test_what_a_model_does_to_tensors_is_done(folder: Path) -> None:
    weight, bias = torch.randn(4, 4, 1, 1), torch.randn(4)
    torch.save({"linear.weight": weight, "linear.bias": bias}, "w.pt")
    agree(rows("net.py:Flattened", *SMALL, "--weights", "w.pt")["TOTAL"], weight, bias)
    linear = torch.randn(4, 4)
    torch.save({"linear.weight": linear, "linear.bias": bias, "extra": torch.ones(3)}, "w.pt")
    agree(rows("net.py:Growing", *SMALL, "--weights", "w.pt")["TOTAL"], linear, bias)


def test_integers_are_taken_for_numbers(folder: Path) -> None:
    whole = {name: (10 * one).to(torch.int8) for name, one in built("Net").state_dict().items()}
    torch.save(whole, "w.pt")
    agree(rows(*NET, "--weights", "w.pt")["head"], whole["head.weight"], whole["head.bias"])


def test_lazy_layers_are_one_line(folder: Path) -> None:
    torch.save({"linear.weight": torch.ones(4, 4)}, "w.pt")
    assert "lazy layers" in fails("summary", "net.py:Lazy", *SMALL, "--weights", "w.pt")


def test_a_model_of_one_layer_has_statistics(folder: Path) -> None:
    layer = nn.Linear(8, 8)
    weights = saved(layer, "w.pt")
    model = ("torch.nn:Linear(in_features=8, out_features=8)", "--input", "1,8")
    for format_name in ("table", "md", "json"):
        result = run("summary", *model, "--weights", weights, "--format", format_name)
        assert result.exit_code == 0, result.output
    agree(rows(*model, "--weights", weights)["TOTAL"], *layer.parameters())


def test_a_model_that_uses_nothing_is_drawn(folder: Path) -> None:
    weights = saved(built("Unused"), "w.pt")
    arguments = ["net.py:Unused", *SMALL, "--weights", weights, "--color-by", "norm"]
    assert run("draw", *arguments, "-o", "a.svg").exit_code == 0


def test_the_content_of_a_file_decides_how_it_is_read(folder: Path) -> None:
    model = built("Net")
    save_file(model.state_dict(), "w.safetensors")
    content = Path("w.safetensors").read_bytes()
    for name in ("w.pt", "W.SAFETENSORS", "weights"):
        Path(name).write_bytes(content)
        agree(rows(*NET, "--weights", name)["TOTAL"], *model.parameters())


def test_a_small_archive_that_is_cut_is_told(folder: Path) -> None:
    torch.save({f"layer{number}": torch.randn(50, 50) for number in range(9)}, "w.pt")
    content = Path("w.pt").read_bytes()
    for size in (20_000, 40_000, 60_000):
        Path("w.pt").write_bytes(content[:size])
        assert "truncated: " in fails("summary", *NET, "--weights", "w.pt")


def test_names_that_no_file_can_have_are_names() -> None:
    assert not names_checkpoint("x" * 5000)
    with pytest.raises(WeightsError):
        load_model("resnet18", weights="a\0b.pt")


def test_a_version_that_is_none_is_passed_over(folder: Path) -> None:
    state = built("Net").state_dict()
    state._metadata = 5  # type: ignore[attr-defined]
    torch.save(state, "w.pt")
    assert rows(*NET, "--weights", "w.pt")["TOTAL"]["norm"]
