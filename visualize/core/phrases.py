"""Phrases: words that are chosen in one place and written in the reader's language in another.

What an operation does is known where the graph is read; in which language to write it is known
where a report is written. A phrase carries the first to the second: a template in English, which
is the key of the catalogue of gettext, and the values that fill it.
"""

from __future__ import annotations

import enum
import gettext
import re
from collections.abc import Sequence
from dataclasses import dataclass

Language = gettext.NullTranslations
ENGLISH = Language()


class Separator(enum.Enum):
    """What is between the parts of a list; Chinese has a comma of its own for enumerations."""

    CLAUSES = enum.auto()
    ENUMERATION = enum.auto()

    def join(self, parts: Sequence[str], language: Language) -> str:
        """The parts as a list. An enumeration that ends in … says that there are more.

        >>> Separator.ENUMERATION.join(["conv1", "fc", "…"], ENGLISH)
        'conv1, fc, …'
        """
        if self is Separator.CLAUSES:
            return language.pgettext("between clauses", ", ").join(parts)
        comma = language.gettext(", ")
        if len(parts) < 2 or parts[-1] != "…":
            return comma.join(parts)
        return closed(language.gettext("{list}, …").format(list=comma.join(parts[:-1])))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A template and what fills it. ``str()`` is the phrase in English.

    Attributes:
        template: in English, with the names of values in braces.
        values: the values by name; a value may be a phrase.
        plural: the template for numbers other than one; empty if there is only one form.
        number: what chooses between the two forms.
        name: written in other languages if their catalogue lacks the template.
        separator: between the values, if the phrase is a list of them.
    """

    template: str
    values: tuple[tuple[str, object], ...] = ()
    plural: str = ""
    number: int = 1
    name: str = ""
    separator: Separator | None = None

    def __str__(self) -> str:
        return self.write(ENGLISH)

    def __bool__(self) -> bool:
        return bool(self.template)

    def write(self, language: Language) -> str:
        """The phrase in a language; what its catalogue lacks stays in English."""
        if not self.template:
            return ""
        values = {
            name: value.write(language) if isinstance(value, Phrase) else value
            for name, value in self.values
        }
        if self.separator:
            return self.separator.join(list(map(str, values.values())), language)
        template = (
            language.ngettext(self.template, self.plural, self.number)
            if self.plural
            else language.gettext(self.template)
        )
        if self.name and language.info() and template == self.template:
            return self.name
        text = template.format(**values)
        return closed(text) if language.info() else text


NOTHING = Phrase("")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3000-\u9fff\uff08\uff09]) (?=[\u3000-\u9fff])")


def closed(text: str) -> str:
    """``text`` without spaces between Chinese characters, which templates have around names.

    >>> closed("2 个 基础块"), closed("2 个 BasicBlock")
    ('2 个基础块', '2 个 BasicBlock')
    """
    return _BETWEEN_CHINESE.sub("", text)


class Note(str):
    """A line for the user, in English, that can be written in other languages.

    >>> note = Note(Phrase("traced {times} times", (("times", 2),)))
    >>> note, note.write(ENGLISH)
    ('traced 2 times', 'traced 2 times')
    """

    __slots__ = ("phrase",)
    phrase: Phrase

    def __new__(cls, content: Phrase) -> Note:
        """A note that is ``content`` in English."""
        note = super().__new__(cls, str(content))
        note.phrase = content
        return note

    @property
    def marked(self) -> Phrase:
        """The line, marked as a note.

        >>> str(Note(Phrase("traced twice")).marked)
        'note: traced twice'
        """
        return phrase("note: {note}", note=self.phrase)

    def write(self, language: Language) -> str:
        """The line in a language."""
        return self.phrase.write(language)


def phrase(template: str, **values: object) -> Phrase:
    """A phrase of the catalogue.

    >>> str(phrase("{kernel} conv", kernel="3×3"))
    '3×3 conv'
    """
    return Phrase(template, tuple(values.items()))


def counted(one: str, several: str, number: int, **values: object) -> Phrase:
    """A phrase of the catalogue in two forms, with its ``{number}``.

    >>> [str(counted("{number} head", "{number} heads", number)) for number in (1, 12)]
    ['1 head', '12 heads']
    """
    return Phrase(one, (("number", number), *values.items()), several, number)


def term(text: str, name: str = "") -> Phrase:
    """A word that need not be in the catalogue; other languages may have the code's name instead.

    >>> str(term("channel shuffle", "channel_shuffle"))
    'channel shuffle'
    """
    return Phrase(text.replace("{", "{{").replace("}", "}}"), name=name)


def verbatim(text: str) -> Phrase:
    """A name or number, which is the same in every language.

    >>> str(verbatim("LayerNorm"))
    'LayerNorm'
    """
    return Phrase("{text}", (("text", text),)) if text else NOTHING


def listed(parts: Sequence[Phrase | str]) -> Phrase:
    """The parts that are not empty, separated as clauses are.

    >>> str(listed([phrase("conv"), "64", "", "/2"]))
    'conv, 64, /2'
    """
    return _separated(parts, Separator.CLAUSES)


def enumerated(parts: Sequence[Phrase | str]) -> Phrase:
    """The parts that are not empty, separated as things of one kind are.

    >>> str(enumerated(["conv1", "", "fc"]))
    'conv1, fc'
    """
    return _separated(parts, Separator.ENUMERATION)


def _separated(parts: Sequence[Phrase | str], separator: Separator) -> Phrase:
    given = [part for part in parts if part]
    names = [f"part{index}" for index in range(len(given))]
    template = ", ".join(f"{{{name}}}" for name in names)
    return Phrase(template, tuple(zip(names, given)), separator=separator)
