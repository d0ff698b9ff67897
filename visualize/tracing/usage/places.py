"""Where a run is, what it does to memory there, and the nodes of a graph that this belongs to."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from torch import fx

from visualize.core.architecture import ModuleCall
from visualize.core.memory import MemoryUse
from visualize.core.operators import TENSOR_METHODS
from visualize.core.torch_internals import OpOverload
from visualize.core.traced import facts_of


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a run: a function that it calls, a layer, or the code of a module around both.

    Attributes:
        calls: the module calls around it, outermost first.
        function: the name of the function; empty elsewhere.
        number: how many functions were called before.
    """

    calls: tuple[ModuleCall, ...] = ()
    function: str = ""
    number: int = 0


@dataclass
class Places:
    """Follows a run, and sums up what it does to memory at each place.

    Attributes:
        saved: bytes that autograd saves.
        peaks: the most bytes that are alive.
        disturbed: whether another thread held a tensor longer than the model did.
    """

    saved: Counter[Place] = field(default_factory=Counter)
    peaks: dict[Place, int] = field(default_factory=dict)
    disturbed: bool = False
    _here: Place = field(default_factory=Place)
    _inside: bool = False  # of a layer or a function, whose parts have no places of their own
    _functions: int = 0
    _entered: Counter[str] = field(default_factory=Counter)

    def save(self, size: int) -> None:
        """Note that ``size`` more bytes are saved here."""
        self.saved[self._here] += size

    def live(self, size: int) -> None:
        """Note that ``size`` bytes are alive here."""
        self.peaks[self._here] = max(size, self.peaks.get(self._here, 0))

    def least(self, other: Places) -> Places:
        """Of two runs of the same model, the fewer bytes at each place."""
        peaks = {
            place: min(size, other.peaks.get(place, size)) for place, size in self.peaks.items()
        }
        return Places(self.saved, peaks, self.disturbed and other.disturbed)

    @contextmanager
    def function(self, name: str) -> Iterator[None]:
        """While a function runs."""
        if self._inside:
            yield
            return
        self._functions += 1
        place = Place(self._here.calls, _plain(name), self._functions)
        # Also where nothing happens to memory, as what follows is found by order.
        self.saved[place] = self.peaks[place] = 0
        with self._at(place, inside=True):
            yield

    @contextmanager
    def module(self, path: str, *, is_layer: bool) -> Iterator[None]:
        """While the module at ``path`` runs."""
        if self._inside:
            yield
            return
        call = ModuleCall(path, self._entered[path])
        self._entered[path] += 1
        with self._at(Place((*self._here.calls, call)), inside=is_layer):
            yield

    @contextmanager
    def _at(self, place: Place, *, inside: bool) -> Iterator[None]:
        before = self._here, self._inside
        self._here, self._inside = place, inside
        try:
            yield
        finally:
            self._here, self._inside = before


def uses(graph: fx.Graph, training: Places, inference: Places) -> Mapping[fx.Node, MemoryUse]:
    """What each node of ``graph`` does to memory, by two runs of its model."""
    saved: Counter[fx.Node] = Counter()
    for node, size in _by_node(graph, training.saved):
        saved[node] += size
    peaks: dict[fx.Node, int] = {}
    for node, size in _by_node(graph, inference.peaks):
        peaks[node] = max(size, peaks.get(node, 0))
    return {node: MemoryUse(saved[node], peaks.get(node, 0)) for node in graph.nodes}


def _by_node(graph: fx.Graph, sizes: Mapping[Place, int]) -> Iterator[tuple[fx.Node, int]]:
    """Each of ``sizes`` with the node whose place it is; with one nearby if no node has it."""
    nodes = _Nodes(graph, flat=not any(place.calls for place in sizes))
    for place, size in sizes.items():
        node = nodes.at(place)
        if node is not None:
            yield node, size


class _Nodes:
    """The nodes of a graph that compute, by place, each given out once and in order."""

    def __init__(self, graph: fx.Graph, flat: bool) -> None:
        self.layers: dict[ModuleCall, fx.Node] = {}
        self.functions: dict[ModuleCall | None, dict[str, deque[fx.Node]]] = {}
        self.latest: dict[ModuleCall | None, fx.Node] = {}  # given out, or else the first
        for node in graph.nodes:
            if node.op not in ("call_module", "call_function", "call_method"):
                continue
            if facts_of(node).size is not None:  # arithmetic with sizes, which no run of torch sees
                continue
            calls = [each.call for each in facts_of(node).calls]
            if node.op == "call_module":
                self.layers[calls[-1] if calls else ModuleCall(str(node.target))] = node
            innermost = None if flat or not calls else calls[-1]
            named = self.functions.setdefault(innermost, defaultdict(deque))
            named[_name(node)].append(node)
            for call in (None, *calls):
                self.latest.setdefault(call, node)

    def at(self, place: Place) -> fx.Node | None:
        around: Sequence[ModuleCall | None] = (*reversed(place.calls), None)
        innermost = around[0]
        if innermost in self.layers:
            return self.layers[innermost]
        found = self.functions.get(innermost, {}).get(place.function)
        if place.function and found:
            self.latest[innermost] = self.latest[None] = found.popleft()
            return self.latest[innermost]
        return next((self.latest[call] for call in around if call in self.latest), None)


def _name(node: fx.Node) -> str:
    """The name of the function that a node calls, as a run sees it."""
    if node.target is getattr:
        return str(node.args[1])
    if isinstance(node.target, OpOverload):
        return _plain(node.target.overloadpacket.__name__)
    return _plain(str(getattr(node.target, "__name__", node.target)))


def _plain(name: str) -> str:
    """The name of an operation, however it is called.

    >>> [_plain(name) for name in ("__radd__", "itruediv", "add_", "relu.default", "rsqrt")]
    ['add', 'div', 'add', 'relu', 'rsqrt']
    """
    name = name.partition(".")[0].strip("_")
    name = name[1:] if name[:1] in ("i", "r") and name[1:] in _OPERATORS else name
    return TENSOR_METHODS.get(name, name)


_OPERATORS = frozenset(
    ("add", "sub", "mul", "div", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor")
)
