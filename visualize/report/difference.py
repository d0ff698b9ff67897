"""The difference of two models as sentences and tables, in Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visualize.core.architecture import Architecture, NodeKind
from visualize.core.difference import Change, Difference, Status, read_first
from visualize.core.quantities import count, giga
from visualize.report.graph import skip_document
from visualize.report.html import html_report
from visualize.report.kinds import skip_counts
from visualize.report.language import Language, is_english, load_language
from visualize.report.places import edits_text, names_text, places_text
from visualize.report.skip_changes import SkipWords, skip_rows
from visualize.report.tables import Column, Field, Table, draw_table, fill, write_table

_MOST_ROWS = 30  # what fits one page
_MOST_NAMES = 6
_MOST_TYPES = 5


@dataclass(frozen=True)
class _Row:
    change: str
    where: str
    what: str


def write_difference(
    difference: Difference, format_name: str, *, language: str = "en", width: int | None = None
) -> str:
    """The difference in a format of `TableFormat`, or as ``html``.

    Args:
        difference: of two architectures.
        format_name: a format of `TableFormat`, or ``html``.
        language: one of `LANGUAGES`.
        width: columns of the terminal; None for as wide as the table needs.
    """
    if format_name == "json":
        return json.dumps(_document(difference), ensure_ascii=False, indent=1) + "\n"
    catalogue = load_language(language)
    rows = _rows(difference, catalogue)
    shown = rows if format_name in ("csv", "latex") else rows[:_MOST_ROWS]
    table = fill(_fields(catalogue), shown, chosen=(), keys=is_english(catalogue))
    first, *totals = _heading(difference, catalogue)
    if len(shown) < len(rows):
        more = catalogue.gettext("and {number:,} more changes; JSON lists all")
        totals.append(more.format(number=len(rows) - len(shown)))
    if format_name == "html":
        return html_report(first, [], write_table(table, "html") if rows else "", totals)
    if format_name in ("csv", "latex"):
        return write_table(table, format_name)
    below = "".join(f"{line}\n" for line in totals)
    if format_name == "md":
        items = "".join(f"- {line}\n" for line in totals)
        return f"**{first}**\n\n" + (write_table(table, "md") + "\n" if rows else "") + items
    return f"{first}\n\n{_drawn(table, width) if rows else ''}{below}"


def difference_text(difference: Difference, language: str = "en") -> str:
    """The difference in words, for the caption of its figure and for readers who do not see it.

    Args:
        difference: of two architectures.
        language: one of `LANGUAGES`.
    """
    catalogue = load_language(language)
    rows = _rows(difference, catalogue)
    texts = [" ".join(filter(None, (f"{row.change} {row.where}:", row.what))) for row in rows]
    if len(texts) > _MOST_ROWS:
        more = catalogue.gettext("and {number:,} more changes; JSON lists all")
        texts[_MOST_ROWS:] = [more.format(number=len(texts) - _MOST_ROWS)]
    stop = ". " if is_english(catalogue) else "。"
    return stop.join([*_heading(difference, catalogue), *texts]) + stop.strip()


def _drawn(table: Table, width: int | None) -> str:
    return f"{draw_table(table, width).text}\n"


def _fields(language: Language) -> list[Field[_Row]]:
    gettext = language.gettext
    return [
        Field(Column("change", gettext("change"), essential=True), lambda row: row.change),
        Field(
            Column("where", language.pgettext("place of a change", "where"), essential=True),
            lambda row: row.where,
        ),
        Field(Column("what", gettext("what"), essential=True), lambda row: row.what),
    ]


def _heading(difference: Difference, language: Language) -> list[str]:
    """What is to be said of both models, and their totals from and to."""
    gettext = language.gettext
    before, after = difference.before, difference.after
    names = before.name if before.name == after.name else f"{before.name} → {after.name}"
    if not difference:
        line = gettext("{names}: same architecture")
    elif difference.only_names:
        line = gettext("{names}: same architecture, other names")
    else:
        line = names if before.name != after.name else gettext("{names}: before → after")
    lines = [line.format(names=names) if line != names else names]
    for text, old, new in (
        (gettext("parameters: {change}"), count(before.parameters), count(after.parameters)),
        (gettext("MACs: {change}"), giga(before.macs), giga(after.macs)),
        (gettext("operations: {change}"), _operations(before), _operations(after)),
        (gettext("outputs: {change}"), _outputs(before), _outputs(after)),
        (gettext("skip connections: {change}"), _skips(before, language), _skips(after, language)),
    ):
        same = gettext("{value} (same)").format(value=new)
        lines.append(text.format(change=same if old == new else f"{old} → {new}"))
    return lines


def _operations(architecture: Architecture) -> str:
    return f"{architecture.computations:,}"


def _outputs(architecture: Architecture) -> str:
    ends = (one for one in architecture.operations if one.kind is NodeKind.OUTPUT)
    shapes = ["×".join(map(str, tensor.shape)) for one in ends for tensor in one.outputs]
    return ", ".join(shapes[:4]) + ", …" * (len(shapes) > 4)


def _skips(architecture: Architecture, language: Language) -> str:
    counts: dict[str, int] = {}
    for skip in architecture.skips:
        counts[skip.kind.value] = counts.get(skip.kind.value, 0) + 1
    return skip_counts(counts, language) or "0"


def _rows(difference: Difference, language: Language) -> list[_Row]:
    words = _words(language)
    changes = list(difference.changes)
    rows = []
    replaced = {change.after: change for change in changes if change.status is Status.ADDED}
    taken: set[int] = set()
    for change in changes:
        other = replaced.get(change.before) if change.status is Status.REMOVED else None
        if other is not None and any(change.before):
            taken |= {id(change), id(other)}
            what = f"{change.type} → {other.type}"
            rows.append(_Row(language.gettext("replaced"), places_text(change.before), what))
    merges = _merges(difference)
    left = [
        change
        for change in changes
        if id(change) not in taken
        and not _is_bookkeeping(change, difference)
        and change.status is not Status.RENAMED
        and not set(change.old or change.new) <= merges.get(change.status, set())
    ]
    groups = _together(left, difference)
    rows += [_whole_row(group, words, language, difference.after) for group in groups]
    rows += [_Row(*each) for each in skip_rows(difference, SkipWords.of(language))]
    renamed = [change for change in changes if change.status is Status.RENAMED]
    named = renamed[:_MOST_NAMES]
    rows += [_row(change, words, language, difference.after) for change in named]
    if len(renamed) > _MOST_NAMES:
        total = sum(len(change.before) for change in renamed[_MOST_NAMES:])
        more = language.gettext("{number:,} more names").format(number=total)
        rows.append(_Row(words[Status.RENAMED], more, ""))
    return rows


def _is_bookkeeping(change: Change, difference: Difference) -> bool:
    """Whether functions without tensors came or went: sizes, checks and arithmetic on these."""
    if change.status not in (Status.ADDED, Status.REMOVED):
        return False
    if not _is_function(change, difference):
        return False
    is_new = change.status is Status.ADDED
    side = difference.after if is_new else difference.before
    return not any(side.operation(node).outputs for node in (change.new if is_new else change.old))


def _merges(difference: Difference) -> dict[Status, set[str]]:
    """The merges of skip connections that are gained or lost, which have rows of their own."""
    gained = {each.after.merge for each in difference.skips if not each.before and each.after}
    lost = {each.before.merge for each in difference.skips if not each.after and each.before}
    return {Status.ADDED: gained, Status.REMOVED: lost}


def _together(changes: Sequence[Change], difference: Difference) -> list[list[Change]]:
    """Changes of one row: functions in one place, and modules of one class in the same blocks."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        key: tuple[object, ...] = (id(change),)
        if change.status in (Status.ADDED, Status.REMOVED):
            places = change.after or change.before
            if _is_function(change, difference):
                key = (change.status, frozenset(places))
            elif all("." in place for place in places):
                parents = tuple(place.rpartition(".")[0] for place in places)
                key = (change.status, change.type, parents)
        groups.setdefault(key, []).append(change)
    return list(groups.values())


def _is_function(change: Change, difference: Difference) -> bool:
    after = change.status is Status.ADDED
    side = difference.after if after else difference.before
    nodes = (side.operation(node) for node in (change.new if after else change.old))
    return all(one.kind is NodeKind.FUNCTION and one.type == change.type for one in nodes)


def _whole_row(
    group: Sequence[Change], words: Mapping[Status, str], language: Language, after: Architecture
) -> _Row:
    """The row of one change, or of several that are added or removed together."""
    first = group[0]
    word = words[first.status]
    if len(group) == 1:
        return _row(first, words, language, after)
    places = tuple(place for change in group for place in change.after or change.before)
    types = list(dict.fromkeys(change.type for change in group))
    if len(types) == 1:
        return _Row(word, names_text(places), f"{len(places)} {types[0]}")
    listed = ", ".join(types[:_MOST_TYPES]) + ", …" * (len(types) > _MOST_TYPES)
    what = language.ngettext("{number:,} operation", "{number:,} operations", len(places))
    return _Row(word, names_text(places), f"{what.format(number=len(places))}: {listed}")


def _words(language: Language) -> dict[Status, str]:
    gettext = language.gettext
    return {
        Status.ADDED: gettext("added"),
        Status.REMOVED: gettext("removed"),
        Status.CHANGED: gettext("changed"),
        Status.MOVED: gettext("moved"),
        Status.REWIRED: gettext("rewired"),
        Status.RENAMED: gettext("renamed"),
    }


def _row(
    change: Change, words: Mapping[Status, str], language: Language, after: Architecture
) -> _Row:
    word = words[change.status]
    places = change.after or change.before
    what = f"{len(places)} {change.type}" if len(places) > 1 else change.type
    if change.status is Status.RENAMED:
        return _Row(word, places_text(change.before), f"→ {places_text(change.after)}")
    if change.status is Status.MOVED:
        return _Row(word, names_text(change.before), _moved(change, what, language, after))
    if change.status is Status.CHANGED:
        edits = edits_text(change.edits)
        if change.edits and any(edit.name == "type" for edit in change.edits[0]):
            what = f"{len(places)} × {edits}" if len(places) > 1 else edits
        else:
            what = f"{what}: {edits}"
        return _Row(word, names_text(places), what)
    if change.status is Status.REWIRED:
        reads = language.gettext("{what} reads another input").format(what=what)
        return _Row(word, names_text(places), reads)
    return _Row(word, names_text(places), what)


def _moved(change: Change, what: str, language: Language, after: Architecture) -> str:
    """Where something is now: elsewhere, or in the same call after another operation."""
    if change.before != change.after:
        return language.gettext("now {place}").format(place=names_text(change.after))
    text = language.gettext("{what}, now after {place}")
    return text.format(what=what, place=places_text(list(read_first(after, change.new).values())))


def _document(difference: Difference) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "same": not difference,
        "only_names": difference.only_names,
        "before": _totals(difference.before),
        "after": _totals(difference.after),
        "changes": [
            {
                "change": change.status.value,
                "type": change.type,
                "before": list(change.before),
                "after": list(change.after),
                "edits": [
                    {edit.name: [edit.before, edit.after] for edit in edits}
                    for edits in change.edits
                ],
                "nodes_before": list(change.old),
                "nodes_after": list(change.new),
            }
            for change in difference.changes
        ],
        "skips": [
            {
                "before": skip_document(each.before) if each.before else None,
                "after": skip_document(each.after) if each.after else None,
                "source": each.source or None,
            }
            for each in difference.skips
        ],
    }


def _totals(architecture: Architecture) -> dict[str, Any]:
    ends = (one for one in architecture.operations if one.kind is NodeKind.OUTPUT)
    return {
        "name": architecture.name,
        "class": architecture.class_name,
        "parameters": architecture.parameters,
        "macs": architecture.macs,
        "operations": architecture.computations,
        "skips": len(architecture.skips),
        "outputs": [list(tensor.shape) for one in ends for tensor in one.outputs],
    }
