"""What a user can choose between. The command line always imports this, so it must be fast."""

from __future__ import annotations

import enum


class Tracer(str, enum.Enum):
    """Which tracer to use."""

    AUTO = "auto"
    SYMBOLIC = "symbolic"
    RECORDED = "recorded"


class Level(str, enum.Enum):
    """How much a figure shows, from all operations to stages only."""

    AUTO = "auto"
    STAGE = "stage"
    BLOCK = "block"
    SUBLAYER = "sublayer"
    LAYER = "layer"
    OP = "op"


class Direction(str, enum.Enum):
    """Direction of data flow on the page: top to bottom, left to right or bottom to top."""

    TB = "TB"
    LR = "LR"
    BT = "BT"

    @property
    def is_vertical(self) -> bool:
        """Whether data flows up or down the page."""
        return self is not Direction.LR

    def size(self, width: float, height: float) -> tuple[float, float]:
        """Extent along and across the flow of something with this width and height on the page."""
        return (height, width) if self.is_vertical else (width, height)

    def on_page(self, point: tuple[float, float]) -> tuple[float, float]:
        """Page coordinates of ``(along, across)``; y grows upwards, as in PostScript."""
        along, across = point
        if self is Direction.LR:
            return along, across
        return across, -along if self is Direction.TB else along


class Background(str, enum.Enum):
    """What is behind a figure."""

    THEME = "theme"
    TRANSPARENT = "transparent"


class TextForm(str, enum.Enum):
    """How the text of an SVG is written."""

    FONT = "font"
    """As text, in a font that the file has."""
    OUTLINES = "outlines"
    """As shapes, for readers that ignore that font."""


class ColorBy(str, enum.Enum):
    """What box colours encode."""

    STAGE = "stage"
    TYPE = "type"
    PARAMETERS = "parameters"
    MACS = "macs"
    MEMORY = "memory"
    TRAINABLE = "trainable"
    NORM = "norm"
    SPARSITY = "sparsity"

    @property
    def needs_values(self) -> bool:
        """Whether it is computed from the values of weights, and not from the graph alone."""
        return self in (ColorBy.NORM, ColorBy.SPARSITY)


class SkipKind(str, enum.Enum):
    """The kinds of skip connection; where several fit, the first is taken."""

    IDENTITY = "identity"
    SCALED = "scaled"
    PROJECTION = "projection"
    CONCAT = "concat"
    GATE = "gate"
    MIXED = "mixed"

    @property
    def is_residual(self) -> bool:
        """Whether the connection is added to what it bypasses."""
        return self in (SkipKind.IDENTITY, SkipKind.SCALED, SkipKind.PROJECTION)


class Refusal(str, enum.Enum):
    """Why a merge that looks residual is no skip connection; the first that holds is listed."""

    SAME = "same"
    """A tensor is added to itself."""
    BROADCAST = "broadcast"
    """One of the tensors is broadcast: a condition, such as the embedding of a time step."""
    LINEAR = "linear"
    """Both paths are linear: they are one layer in two parts."""
    ADAPTER = "adapter"
    """A frozen or main layer, and beside it an adapter."""
    PARALLEL = "parallel"
    """Parallel branches at one resolution, of which one pools."""
    LAYERS = "layers"
    """Both paths work: the shorter one has several weighted layers, or as many as the other."""
    MEAN = "mean"
    """Both paths only scale: a weighted mean."""
    PARTS = "parts"
    """The paths read different parts of one tensor."""
    TOKEN = "token"  # nosec B105
    """What is added is computed from a learned token alone."""
    ATTENTION = "attention"
    """The sum, or product, is part of an attention."""
    GATE = "gate"
    """The sum only makes a gate."""
    FORMULA = "formula"
    """Each value is computed on its own: a formula with parameters."""
    UNWEIGHTED = "unweighted"
    """No operation with weights is bypassed."""
    WORKS = "works"
    """What is concatenated or multiplied is changed on its way."""
    STEPS = "steps"
    """What is concatenated are the steps of a recurrence."""
    INDEPENDENT = "independent"
    """What is concatenated is only gated by what bypasses it."""


class TableFormat(str, enum.Enum):
    """How a table is written."""

    TABLE = "table"
    MARKDOWN = "md"
    CSV = "csv"
    JSON = "json"
    LATEX = "latex"


class Sort(str, enum.Enum):
    """The column by which the rows of a summary are sorted, largest first."""

    PARAMETERS = "parameters"
    MACS = "macs"
    MEMORY = "memory"


class TableStyle(str, enum.Enum):
    """How the rows of a summary are arranged: sums after their parts, or an indented tree."""

    FLAT = "flat"
    TREE = "tree"


class SummaryColumn(str, enum.Enum):
    """The columns of a summary."""

    LAYER = "layer"
    DESCRIPTION = "description"
    WEIGHT = "weight"
    DTYPE = "dtype"
    INPUT = "input"
    OUTPUT = "output"
    PARAMETERS = "parameters"
    FROZEN = "frozen"
    BYTES = "bytes"
    PARAMETERS_SHARE = "parameters%"
    BAR = "bar"
    MACS = "macs"
    MACS_SHARE = "macs%"
    ACTIVATIONS = "activations"
    RECEPTIVE_FIELD = "receptive_field"
    MEAN = "mean"
    DEVIATION = "deviation"
    NORM = "norm"
    ZEROS = "zeros%"
    PATH = "path"
    PEAK = "peak"
    TYPE = "type"
    KERNEL = "kernel"
    WEIGHTS = "weights"
    ATTRIBUTES = "attributes"
    TRAINABLE = "trainable"
    BUFFERS = "buffers"
    INPUT_BYTES = "input_bytes"
    OUTPUT_BYTES = "output_bytes"
    LAYER_OUTPUTS = "layer_outputs"
    READS = "reads"

    @property
    def needs_values(self) -> bool:
        """Whether it is computed from the values of weights."""
        statistics = (self.MEAN, self.DEVIATION, self.NORM, self.ZEROS)
        return self in statistics


class SkipColumn(str, enum.Enum):
    """The columns of a table of skip connections."""

    KIND = "kind"
    FROM = "from"
    TO = "to"
    MODULE = "module"
    SHAPE = "shape"
    SCALE = "scale"
    STREAMS = "streams"
    PARAMETERS = "parameters"
    OPERATIONS = "bypasses"
    LAYERS = "bypassed_layers"
    BYPASSED_PARAMETERS = "bypassed_parameters"
    BYPASSED_MACS = "bypassed_macs"
    SOURCE = "source"
    COUNT = "count"


class Language(str, enum.Enum):
    """The language of headings, sentences and captions."""

    ENGLISH = "en"
    CHINESE = "zh"
