"""The audit of skip connections as a table: a row for each block, with what was found in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from visualize.core.audit import AuditedModule, Finding, FindingKind
from visualize.core.choices import Refusal, SkipKind
from visualize.core.module_path import spelled
from visualize.core.phrases import Phrase, phrase
from visualize.report.html import html_report
from visualize.report.kinds import kind_words
from visualize.report.language import Language, is_english, load_language
from visualize.report.quantities import joined
from visualize.report.tables import Column, Field, draw_table, fill, left_out_note, write_table
from visualize.report.wrapping import paragraph, text_width

_REASONS = {
    Refusal.SAME: phrase("a tensor is added to itself"),
    Refusal.BROADCAST: phrase("one tensor is broadcast ({shapes} to {result}): conditioning"),
    Refusal.LAYERS: phrase("both paths have layers of their own: parallel branches"),
    Refusal.LINEAR: phrase("both paths are linear"),
    Refusal.ADAPTER: phrase("an adapter beside a layer"),
    Refusal.PARALLEL: phrase("parallel branches at one resolution, one of them a pool"),
    Refusal.MEAN: phrase("both paths are only scaled: a weighted mean"),
    Refusal.PARTS: phrase("the two paths read different parts of one tensor"),
    Refusal.TOKEN: phrase("what is added comes from a learned token alone"),
    Refusal.ATTENTION: phrase("part of an attention"),
    Refusal.GATE: phrase("the sum only makes a gate"),
    Refusal.FORMULA: phrase("only pointwise operations are bypassed"),
    Refusal.UNWEIGHTED: phrase("no layer with weights is bypassed"),
    Refusal.WORKS: phrase("the shorter path does work of its own"),
    Refusal.STEPS: phrase("steps of a recurrence"),
    Refusal.INDEPENDENT: phrase("what is joined is only gated"),
}


def write_audit(
    name: str,
    modules: Sequence[AuditedModule],
    format_name: str,
    *,
    language: str = "en",
    values: bool = False,
    width: int | None = None,
) -> str:
    """The audit of the model ``name`` in a format of `TableFormat`, or as ``html``.

    Args:
        language: one of `LANGUAGES`.
        values: whether the values of weights are known, and with them scales of zero.
        width: columns of the terminal; None for as wide as the table needs.
    """
    catalogue = load_language(language)
    if format_name == "json":
        document = {"values": values, "modules": [_document(one) for one in modules]}
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    fields = _fields(catalogue)
    if format_name == "csv":  # programs find all columns, also those without findings
        fields = [replace(one, column=replace(one.column, spare=0)) for one in fields]
    table = fill(fields, modules, keys=is_english(catalogue))
    title = catalogue.gettext("Audit of {name}").format(name=name)
    totals = _totals(modules, values, catalogue)
    if format_name == "html":
        return html_report(title, [], write_table(table, format_name) if modules else "", totals)
    if format_name != "table":
        return write_table(table, format_name)
    drawing = draw_table(table, width)
    line = text_width(drawing.width, width)
    note = left_out_note(drawing.left_out, catalogue)
    below = paragraph(note, line) if note else ""
    written = "".join(paragraph(total, line) for total in totals)
    shown = f"{drawing.text}{below}\n" if modules else ""
    return f"{title}\n\n{shown}{written}"


def requirement_lines(
    lacking: Sequence[AuditedModule],
    number: int,
    kinds: Collection[SkipKind],
    language: str = "en",
) -> list[str]:
    """A line for each module that lacks a shortcut, and one on all.

    Args:
        lacking: the modules without a shortcut of these kinds.
        number: how many were looked at.
        kinds: the kinds of which one is required.
        language: one of `LANGUAGES`.
    """
    catalogue = load_language(language)
    words = kind_words(catalogue)
    names = joined([words[kind.value] for kind in SkipKind if kind in kinds], catalogue)
    lines = [
        catalogue.gettext("{module} ({type}): {shortcuts}; required: {kinds}").format(
            module=spelled(one.path), type=one.type, shortcuts=_shortcuts(one, catalogue),
            kinds=names,
        )
        for one in lacking
    ]  # fmt: skip
    closing = catalogue.ngettext(
        "{good} of {number} module has the required shortcut ({kinds})",
        "{good} of {number} modules have the required shortcut ({kinds})",
        number,
    )
    return [*lines, closing.format(good=number - len(lacking), number=number, kinds=names)]


def finding_words(finding: Finding) -> Phrase:
    """A finding in words, with its line of code."""
    words = _words(finding)
    if finding.source:
        return phrase("{finding} ({source})", finding=words, source=finding.source)
    return words


def _words(finding: Finding) -> Phrase:
    if finding.kind is FindingKind.MISSING:
        if finding.found == "0":
            return phrase("no shortcut; most blocks like it have one")
        return phrase(
            "{found} of {expected} shortcuts that most blocks like it have",
            found=finding.found,
            expected=finding.expected,
        )
    if finding.kind is FindingKind.START:
        return phrase(
            "shortcut begins at {found}; in most blocks like it at {expected}",
            found=finding.found or phrase("the input"),
            expected=finding.expected or phrase("the input"),
        )
    if finding.kind is FindingKind.DETACHED:
        return phrase("no gradient flows back over the shortcut: it is detached")
    if finding.kind is FindingKind.CUT:
        return phrase("no gradient flows back over what the shortcut bypasses: it is detached")
    if finding.kind is FindingKind.ZERO:
        return phrase("the scale in {module} is zero", module=finding.found or "forward")
    untyped = finding.untyped
    if untyped is None:
        return phrase("a tensor is added to itself")
    if finding.kind is FindingKind.SAME:
        return _REASONS[untyped.reason]
    small = [shape for shape in (untyped.shape, *untyped.others) if shape != untyped.result]
    reason = Phrase(
        _REASONS[untyped.reason].template,
        (("shapes", _sizes(small[0] if small else untyped.shape)),
         ("result", _sizes(untyped.result))),
    )  # fmt: skip
    return phrase("a sum that is no skip connection: {reason}", reason=reason)


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _fields(language: Language) -> list[Field[AuditedModule]]:
    gettext = language.gettext
    return [
        Field(
            Column("module", gettext("module")),
            lambda one: spelled(one.path) or one.type,
            lambda one: one.path,
        ),
        Field(Column("type", gettext("class"), spare=4), lambda one: one.type),
        Field(
            Column("shortcuts", gettext("shortcuts")),
            lambda one: _shortcuts(one, language) if one.is_block or one.skips else "",
            lambda one: ", ".join(map(_exact, one.skips)) or ("none" if one.is_block else ""),
        ),
        Field(
            Column("begin", gettext("begin at"), spare=5),
            lambda one: joined([start or gettext("the input") for start in one.starts], language),
            lambda one: ", ".join(start or "input" for start in one.starts),
        ),
        Field(
            Column("problems", gettext("problems"), spare=1, essential=True),
            lambda one: _written([each for each in one.findings if each.kind.is_problem], language),
        ),
        Field(
            Column("notes", gettext("notes"), spare=2, essential=True),
            lambda one: _written(
                [each for each in one.findings if not each.kind.is_problem], language
            ),
        ),
    ]


def _written(findings: Sequence[Finding], language: Language) -> str:
    lines = dict.fromkeys(finding_words(each).write(language) for each in findings)
    return "; ".join(lines)


def _exact(skip: Any) -> str:
    return str(skip.kind.value) + " (detached)" * (not skip.gradient)


def _shortcuts(one: AuditedModule, language: Language) -> str:
    if not one.skips:
        return language.pgettext("shortcuts of a block", "none")
    words = kind_words(language)
    detached = language.gettext("{kind} (detached)")
    names = [
        words[skip.kind.value] if skip.gradient else detached.format(kind=words[skip.kind.value])
        for skip in one.skips
    ]
    return joined(names, language)


def _totals(modules: Sequence[AuditedModule], values: bool, language: Language) -> list[str]:
    blocks = [one for one in modules if one.is_block]
    bare = sum(not one.skips for one in blocks)
    problems = sum(len(one.problems) for one in modules)
    lines = []
    if blocks:
        line = language.ngettext(
            "{number:,} block: {bare:,} without a shortcut.",
            "{number:,} blocks: {bare:,} without a shortcut.",
            len(blocks),
        )
        lines.append(line.format(number=len(blocks), bare=bare))
    else:
        lines.append(language.gettext("No repeated blocks."))
    if problems:
        line = language.ngettext("{number:,} problem.", "{number:,} problems.", problems)
        lines.append(line.format(number=problems))
    else:
        lines.append(language.gettext("No problems found."))
    if not values:
        lines.append(
            language.gettext("Scales of zero were not looked for: the weights have no values here.")
        )
    return lines


def _document(one: AuditedModule) -> dict[str, Any]:
    return {
        "path": one.path,
        "type": one.type,
        "block": one.is_block,
        "shortcuts": [
            {
                "kind": skip.kind.value,
                "gradient": skip.gradient,
                "module": skip.module,
                "fork": skip.fork,
                "merge": skip.merge,
                "start": start or None,
            }
            for skip, start in zip(one.skips, one.starts)
        ],
        "findings": [
            {
                "kind": each.kind.value,
                "problem": each.kind.is_problem,
                "node": each.node or None,
                "reason": each.untyped.reason.value if each.untyped else None,
                "source": each.source or None,
                "text": str(finding_words(each)),
            }
            for each in one.findings
        ],
    }
