"""What the labels of boxes and frames claim: copies, parameters and counted words, read as text.

Nothing here knows how a label is made: it is read as a reader does, so that a wrong one is found.

    3×3 conv, 64 ×4              four copies
    BN, ReLU · 36.9 k each       of 36.9 k parameters
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
# A factor after a comma was a stride: "4×4 up-conv, 8, ×2".
_BEHIND = re.compile(r"(?<!,) ×(\d+)$")
_BEFORE = re.compile(r"^×(\d+)(?: |$)")
_PARALLEL = re.compile(r"×(\d+) in parallel$")
_SHARED = re.compile(r"(\d+) times, shared$")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(?: ([kMBT])| params?)?( each)?( hidden| shared)?")
_COUNTED = re.compile(r"(\d+) (?!×)(\D.*)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed number of parameters.

    Attributes:
        text: as it is printed.
        value: its value.
        step: what one unit of its last digit is worth.
        each: whether it is that of one copy.
        shared: whether it is what all copies have in common, beyond the amount of each.
    """

    text: str
    value: float
    step: float
    each: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """What one label claims.

    Attributes:
        copies: the number of copies; 1 if the label shows none.
        shared: whether they are one module that is called so often, with one set of parameters.
        amounts: the numbers of parameters.
        counted: words with a number before them, such as ``(2, "Blocks")``.
        clipped: whether a part of the label is cut off.
    """

    copies: int = 1
    shared: bool = False
    amounts: tuple[Amount, ...] = ()
    counted: tuple[tuple[int, str], ...] = field(default=())
    clipped: bool = False


def read_amount(text: str) -> Amount | None:
    """A printed number of parameters; None if ``text`` is something else.

    A number alone is a width.

    >>> read_amount("1.2 M each").value, read_amount("2 residual"), read_amount("64")
    (1200000.0, None, None)
    """
    match = _AMOUNT.fullmatch(text)
    if not match or text.isdigit():
        return None
    number, unit, each, of = match.groups()
    worth = _UNITS[unit or ""]
    digits = len(number.partition(".")[2])
    return Amount(text, float(number) * worth, worth / 10**digits, bool(each), of == " shared")


def read_claims(lines: Sequence[str]) -> Claims:
    """What a label claims: a title, and lines of details, the last of which may be a module path.

    The end of a title may be at the beginning of the second line.

    >>> claims = read_claims(["3×3 conv, 16 ×2", "BN, ReLU · 2.4 k each"])
    >>> claims.copies, claims.amounts[0].value, claims.amounts[0].each
    (2, 2400.0, True)
    >>> read_claims(["×4 Stage", "2 Blocks, 9.6 k each"]).counted
    ((2, 'Blocks'),)
    >>> read_claims(["Block", "64 ×3 · 1 residual", "74.0 k each"]).copies
    3
    """
    title, details = (lines[0] if lines else ""), lines[1:]
    parts = list(_parts(details))
    shared = [int(match[1]) for text in (title, *parts) if (match := _SHARED.search(text))]
    copies = [int(match[1]) for text in (title, *parts) if (match := _PARALLEL.search(text))]
    ends = (_BEHIND, title), (_BEFORE, title), (_BEHIND, "".join(parts[:1]))
    copies += [int(match[1]) for way, text in ends if (match := way.search(text))]
    amounts = (read_amount(part) for part in parts)
    return Claims(
        copies=(shared or copies or [1])[0],
        shared=bool(shared),
        amounts=tuple(amount for amount in amounts if amount),
        counted=tuple(_counted([title.partition(", ")[0], *parts])),
        clipped=any("…" in line for line in lines),
    )


def wrong_amounts(claims: Claims, parameters: int, around: Iterable[Claims]) -> str:
    """How printed parameters, times the copies that have their own, differ from ``parameters``.

    Args:
        claims: those of a label.
        parameters: what the box or frame holds, in all copies.
        around: the claims of the frames around it.

    Returns:
        What is wrong; empty if the numbers agree to the digits printed.

    >>> label = read_claims(["3×3 conv, 16 ×2", "2.4 k each"])
    >>> wrong_amounts(label, 4866, []), wrong_amounts(label, 19456, [])
    ('', 'shows 4,800 parameters in 2 copies, the graph has 19,456')
    """
    if not claims.amounts or claims.clipped:
        return ""
    copies = math.prod(one.copies for one in around if not one.shared)
    copies *= claims.copies if any(amount.each for amount in claims.amounts) else 1
    value = sum(amount.value for amount in claims.amounts if not amount.shared)
    shared = sum(amount.value for amount in claims.amounts if amount.shared)
    step = sum(amount.step for amount in claims.amounts if amount.step > 1)
    if abs(value - (parameters - shared) / copies) <= step * 0.5001:
        return ""
    where = f" in {copies} copies" if copies > 1 else ""
    return f"shows {value * copies + shared:,.0f} parameters{where}, the graph has {parameters:,}"


def _parts(details: Iterable[str]) -> Iterator[str]:
    for line in details:
        for part in line.split(" · "):
            # "12 times, shared" and "1×1 conv, 64" are one part, "2 Blocks, 9.6 k each" are two.
            first = part.partition(", ")[0]
            counts = _COUNTED.fullmatch(first) or read_amount(first)
            yield from part.split(", ") if counts and not _SHARED.search(part) else [part]


def _counted(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    for text in texts:
        match = _COUNTED.fullmatch(text)
        if match and not read_amount(text) and not _SHARED.search(text):
            yield int(match[1]), match[2]
