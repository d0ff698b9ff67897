"""What the threads of a process share of torch, and how one has its own."""

from __future__ import annotations

import threading

import torch
from torch import fx, nn

from visualize.core.torch_threads import (
    call_module,
    default_device_set_here,
    nothing_compiled,
    own_call,
    set_call,
    settings_of_process,
    trace_with,
)


def test_calls_without_the_hooks_for_all_modules() -> None:
    seen: list[object] = []
    layer = nn.ReLU()
    layer.register_forward_hook(lambda *_: seen.append("own"))
    handle = nn.modules.module.register_module_forward_hook(lambda *_: seen.append("global"))
    assert call_module(layer, torch.tensor([-1.0])).tolist() == [0.0]
    assert seen == ["own"]
    layer(torch.zeros(1))
    handle.remove()
    assert seen == ["own", "global", "own"]


def test_a_module_has_a_call_of_its_own() -> None:
    layer = nn.ReLU()
    set_call(layer, lambda value: value + 1)
    assert (layer(1), own_call(layer)(1)) == (2, 2)  # type: ignore[misc]
    set_call(layer, None)
    assert own_call(layer) is None
    assert layer(torch.tensor([-1.0])).tolist() == [0.0]


def test_the_default_device_of_this_thread() -> None:
    with torch.device("meta"):
        assert default_device_set_here() is None
    torch.set_default_device("meta")
    found = default_device_set_here()
    torch.set_default_device(None)
    assert found == torch.device("meta")
    assert default_device_set_here() is None


def test_compiled_functions_run_as_written_in_this_thread_alone() -> None:
    seen: list[str] = []

    def backend(graph: fx.GraphModule, _: object) -> object:
        seen.append(threading.current_thread().name)
        return graph.forward

    double = torch.compile(lambda x: x * 2, backend=backend, fullgraph=True)

    def run() -> None:
        assert double(torch.ones(2)).tolist() == [2, 2]

    with nothing_compiled():
        run()
        other = threading.Thread(target=run, name="other")
        other.start()
        other.join()
    assert seen == ["other"]


def test_settings_have_a_getter_and_a_setter() -> None:
    for owner, getter, setter in settings_of_process():
        held = owner if isinstance(owner, dict) else vars(owner)
        assert callable(held[getter])
        assert callable(held[setter])


def test_a_trace_calls_what_it_is_given() -> None:
    calls: list[object] = []

    def check(*given: object) -> None:
        calls.append(given)

    graph = trace_with(fx.Tracer(), nn.Sequential(nn.ReLU()), _autowrap_check=check)
    assert [node.op for node in graph.nodes] == ["placeholder", "call_module", "output"]
    assert calls
