"""Phrases: words that are chosen in one place and written in the reader's language in another.

What an operation does is known where the graph is read; in which language to write it is known
where a report is written. A phrase carries the first to the second: a template in English, which
is the key of the catalogue of gettext, and the values that fill it.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass

Language = gettext.NullTranslations
ENGLISH = Language()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A template and what fills it. ``str()`` is the phrase in English.

    Attributes:
        template: in English, with the names of values in braces.
        values: the values by name; a value may be a phrase.
        plural: the template for numbers other than one; empty if there is only one form.
        number: what chooses between the two forms.
        name: written in other languages if their catalogue lacks the template.
    """

    template: str
    values: tuple[tuple[str, object], ...] = ()
    plural: str = ""
    number: int = 1
    name: str = ""

    def __str__(self) -> str:
        return self.write(ENGLISH)

    def __bool__(self) -> bool:
        return bool(self.template)

    def write(self, language: Language) -> str:
        """The phrase in a language; what its catalogue lacks stays in English."""
        if not self.template:
            return ""
        template = (
            language.ngettext(self.template, self.plural, self.number)
            if self.plural
            else language.gettext(self.template)
        )
        if self.name and language.info() and template == self.template:
            return self.name
        return template.format(
            **{
                name: value.write(language) if isinstance(value, Phrase) else value
                for name, value in self.values
            }
        )


NOTHING = Phrase("")


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
    """The parts that are not empty, separated by commas in every language, as figures have them.

    >>> str(listed([phrase("conv"), "64", "", "/2"]))
    'conv, 64, /2'
    """
    given = [part for part in parts if part]
    names = [f"part{index}" for index in range(len(given))]
    return Phrase(", ".join(f"{{{name}}}" for name in names), tuple(zip(names, given)))
