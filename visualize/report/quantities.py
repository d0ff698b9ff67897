"""Numbers, shapes, enumerations and paragraphs as each language writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from visualize.core.architecture import TensorSpec
from visualize.core.phrases import Separator
from visualize.core.quantities import count, giga
from visualize.core.words import shape
from visualize.report.language import Language

_EXACT = 10**9  # larger numbers are written as an order of magnitude
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MYRIADS = ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"))
_SMALL = 10_000
_UNITS = {"M": "million", "B": "billion", "T": "trillion"}


def joined(words: Sequence[str], language: Language) -> str:
    """An enumeration: ``a, b``, in Chinese ``a、b``."""
    return Separator.ENUMERATION.join(words, language)


def enumerated(words: Sequence[str], language: Language) -> str:
    """An enumeration as in a sentence: ``a, b and c``, in Chinese ``a、b和c``."""
    if len(words) < 2:
        return joined(words, language)
    return language.pgettext("between words", " and ").join(
        [joined(words[:-1], language), words[-1]]
    )


def paragraph(sentences: Iterable[str]) -> str:
    """Sentences one after another; there is no space after a Chinese full stop.

    >>> paragraph(["One.", "", "Two."]), paragraph(["一。", "二。"])
    ('One. Two.', '一。二。')
    """
    return " ".join(sentence for sentence in sentences if sentence).replace("。 ", "。")


def percent(part: int, whole: int) -> str:
    """A share, with one decimal; one that is not 0 or 100 % is not written as if it were.

    >>> percent(513000, 11689512), percent(513, 11689512), percent(9999, 10000), percent(0, 0)
    ('4.4 %', '<0.1 %', '>99.9 %', '0.0 %')
    """
    share = f"{100 * part / whole if whole else 0:.1f} %"
    if share == "0.0 %" and part:
        return "<0.1 %"
    return ">99.9 %" if share == "100.0 %" and part != whole else share


def macs(number: int, language: Language, batch: int = 1) -> str:
    """A number of multiply-accumulate operations, with its unit, and with a batch that it is for.

    >>> from visualize.report.language import load_language
    >>> macs(4089184256, load_language("en")), macs(4089184256, load_language("zh"))
    ('4.089 G MACs', '40.89 亿次乘加（4.089 G MACs）')
    >>> macs(48, load_language("en"), batch=8)
    '48 MACs (batch 8)'
    """
    if batch > 1:
        return language.gettext("{macs} (batch {batch})").format(
            macs=macs(number, language), batch=batch
        )
    if number < _SMALL:
        return language.gettext("{number:,} MACs").format(number=number)
    return language.gettext("{macs} MACs").format(macs=giga(number), myriads=myriads(number))


def titled(head: str, unit: str, batch: int, language: Language) -> str:
    """The heading of a column of numbers in a unit, which may be for a whole batch.

    >>> from visualize.report.language import load_language
    >>> english = load_language("en")
    >>> titled("MACs", "G", 8, english), titled("MACs", "", 1, english)
    ('MACs (G, batch 8)', 'MACs')
    """
    if batch > 1:
        words = language.gettext("batch {batch}").format(batch=batch)
        unit = language.pgettext("between clauses", ", ").join([unit, words]) if unit else words
    heading = language.gettext("{heading} ({unit})").format(heading=head, unit=unit)
    return heading if unit else head


def myriads(number: int) -> str:
    """A number as Chinese counts it, in units of 10⁴, 10⁸ and 10¹².

    A number without a unit ends with the space between a digit and the character after it.

    >>> myriads(1814073344), myriads(19267584), myriads(99999999), myriads(48)
    ('18.14 亿', '1927 万', '1 亿', '48 ')
    """
    for size, unit in _MYRIADS:
        if number >= 0.99995 * size:  # what rounds up to the unit
            value = number / size
            return f"{value:.4g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
    return f"{number} "


def in_words(number: int) -> str:
    """A number of parameters as in text, where “B” are bytes.

    >>> in_words(960), in_words(21_700_000), in_words(1_839_000_000)
    ('960', '21.7 million', '1.8 billion')
    """
    value, _, unit = count(number).partition(" ")
    return f"{value} {_UNITS.get(unit, unit)}".rstrip()


def large(number: int) -> str:
    """A number in full, or its order of magnitude.

    >>> large(4096), large(3**50)
    ('4,096', '7.2 × 10²³')
    """
    if number < _EXACT:
        return f"{number:,}"
    mantissa, _, exponent = f"{Decimal(number):.1e}".partition("e+")
    return f"{mantissa} × 10{exponent.translate(_RAISED)}"


def number_of_choices(number: int) -> str:
    """A number that is often a power of two.

    >>> number_of_choices(2**24), number_of_choices(2**200), number_of_choices(9)
    ('2²⁴ = 16,777,216', '2²⁰⁰ = 1.6 × 10⁶⁰', '9')
    """
    exponent = number.bit_length() - 1
    if exponent < 2 or number != 1 << exponent:
        return large(number)
    return f"2{str(exponent).translate(_RAISED)} = {large(number)}"


def shape_words(tensor: TensorSpec, language: Language) -> str:
    """The shape of a tensor without its batch: ``64×56×56``, or ``scalar``."""
    return shape(tensor) if tensor.shown else language.gettext("scalar")
