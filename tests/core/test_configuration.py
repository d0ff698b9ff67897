from __future__ import annotations

from pathlib import Path

import pytest

from visualize.core.configuration import read_configuration
from visualize.core.errors import UsageError
from visualize.core.kinds import Measure, Switch, Table, Text, Texts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('them = "dark"', "no option named 'them'; did you mean theme?"),
        ('fold = "no"', "fold must be true or false"),
        ("hide = 3", "hide must be a list of texts"),
        ("label = 'x'", "label must be a table"),
        ("theme = 3", "theme must be text"),
        ("width = 'wide'", "width: 'wide' is not a length; use one like 3.25in or 8.5cm"),
        ("fold = ", "not a TOML file"),
    ],
)
def test_mistakes_in_a_file_are_reported_with_its_name(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "net.toml"
    file.write_text(text)
    kinds = {
        "theme": Text(), "fold": Switch(), "hide": Texts(), "label": Table(), "width": Measure()
    }  # fmt: skip
    with pytest.raises(UsageError) as error:
        read_configuration(file, kinds)
    assert message in str(error.value)
    assert str(file) in str(error.value)


def test_a_length_in_a_file_may_be_a_number_of_points(tmp_path: Path) -> None:
    file = tmp_path / "net.toml"
    file.write_text("width = 240\nhide = 'layer1'")
    entries = read_configuration(file, {"width": Measure(), "hide": Texts()})
    assert entries == {"width": "240pt", "hide": ["layer1"]}
