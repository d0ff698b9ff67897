"""What is drawn of a legend."""

import visualize
from tests import nets
from visualize.export import Job
from visualize.export.picture import Line, Swatch, Text


def test_signs_are_text_and_lines_and_colours_are_samples() -> None:
    figure = visualize.draw(nets.Residual(), (1, 3, 16, 16), level="layer", color_by="type")
    look, layout = figure.drawing.arranger, figure.drawing.layout
    legend = Job(figure.scene, look.theme, look.direction, "net", "", layout).picture.legend
    kinds = {type(entry.sample) for entry in legend}
    assert kinds == {Line, Swatch, Text}
    signs = {one.sample.text: one.text.text for one in legend if isinstance(one.sample, Text)}
    assert signs == {"+": "sum", "k": "parameters", "/2": "stride"}
    for entry in legend:
        if isinstance(entry.sample, Text):
            assert entry.sample.center[0] < entry.text.center[0]
            assert entry.sample.id != entry.text.id
