"""Receptive fields: how much of the input one value of a feature map depends on.

For every tensor and every axis of an input, the first and last position are computed that each
value sees (`spans`), through everything that moves, mixes and reshapes values (`maps`). The
receptive field is the number of positions from the first to the last, of the value that sees most.
A map is taken to go on beyond its borders, and so is the input: padding counts as input, and what
a value sees does not depend on how near it is to a border. Where an operation works on a whole axis
that sees all of the input, such as global pooling, the field is infinite.

As in all published numbers, the statistics that normalisation takes over a whole map are left out
of account, and so are gates computed from a whole map (squeeze-and-excitation). See Araujo, Norris
and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019, whose formula
this agrees with where a network has nothing but convolutions and pooling.
"""

from __future__ import annotations

from visualize.describe.receptive.fields import ReceptiveFields
from visualize.describe.receptive.steps import strides

__all__ = ["ReceptiveFields", "strides"]
