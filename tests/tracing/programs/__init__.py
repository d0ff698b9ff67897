"""Programs for the tracers, by name; those that are known to fail are in `BROKEN`."""

from __future__ import annotations

from tests.tracing.programs import arguments, layers, values, writes
from tests.tracing.programs.base import PROGRAMS, Program, X, linear

__all__ = [
    "BROKEN",
    "PROGRAMS",
    "Program",
    "X",
    "arguments",
    "layers",
    "linear",
    "values",
    "writes",
]


# Known defects: strict, so that mending one tells to remove its line.
BROKEN = {
    "makes_layers_and_parameters": "nn.Parameter(t) of a temporary is a constant",
    "goes_through_numpy": "what leaves torch loses its origin, as a note says",
    "computes_with_a_subclass": "as_subclass of a temporary is a constant",
    "pads_nested_tensors": "nested tensors have no shape",
    "copies_a_layer": "copy.deepcopy of a parameter is a constant",
}
