"""Idioms: operations that a reader knows by one name are one box with that name.

A reader sees ``RMSNorm``, not pow, mean, add, rsqrt and mul. What matches are structures, never
names of models: all rules are in one table, `RULES`.
"""

from __future__ import annotations

from visualize.simplify.idioms.activation import activation
from visualize.simplify.idioms.modules import name_formulas
from visualize.simplify.idioms.rule import Match, Rule, View, name_idioms
from visualize.simplify.idioms.table import RULES

__all__ = ["RULES", "Match", "Rule", "View", "activation", "name_formulas", "name_idioms"]
