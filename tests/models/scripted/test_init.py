"""TorchScript archives are loaded without running anything of theirs; others are recognized."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from torch import nn

import visualize
from tests.models.scripted.archives import HERE, OWN, WithState, changed, members, saved, write
from visualize.core.errors import ConstructionError, SourceError
from visualize.models.scripted import build, example_for
from visualize.models.specification import parse_model
from visualize.models.weightless import building_with_values

pytestmark = pytest.mark.filterwarnings("ignore")
_BODY = "    last = self.last\n"
_MAKES_FILE = 'torch.from_file("VICTIM", True, 16, dtype=0)'
_SAVES = 'torch.save([1], "VICTIM")'


def _with_state(path: Path) -> Path:
    return saved(path, nn.Sequential(nn.Linear(4, 4), nn.Sequential(WithState())))


def _as_layer_of_torch(path: Path) -> Path:
    """State of its own in a class that has the name of a layer whose state may be set."""
    content = members(_with_state(path))
    place = "torch/ao/nn/quantized/modules/conv"
    code = content.pop(OWN).decode().replace("WithState", "Conv2d")
    name = f"__torch__.{place.replace('/', '.')}"
    for member in [*content, ""]:
        if member.endswith((".py", ".pkl")):
            text = content[member].replace(f"{HERE}.WithState".encode(), f"{name}.Conv2d".encode())
            text = text.replace(f"{HERE}\nWithState".encode(), f"{name}\nConv2d".encode())
            content[member] = text
    content[f"code/__torch__/{place}.py"] = code.replace(HERE, name).encode()
    return write(path, content)


def _in_constants(path: Path) -> Path:
    """An object with a state of its own among the constants."""
    state = members(_with_state(path))
    content = members(saved(path))
    pickled = b"\x80\x02c" + HERE.encode() + b"\nWithState\n)\x81K\x00\x89\x86b\x85."
    return write(path, {**content, OWN: content[OWN] + state[OWN], "constants.pkl": pickled})


def _twice(path: Path) -> Path:
    """Honest code first, and other code under the same name."""
    state = members(_with_state(path))
    return write(path, state, (OWN, members(saved(path))[OWN]))


def _without_saving(path: Path) -> Path:
    """State that is set by a sum, and by nothing that does harm."""
    content = members(path)
    for name, held in content.items():
        if name.endswith(".py"):
            text = re.sub(
                r'torch\.save\(.*?"VICTIM"\)', "self.n = torch.add(self.n, 1)", held.decode()
            )
            content[name] = text.encode()
    return write(path, content)


def _in_body(line: str) -> Callable[[Path], Path]:
    return lambda path: changed(path, (_BODY, f"    {line}\n{_BODY}"))


# How each does harm, where, and part of the line that refuses it.
ATTACKS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "state": (_with_state, "its class WithState (line 18) uses torch.save"),
    "state that only computes": (
        lambda path: _without_saving(_with_state(path)), "its class WithState has __setstate__"
    ),
    "state of a layer of torch": (_as_layer_of_torch, "its class Conv2d (line 18) uses torch.save"),
    "computed state of a layer of torch": (
        lambda path: _without_saving(_as_layer_of_torch(path)),
        "Conv2d has a __setstate__ that is not torch's own",
    ),
    "state in constants": (
        lambda path: _without_saving(_in_constants(path)), "its class WithState has __setstate__"
    ),
    "two members of one name": (_twice, "two members of one name"),
    "two members of one name, but for case": (
        lambda path: write(path, members(_with_state(path)), (OWN.upper(), b"")),
        "two members of one name",
    ),
    "default": (
        lambda path: changed(path, ("x: Tensor)", f"x: Tensor, y: Tensor={_MAKES_FILE})")),
        "computes a default",
    ),
    "default of a tuple's field": (
        lambda path: changed(
            path,
            ("class Net", f"class Pair(NamedTuple):\n  a : Tensor = {_MAKES_FILE}\nclass Net"),
            (_BODY, f"    pair = {HERE}.Pair()\n{_BODY}"),
        ),
        "computes a default",
    ),
    "constant of a class": (
        lambda path: changed(path, ("  inner ", f"  n : Final[Tensor] = {_MAKES_FILE}\n  inner ")),
        "computes a default",
    ),
    "length": (
        lambda path: changed(
            path,
            ("class Inner", f"  def __len__(self: {HERE}.Net) -> int:\n    {_SAVES}\n    return 1\n"
             "class Inner"),
        ),
        "defines __len__",
    ),
    "truth": (
        lambda path: changed(
            path,
            ("class Inner", f"  def __bool__(self: {HERE}.Net) -> bool:\n    return True\n"
             "class Inner"),
        ),
        "defines __bool__",
    ),
    "saving": (_in_body(_SAVES), "uses torch.save, which may do more than compute"),
    "file as a tensor": (_in_body(f"y = {_MAKES_FILE}"), "uses torch.from_file"),
    "operator of torchvision": (
        _in_body('ops.image.write_file("VICTIM", x)'), "uses ops.image.write_file"
    ),
    "random numbers": (_in_body("torch.manual_seed(3)"), "uses torch.manual_seed"),
    "another process": (_in_body("y = ops.c10d.barrier(x)"), "uses ops.c10d.barrier"),
    "function by another name": (
        _in_body('f = torch.save\n    f([1], "VICTIM")'), "uses torch.save"
    ),
    "hidden line": (
        _in_body(f"# \r    {_SAVES}"), "uses torch.save"
    ),
    "object of C++": (
        lambda path: changed(path, ("  inner :", "  c : __torch__.torch.classes.a.B\n  inner :")),
        "uses __torch__.torch.classes.a.B",
    ),
    "interface": (
        lambda path: changed(path, ("class Inner(Module)", "class Inner(ModuleInterface)")),
        "neither a module nor data",
    ),
    "function of a pickle": (
        lambda path: changed(
            path, ("torch._utils\n_rebuild_tensor_v2", "torch.distributed.rpc\nrebuild_rref"),
            member="data.pkl",
        ),
        "calls torch.distributed.rpc.rebuild_rref",
    ),
    "code of Python": (
        lambda path: changed(
            path, ("torch._utils\n_rebuild_tensor_v2", "posix\nsystem"), member="data.pkl"
        ),
        "calls posix.system",
    ),
    "text that doubles": (
        _in_body('s = "a"' + "".join(["\n    s = torch.add(s, s)"] * 40)), "without end"
    ),
    "version before 1.4": (
        lambda path: write(path, {**members(saved(path)), "model.json": b"{}"}), "before 1.4"
    ),
}  # fmt: skip
# Those that do it as soon as torch loads them.
_AT_LOAD = ("state", "state of a layer of torch", "default", "constant of a class")


def _made(attack: str, folder: Path) -> Path:
    """The archive of an attack on ``folder/victim``, and a folder for it."""
    path = ATTACKS[attack][0](folder / "net.pt")
    victim = os.fspath(folder / "victim").encode()
    with zipfile.ZipFile(path) as archive:
        held = [(each.filename, archive.read(each)) for each in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in held:
            archive.writestr(name, member.replace(b"VICTIM", victim))
    return path


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("values", [False, True])
def test_nothing_of_an_archive_runs(attack: str, values: bool, tmp_path: Path) -> None:
    path = _made(attack, tmp_path)
    before = path.read_bytes()
    with pytest.raises(SourceError, match=f"refused: .*{re.escape(ATTACKS[attack][1])}") as caught:
        visualize.trace(str(path), (1, 4), statistics=values)
    assert "\n" not in str(caught.value)
    assert "give the Python model" in str(caught.value)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == before


@pytest.mark.parametrize("attack", _AT_LOAD)
def test_torch_would_run_them(attack: str, tmp_path: Path) -> None:
    torch.jit.load(_made(attack, tmp_path))
    assert (tmp_path / "victim").exists()


def test_what_torch_reads_is_never_the_file(tmp_path: Path, monkeypatch: Any) -> None:
    path = saved(tmp_path / "net.pt")
    given: list[Any] = []
    load = torch.jit.load
    monkeypatch.setattr(torch.jit, "load", lambda f, **k: (given.append(f), load(f, **k))[1])
    build(parse_model(str(path)))
    assert given
    assert not any(isinstance(each, (str, Path)) for each in given)


def test_what_lies_around_an_archive_does_not_matter(tmp_path: Path) -> None:
    hostile = _with_state(tmp_path / "hostile.pt").read_bytes()
    path = saved(tmp_path / "net.pt")
    path.write_bytes(hostile + path.read_bytes())  # two archives, of which the last one counts
    assert visualize.trace(str(path), (1, 4)).macs == 16 + 8


def test_tensors_lie_in_their_values(tmp_path: Path) -> None:
    content = members(saved(tmp_path / "net.pt"))
    path = write(tmp_path / "net.pt", {**content, "data/0": content["data/0"][:-4]})
    with pytest.raises(SourceError, match="the values of a tensor of size 4×4 are cut short"):
        build(parse_model(str(path)))


def test_missing_attributes_are_one_line(tmp_path: Path) -> None:
    path = changed(tmp_path / "net.pt", ("training", "trainin_"), member="data.pkl")
    with pytest.raises(SourceError, match="cannot be read as TorchScript: Argument passed to at"):
        build(parse_model(str(path)))


def test_odd_archives_are_one_line(tmp_path: Path) -> None:
    content = bytearray(saved(tmp_path / "net.pt").read_bytes())
    content[content.index(b"PK\x01\x02") + 6] = 99  # the version that is needed to read it
    (tmp_path / "net.pt").write_bytes(content)
    with pytest.raises(SourceError, match="not a TorchScript archive, or truncated"):
        build(parse_model(str(tmp_path / "net.pt")))


@pytest.mark.parametrize("name", ["folder.pt", "pipe.pt"])
def test_only_regular_files_are_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "pipe.pt":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(SourceError, match=r"not a regular file|a folder"):
        build(parse_model(str(path)))


def _quantized() -> nn.Module:
    return torchvision.models.quantization.mobilenet_v2(weights=None, quantize=True)


class Everything(nn.Module):
    """Uses what TorchScript writes in many ways."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 1)
        self.rnn = nn.LSTM(8, 8)
        self.lists = [[1, 2], [3]]
        self.table = {"a": 0.5, "b": float("inf")}
        self.place = torch.device("cpu")
        self.text = 'é "quoted" \\ \n'
        self.numbers = 1 + 2j
        self.parts = nn.ModuleDict({"a.b".replace(".", "_"): nn.Linear(8, 8)})
        self.register_buffer("quarter", torch.rand(8, 8)[:4, :4])

    def forward(self, x: torch.Tensor, factor: float | None = None) -> torch.Tensor:
        """Run all of it."""
        x = self.rnn(self.encoder(x))[0]
        for name, part in self.parts.items():
            x = part(x) + self.table["a"] + len(name)
        with torch.no_grad():
            x = x * (2.0 if factor is None else factor)
        if self.text == 'é "quoted" \\ \n':
            x = torch.nn.functional.gelu(x, approximate="tanh")
        for some in self.lists:
            x = x + some[0]
        assert x.dim() > 1, "as it was"
        return x[:, :1].to(self.place) + self.quarter.sum()


HONEST: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "resnet18": (torchvision.models.resnet18, (1, 3, 64, 64)),
    "swin_t": (torchvision.models.swin_t, (1, 3, 64, 64)),
    "inception_v3": (
        lambda: torchvision.models.inception_v3(init_weights=False), (1, 3, 96, 96)
    ),
    "quantized": (_quantized, (1, 3, 64, 64)),
    "everything": (Everything, (3, 1, 8)),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("way", ["script", "trace", "frozen"])
def test_honest_archives_are_as_torch_loads_them(name: str, way: str, tmp_path: Path) -> None:
    make, shape = HONEST[name]
    model = make().eval()
    if way == "trace":
        script = torch.jit.trace(model, torch.rand(shape), check_trace=False)
    else:
        script = torch.jit.script(model)
    script = torch.jit.freeze(script) if way == "frozen" else script
    path = tmp_path / "net.pt"
    torch.jit.save(script, path)
    with building_with_values():
        ours = build(parse_model(str(path)))
    theirs = torch.jit.load(path)
    assert _graph(ours) == _graph(theirs)
    mine, own = ours.state_dict(), theirs.state_dict()
    assert mine.keys() == own.keys()
    assert all(torch.equal(mine[key], own[key]) for key in own)
    assert visualize.trace(str(path), shape).graph.number_of_nodes() > 3


def _graph(model: Any) -> tuple[str, list[str]]:
    """The code of a model without the numbers that torch gives to classes and warnings."""
    graph = model.inlined_graph
    text = re.sub(r"___torch_mangle_\d+\.|warn_id=\d+|0x[0-9a-f]+| # .*", "", str(graph))
    return text, [node.getModuleHierarchy() for node in graph.nodes()]


def test_a_script_is_built_without_values(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(nn.Linear(2, 3)), tmp_path / "net.pt")
    spec = parse_model(str(tmp_path / "net.pt"))
    model = build(spec)
    assert all(parameter.is_meta for parameter in model.parameters())
    assert example_for(spec, model) is None


class Halved(nn.Module):
    """Divides sizes, for which tracing makes tensors of one number."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(4, 4, 1) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Give half of the channels another place, before each convolution."""
        for conv in self.convs:
            n, c, size = x.shape
            x = conv(x.view(n, 2, c // 2, size).transpose(1, 2).reshape(n, c, size))
        return x


def test_sizes_that_a_traced_script_computes_are_known(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    torch.jit.save(torch.jit.trace(Halved(), torch.rand(1, 4, 8), check_trace=False), path)
    assert visualize.trace(str(path), (1, 4, 8)).macs == 2 * 4 * 4 * 8


def test_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConstructionError, match="takes no arguments"):
        build(parse_model(f"{tmp_path}/net.pt?width=3"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"a": torch.zeros(1)}, "contains weights, not a model"),
        (nn.Linear(2, 2), "contains pickled objects, which run code when loaded"),
    ],
)
def test_other_archives_are_recognized(tmp_path: Path, content: object, words: str) -> None:
    torch.save(content, tmp_path / "net.pt")
    with pytest.raises(SourceError, match=words):
        build(parse_model(str(tmp_path / "net.pt")))


def test_a_layer_of_several_signatures_can_be_given(tmp_path: Path) -> None:
    lstm = torch.ao.quantization.quantize_dynamic(nn.LSTM(4, 5), {nn.LSTM})
    torch.jit.save(torch.jit.script(lstm), tmp_path / "net.pt")
    assert visualize.trace(str(tmp_path / "net.pt"), (3, 1, 4)).graph.number_of_nodes() > 2
