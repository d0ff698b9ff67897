from __future__ import annotations

import json
from pathlib import Path

import pytest

from visualize.core.provenance import Provenance
from visualize.gallery.rows import Drawn, Made, Row, _digest, read_row, write_row
from visualize.options import FigureOptions

ROW = Row("nets.py:Small", "Small", ("4",), 20, 16, {"identity": 1}, "layer")
MADE = Made(FigureOptions(level="layer", width="3in"), ("1,4",))


@pytest.fixture
def kept(folder: Path) -> Path:
    """The folder of a gallery with one model in it."""
    place = folder / "site" / ROW.folder
    place.mkdir(parents=True)
    (place / "figure.svg").write_bytes(b"<svg/>")
    made_from = Provenance.of([], [Path("nets.py")])
    drawn = Drawn(ROW, {"figure.svg": b"<svg/>"}, made_from)
    for path, data in write_row(folder / "site", drawn, MADE).items():
        path.write_bytes(data)
    return folder / "site"


def test_folders_differ() -> None:
    names = [
        "a:b",
        "a/b",
        "a_b",
        "a b",
        "A",
        "../a",
        ".a",
        "a?b=1",
        "a" * 200,
        "a" * 201,
        "模型.py:N",
    ]
    folders = [Row(name).folder for name in names]
    assert len(set(folders)) == len(names)
    assert all("/" not in one and not one.startswith(".") and len(one) < 100 for one in folders)


def test_a_row_is_read_back(kept: Path) -> None:
    assert read_row(kept, ROW.model, MADE) == ROW


@pytest.mark.parametrize(
    "change", ["options", "inputs", "source", "figure", "no figure", "damaged", "model"]
)
def test_what_would_be_drawn_otherwise_is_not_kept(kept: Path, change: str) -> None:
    place, model, made = kept / ROW.folder, ROW.model, MADE
    if change == "options":
        made = Made(FigureOptions(level="block"), MADE.inputs)
    elif change == "inputs":
        made = Made(MADE.options, ("2,4",))
    elif change == "source":
        Path("nets.py").write_text("x = 1")
    elif change == "figure":
        (place / "figure.svg").write_bytes(b"<svg>")
    elif change == "no figure":
        (place / "figure.svg").unlink()
    elif change == "damaged":
        (place / "row.json").write_text((place / "row.json").read_text()[:-9])
    else:
        model = "nets.py:Other"
    assert read_row(kept, model, made) is None


@pytest.mark.parametrize("text", ["[]", "{}", '{"row": 3}', '{"row": {"x": 1}}', "[" * 100_000])
def test_a_row_that_is_none(kept: Path, text: str) -> None:
    (kept / ROW.folder / "row.json").write_text(text)
    assert read_row(kept, ROW.model, MADE) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("parameters", "<b>"),
        ("parameters", None),
        ("macs", 10**400),
        ("skips", ["identity"]),
        ("skips", {"identity": "<b>"}),
        ("class_name", 5),
        ("inputs", "4"),
        ("inputs", [4]),
        ("level", []),
        ("error", "it failed"),
    ],
)
def test_a_row_that_was_edited_is_drawn_again(kept: Path, key: str, value: object) -> None:
    place = kept / ROW.folder / "row.json"
    plain = json.loads(place.read_text())
    plain["row"][key] = value
    place.write_text(json.dumps(plain))
    assert read_row(kept, ROW.model, MADE) is None


def test_no_other_file_is_read_for_a_row(kept: Path) -> None:
    place = kept / ROW.folder / "row.json"
    plain = json.loads(place.read_text())
    plain["files"]["../../nets.py"] = _digest(Path("nets.py").read_bytes())
    place.write_text(json.dumps(plain))
    assert read_row(kept, ROW.model, MADE) is None


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    assert write_row(tmp_path, Drawn(Row("net", error="no")), MADE) == {}


def test_the_file_has_no_path_of_the_machine(kept: Path) -> None:
    plain = json.loads((kept / ROW.folder / "row.json").read_text())
    assert list(plain["made_from"]["files"]) == ["nets.py"]
