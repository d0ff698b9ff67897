"""The figure of the difference of two models: one merged figure, or both side by side.

    before ─▶ Diagram ─▶ Scene ─┐
                                ├─merge▶ Scene ─layout▶ … as any figure
    after  ─▶ Diagram ─▶ Scene ─┘

fates     each operation that differs knows its status: equal copies with different fates do not
          fold, and what no fate is in is closed
notes     what a box says of what changed in it
statuses  what became of a box
groups    the frames around boxes that are gone
merge     the scene of the second model, with what only the first has beside it
beside    both scenes in one
figure    the figure itself
"""

from visualize.comparison.figure import DifferenceFigure

__all__ = ["DifferenceFigure"]
