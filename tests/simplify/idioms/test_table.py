"""The table of idioms."""

from __future__ import annotations

import visualize
from visualize.core.operators import ACTIVATION, ATTENTION, CONVOLUTION, family
from visualize.simplify.idioms import RULES


def test_the_table_is_public() -> None:
    assert visualize.RULES is RULES


def test_rules_count_as_operators_that_are_known() -> None:
    known = ACTIVATION | ATTENTION | CONVOLUTION
    assert {family(rule.counts_as) for rule in RULES if rule.counts_as} <= known


def test_attention_is_tried_before_what_it_is_made_of() -> None:
    names = [rule.name for rule in RULES]
    assert names.index("attention") < names.index("rotary embedding") < names.index("GELU")
