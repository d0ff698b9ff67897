"""A plugin for pytest: the architecture of a model is compared with a snapshot in the repository.

    def test_net(architecture):
        architecture(Net(), (1, 3, 64, 64))

    def test_shortcuts():
        assert_skips(Net(), (1, 3, 64, 64), every="identity", inside="blocks.*", identity=12)
        assert_parameters(Net(), 11_689_512)

``pytest --update-architectures`` writes the snapshots: the exact graph of each model as JSON, in
the folder ``architectures`` beside the tests. A model that differs fails with what differs, and a
figure of the difference is written beside its snapshot.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from torch import nn

    from visualize import Architecture
    from visualize.tracing import ExampleInputs

__all__ = ["Snapshots", "architecture", "assert_parameters", "assert_skips"]
_FLAG = "--update-architectures"
_FOLDER = "architectures"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-architectures``."""
    group = parser.getgroup("visualize", "snapshots of models")
    group.addoption(_FLAG, action="store_true", help="rewrite the snapshots of models that differ")


@dataclass(frozen=True)
class Snapshots:
    """The snapshots of one test. Each test has files of its own, so that tests may run at once.

    Attributes:
        folder: where they are.
        stem: the name of the first one; others have a name in addition.
        updates: whether they are rewritten.
    """

    folder: Path
    stem: str
    updates: bool

    def __call__(
        self,
        model: nn.Module | str | Architecture,
        inputs: ExampleInputs | None = None,
        *,
        name: str = "",
        **options: Any,
    ) -> Architecture:
        """Compare ``model`` with its snapshot.

        Args:
            model: as for `visualize.trace`.
            inputs: as for `visualize.trace`.
            name: distinguishes several models of one test.
            options: those of `visualize.trace`.

        Returns:
            The exact graph of the model.

        Raises:
            VisualizeError: the model cannot be traced, or the snapshot cannot be read.
        """
        __tracebackhide__ = True
        import visualize

        traced = visualize.trace(model, inputs, **options)
        place = self.folder / (_file_name(f"{self.stem}-{name}" if name else self.stem) + ".json")
        figure = place.with_suffix(".svg")
        if not place.exists():
            if not self.updates:
                pytest.fail(f"no snapshot {place}; write it with pytest {_FLAG}", pytrace=False)
        else:
            found = visualize.diff(visualize.load_graph(place), traced)
            if not found:
                figure.unlink(missing_ok=True)
                return traced
            if not self.updates:
                found.figure(theme="auto").save(figure)
                pytest.fail(
                    f"the architecture differs from {place}:\n\n{found.table()}\n"
                    f"as a figure: {figure}; if that is right, pytest {_FLAG}",
                    pytrace=False,
                )
        place.parent.mkdir(parents=True, exist_ok=True)
        traced.save(place)
        figure.unlink(missing_ok=True)
        return traced


def _file_name(text: str) -> str:
    """The name of a test as that of a file: ``test_net[1-64]`` has characters of neither."""
    from visualize.core.files import file_stem

    return file_stem(text).strip("_")[:120]


@pytest.fixture
def architecture(request: pytest.FixtureRequest) -> Snapshots:
    """Compares a model with its snapshot; see `visualize.integrations.pytest`."""
    path: Path = request.path
    return Snapshots(
        path.parent / _FOLDER / path.stem,
        ".".join([*([request.cls.__name__] if request.cls else []), request.node.name]),
        bool(request.config.getoption(_FLAG)),
    )


def assert_parameters(
    model: nn.Module | str | Architecture,
    number: int,
    inputs: ExampleInputs | None = None,
    **options: Any,
) -> None:
    """Fail if a model does not have that many parameters.

    Args:
        model: as for `visualize.trace`.
        number: of all parameters, each tensor counted once.
        inputs: as for `visualize.trace`.
        options: those of `visualize.trace`.
    """
    __tracebackhide__ = True
    import visualize

    found = visualize.trace(model, inputs, **options).parameters
    if found != number:
        pytest.fail(f"{found:,} parameters, expected {number:,}", pytrace=False)


def assert_skips(
    model: nn.Module | str | Architecture,
    inputs: ExampleInputs | None = None,
    *,
    every: str | Collection[str] = (),
    inside: str | Collection[str] = (),
    **counts: int,
) -> None:
    """Fail if a model does not have the skip connections that are expected.

    Args:
        model: as for `visualize.trace`.
        inputs: as for `visualize.trace`.
        every: the kind that every block must have, or several of which it must have one.
        inside: the blocks that are meant, by path, glob or class; all by default.
        counts: the number of connections of a kind in the whole model, such as ``identity=12``.

    Raises:
        UsageError: there is no such kind, or no block matches ``inside``.
    """
    __tracebackhide__ = True
    import visualize
    from visualize.core.choices import SkipKind
    from visualize.core.kinds import Chosen

    traced = visualize.trace(model, inputs)
    wrong = []
    for kind, number in counts.items():
        chosen = Chosen(SkipKind).read(kind, "kind")
        found = sum(skip.count for skip in traced.skips if skip.kind is chosen)
        if found != number:
            wrong.append(f"{found} {kind} connections, expected {number}")
    if every:
        patterns = [inside] if isinstance(inside, str) and inside else list(inside)
        kinds = every if isinstance(every, str) else ", ".join(every)
        lacking = visualize.audit(traced).lacking(every, *patterns)
        wrong += [f"{one.path} ({one.type}) has no {kinds} connection" for one in lacking]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
