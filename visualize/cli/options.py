"""Options that several commands have, and what completes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

TABLES = ["table", "md", "csv", "json", "latex"]
_Command = TypeVar("_Command", bound=Callable[..., Any])

_MODEL_HELP = """

MODEL is a torchvision name (resnet18, or resnet18?num_classes=10 with constructor arguments),
timm:NAME, hf:CONFIG.json or hf:LlamaConfig?num_hidden_layers=4 (an architecture of transformers),
path/to/net.py:Net, path/to/net.py:build(depth=18), package.module:factory, or a file saved by
torch.export (.pt2) or torch.jit (.pt). Naming a Python file or module runs its code, as Python
does; data files never run code. Weights are not needed, and downloaded only with --weights NAME.
"""


def keep_debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    """Let errors be shown with their traceback."""
    if value:
        context.find_root().meta["visualize.debug"] = True


def keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Keep an option that all commands share for `trace`."""
    context.meta[f"visualize.{option.name}"] = value


def model_options(command: _Command) -> _Command:
    """What all commands share that trace a model."""
    command.__doc__ = (command.__doc__ or "") + _MODEL_HELP
    debug = click.option(
        "--debug", is_flag=True, expose_value=False, callback=keep_debug,
        help="Show the whole traceback of an error.",
    )  # fmt: skip
    inputs = click.option(
        "--input", "inputs", metavar="SPEC", multiple=True,
        help="Shape of an input, once for each: 1,3,224,224 or 1,77:int64 or "
        "name=1,3,64,64:float32 or 1,128:int64<32000.",
    )  # fmt: skip
    options = (
        click.argument("model", metavar="MODEL", shell_complete=_complete_model),
        inputs,
        click.option(
            "--tracer", type=click.Choice(["auto", "symbolic", "recorded"]), default="auto",
            show_default=True, callback=keep, expose_value=False,
            help="How to trace: by torch.fx, by recording a run, or the first that works.",
        ),
        click.option(
            "--leaf", "leaves", metavar="CLASS|PATH", multiple=True, callback=keep,
            expose_value=False, help="Show a module as one operation. Repeat it for several.",
        ),
        click.option(
            "--train", is_flag=True, callback=keep, expose_value=False,
            help="Trace the model as it is in training.",
        ),
        click.option(
            "--timeout", type=click.FloatRange(min=0), metavar="SECONDS", default=600.0,
            show_default=True, callback=keep, expose_value=False,
            help="Give up on the model's own code after so long; 0 is never.",
        ),
        click.option(
            "-v", "--verbose", is_flag=True, callback=keep, expose_value=False,
            help="Say which tracer was used, and what was tried before.",
        ),
        debug,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _complete_model(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
    from visualize.models import model_names

    return [name for name in model_names() if name.startswith(typed)]


weights_option = click.option(
    "--weights", metavar="NAME|FILE", default="", callback=keep, expose_value=False,
    help="Weights to take values from: a .pt, .pth or .safetensors file, or DEFAULT or another "
    "name of those that torchvision or timm publish, which is downloaded.",
)  # fmt: skip
language_option = click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", show_default=True,
    help="The language of heads, sentences and captions.",
)  # fmt: skip
