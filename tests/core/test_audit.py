"""What an audited module has."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.architecture import Skip, SkipKind
from visualize.core.audit import AuditedModule, Finding, FindingKind

SKIP = Skip(SkipKind.IDENTITY, False, "x", "add", "add", "block", (), ("conv",), (1, 8))


def test_a_shortcut_without_gradient_does_not_count() -> None:
    kinds = {SkipKind.IDENTITY}
    assert AuditedModule("block", "Block", skips=(SKIP,)).has(kinds)
    assert not AuditedModule("block", "Block", skips=(replace(SKIP, gradient=False),)).has(kinds)
    assert not AuditedModule("block", "Block", skips=(SKIP,)).has({SkipKind.PROJECTION})


def test_only_what_is_likely_a_mistake_is_a_problem() -> None:
    findings = tuple(Finding(kind, "block") for kind in FindingKind)
    problems = AuditedModule("block", "Block", findings=findings).problems
    assert {kind for kind in FindingKind if kind not in {each.kind for each in problems}} == {
        FindingKind.ZERO, FindingKind.UNTYPED,
    }  # fmt: skip
