"""Languages of reports: English is in the code, others are catalogues of gettext in ``locale``.

After a change of words, from the root of the repository:

    pybabel extract -k phrase -k counted:1,2 -o messages.pot visualize
    pybabel update -i messages.pot -d visualize/report/locale -D visualize --no-fuzzy-matching
    pybabel compile -d visualize/report/locale -D visualize
"""

from __future__ import annotations

import functools
import gettext
from pathlib import Path

from visualize.core import choices
from visualize.core.errors import UsageError, shorten
from visualize.core.phrases import Language

LANGUAGES = tuple(language.value for language in choices.Language)

__all__ = ["LANGUAGES", "Language", "is_english", "load_language"]


@functools.cache
def load_language(code: str) -> Language:
    """The catalogue of one of `LANGUAGES`.

    Raises:
        UsageError: ``code`` is another language.
    """
    if code not in LANGUAGES:
        raise UsageError(
            f"no language named {shorten(str(code))!r}", hint=f"use one of {', '.join(LANGUAGES)}"
        )
    return gettext.translation(
        "visualize", Path(__file__).parent / "locale", [code], fallback=code == "en"
    )


def is_english(language: Language) -> bool:
    """Whether a language is that of the code, which has no catalogue."""
    return not language.info()
