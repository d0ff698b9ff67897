"""Languages: what reports say comes from catalogues of gettext, English being in the code.

The catalogues lie in ``locale``. After a change of words, from the root of the repository:

    pybabel extract -o messages.pot visualize/report
    pybabel update -i messages.pot -d visualize/report/locale -D visualize --no-fuzzy-matching
    pybabel compile -d visualize/report/locale -D visualize
"""

from __future__ import annotations

import functools
import gettext
from pathlib import Path

LANGUAGES = ("en", "zh")
Language = gettext.NullTranslations


@functools.cache
def load_language(code: str) -> Language:
    """The catalogue of one of `LANGUAGES`."""
    return gettext.translation(
        "visualize", Path(__file__).parent / "locale", [code], fallback=code == "en"
    )
