"""TorchScript archives of `torch.jit.save`. Other files of PyTorch are recognized and refused."""

from __future__ import annotations

import importlib.util
import pickletools
import zipfile
import zlib
from pathlib import Path

import torch
from torch import nn

from visualize.core.errors import (
    ConstructionError,
    SourceError,
    VisualizeError,
    shorten,
    shorten_path,
)
from visualize.core.example import Example
from visualize.core.files import check_regular
from visualize.core.quiet import quiet
from visualize.core.torch_internals import script_method
from visualize.models.scripted.archive import ScriptArchive
from visualize.models.scripted.contents import RefusedError
from visualize.models.specification import ModelSpec
from visualize.models.weightless import build_weightless

# What a pickled state dict imports: an ordered dict and tensors.
_OF_WEIGHTS = ("collections ", "torch ", "torch._utils ", "torch.serialization ", "_codecs ")

# Of archives that are broken, or written in ways that torch never uses.
_BROKEN = (zipfile.BadZipFile, ValueError, EOFError, zlib.error, NotImplementedError)
_OTHERWISE = "give the Python model, or export it with torch.export"


def build(spec: ModelSpec) -> nn.Module:
    """Load the script that ``spec`` names, without values in its weights where torch allows that.

    Raises:
        SourceError: the file is missing, broken, or holds something else.
        ConstructionError: there are arguments, which a script does not take.
    """
    if spec.arguments:
        raise ConstructionError("a TorchScript takes no arguments", where=shorten(spec.text))
    path = Path(spec.place)
    module = build_weightless(lambda: _load(path))
    assert isinstance(module, nn.Module)
    return module


def example_for(spec: ModelSpec, model: nn.Module) -> Example | None:
    """None: a script does not record the shapes of its inputs."""
    return None


def _load(path: Path) -> nn.Module:
    where = shorten_path(str(path))
    try:
        check_regular(path)
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            _refuse_others(archive, where)
            if importlib.util.find_spec("torchvision"):
                import torchvision  # noqa: F401 (defines operators that scripts may call)
            return _loaded(ScriptArchive(archive), where)
    except VisualizeError:
        raise
    except RefusedError as error:
        raise SourceError(
            f"refused: {shorten(str(error), 200)}", where=where, hint=_OTHERWISE
        ) from None
    except RecursionError:
        raise SourceError(
            "its code or values are nested too deeply", where=where, hint=_OTHERWISE
        ) from None
    except FileNotFoundError:
        raise SourceError("no such file", where=where, hint="check the path") from None
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", where=where) from error
    except _BROKEN as error:
        raise SourceError(
            "not a TorchScript archive, or truncated",
            where=where,
            hint="save it again with torch.jit.save",
        ) from error


def _loaded(archive: ScriptArchive, where: str) -> nn.Module:
    """What torch makes of an archive, without values if the default device is meta."""
    with quiet():
        try:
            module = _placed(archive, torch.get_default_device())
            again = _computes_with_constants(module)
            return _placed(archive, torch.device("cpu")) if again else module
        except NotImplementedError:  # tied tensors, and constants, are compared by value
            return _placed(archive, torch.device("cpu"))
        except RefusedError:
            raise
        except Exception as error:  # torch raises many kinds for code and values that do not fit
            reason = shorten(" ".join(str(error).split()), 120)
            raise SourceError(f"cannot be read as TorchScript: {reason}", where=where) from error


def _placed(archive: ScriptArchive, device: torch.device) -> nn.Module:
    content = archive.written(values=device.type != "meta")
    module: nn.Module = torch.jit.load(content, map_location=device)  # type: ignore[no-untyped-call]
    return module


def _computes_with_constants(module: nn.Module) -> bool:
    """Whether numbers are tensors of the script, as tracing makes of ``x.shape[1] // 2``.

    Sizes are computed from them, so they need their values.
    """
    if not isinstance(module, torch.jit.ScriptModule):
        return False
    graph = script_method(module).inlined_graph  # kept, because its nodes do not outlive it
    constants = (node.output().toIValue() for node in graph.findAllNodes("prim::Constant"))
    return any(isinstance(one, torch.Tensor) and not one.dim() for one in constants)


def _refuse_others(archive: zipfile.ZipFile, where: str) -> None:
    """Refuse an archive that holds weights or a pickled module; nothing is unpickled for that."""
    files = {name.partition("/")[2]: name for name in archive.namelist()}
    if "constants.pkl" in files:
        return
    if "data.pkl" not in files:
        raise SourceError(
            "not a TorchScript archive", where=where, hint="save it again with torch.jit.save"
        )
    named = _globals(archive.read(files["data.pkl"]))
    if all(name.startswith(_OF_WEIGHTS) for name in named):
        raise SourceError(
            "contains weights, not a model",
            where=where,
            hint="give the Python model they belong to, as path/to/file.py:NAME",
        )
    raise SourceError(
        "contains pickled objects, which run code when loaded",
        where=where,
        hint="export the model with torch.export.save, or give its Python file",
    )


def _globals(content: bytes) -> list[str]:
    """The ``module name`` of everything that a pickle of torch would import."""
    return [
        str(argument)
        for operation, argument, _ in pickletools.genops(content)
        if operation.name in ("GLOBAL", "STACK_GLOBAL", "INST")
    ]
