"""The sentence on the receptive field."""

from __future__ import annotations

from visualize.core.facts import Receptive, ReceptivePlace
from visualize.core.module_path import spelled
from visualize.report.language import Language
from visualize.report.quantities import paragraph

_IMAGE = 2  # axes


def receptive_sentence(receptive: Receptive | None, language: Language) -> str:
    """How much of the input the model sees before it pools, and from where on it sees all."""
    if receptive is None:
        return ""
    gettext = language.gettext
    module = spelled(receptive.covers_from)
    if not receptive.place:
        sentence = gettext("Receptive field: the whole input from {module} on.")
    elif module:
        sentence = gettext("{field}: {size}, {ratio} × the input; covers it from {module} on.")
    else:
        sentence = gettext("{field}: {size}, {ratio} × the input.")
    written = sentence.format(
        field=_places(language)[receptive.place] if receptive.place else "",
        size=_size(receptive, language),
        ratio=_ratio(receptive),
        module=module,
    )
    gates = gettext("Gates that see the whole input are left out, as are statistics of norms.")
    return paragraph([written, gates if receptive.gates else ""])


def _places(language: Language) -> dict[ReceptivePlace, str]:
    gettext = language.gettext
    return {
        ReceptivePlace.POOL: gettext("Receptive field before the global pool"),
        ReceptivePlace.LINEAR: gettext("Receptive field before the first linear layer"),
        ReceptivePlace.OUTPUT: gettext("Receptive field of the output"),
    }


def _size(receptive: Receptive, language: Language) -> str:
    """``435 px``, or ``109×219×219 positions`` of what is no image."""
    sizes = [f"{size:,}" for size in receptive.field]
    written = sizes[0] if len(set(sizes)) == 1 else "×".join(sizes)
    if len(receptive.input) == _IMAGE:
        return language.gettext("{size} px").format(size=written)
    return language.gettext("{size} positions").format(size=written)


def _ratio(receptive: Receptive) -> str:
    """How many times the input it is, along each axis where that differs."""
    ratios = [f"{size / whole:.2g}" for size, whole in zip(receptive.field, receptive.input)]
    return ratios[0] if len(set(ratios)) == 1 else " / ".join(ratios)
