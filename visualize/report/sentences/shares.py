"""Sentences on where parameters and MACs are, and where they disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.core.facts import Role
from visualize.core.module_path import spelled
from visualize.core.summary import Part, Summary
from visualize.report.language import Language
from visualize.report.quantities import in_words, myriads, percent

_LISTED = 3  # parts
_UNEVEN = 1.5  # times the share that each part has where all are alike
_APART = 0.1  # a share of parameters and one of MACs that disagree
_ALL = 0.9  # a part with this share of both is the model itself
_EQUAL = 0.95  # of the largest share: as large
_SMALL = 0.01


@dataclass(frozen=True)
class _Share:
    """What a part has of all parameters and MACs; ``parameters`` and ``macs`` are fractions."""

    name: str
    parameters: float
    macs: float
    words: str

    @property
    def most(self) -> float:
        return max(self.parameters, self.macs)

    @property
    def apart(self) -> float:
        return abs(self.parameters - self.macs)


def parts_sentence(summary: Summary, language: Language) -> str:
    """The parts with the most parameters, the most MACs and the largest difference of the two.

    Empty where shares are even, where one part has nearly all, and for a transformer of one stage,
    whose roles say more.
    """
    parts = summary.facts.parts
    if summary.facts.roles and sum(part.blocks > 0 for part in parts) < 2:
        return ""
    shares = [
        _share(_name(part, language), part.parameters, part.macs, summary, language)
        for part in parts
        if part.parameters or part.macs
    ]
    if len(shares) < 2 or any(min(one.parameters, one.macs) > _ALL for one in shares):
        return ""
    even = 1 / len(shares)
    uneven = any(one.most > _UNEVEN * even or one.apart > _APART for one in shares)
    chosen = _chosen(shares) if uneven else []
    return _listed(chosen, language) if chosen else ""


def _chosen(shares: Sequence[_Share]) -> list[_Share]:
    """The shares worth a line: the largest of parameters, of MACs, and those most apart.

    Of equal shares all are chosen, or none where there is no room for all.
    """
    apart = [[one] for one in sorted(shares, key=lambda one: -one.apart) if one.apart > _APART]
    work = _largest(shares, lambda one: one.macs)
    groups = [work, *apart] if len(work) == 1 else [*apart, work]
    chosen: list[_Share] = []
    for group in (_largest(shares, lambda one: one.parameters), *groups):
        added = [one for one in group if one not in chosen]
        if len(chosen) + len(added) <= _LISTED:
            chosen += added
    return sorted(chosen, key=lambda one: -one.parameters)


def _largest(shares: Sequence[_Share], size: Callable[[_Share], float]) -> list[_Share]:
    most = max(map(size, shares))
    return [one for one in shares if size(one) >= _EQUAL * most]


def roles_sentence(summary: Summary, language: Language) -> str:
    """What attention, MLPs, embeddings and the like have, in a model with attention."""
    words = _role_words(language)
    found = [
        _share(words[one.role], one.parameters, one.macs, summary, language)
        for one in summary.facts.roles
    ]
    shares = sorted((one for one in found if one.most >= _SMALL), key=lambda one: -one.parameters)
    return _listed(shares, language) if len(shares) > 1 else ""


def experts_sentence(summary: Summary, language: Language) -> str:
    """How many experts work on each token, and how many parameters that is."""
    experts, whole = summary.facts.experts, summary.total.parameters
    if experts is None:
        return ""
    return language.gettext(
        "Experts: {active} of {number} active per token, with {parameters} of {whole} parameters "
        "({share})."
    ).format(
        active=experts.active,
        number=experts.number,
        parameters=in_words(experts.parameters),
        parameters_myriads=myriads(experts.parameters),
        whole_myriads=myriads(whole),
        whole=in_words(whole),
        share=percent(experts.parameters, whole),
    )


def _share(name: str, parameters: int, macs: int, summary: Summary, language: Language) -> _Share:
    total = summary.total
    of_macs = macs / total.macs if total.macs else 0.0
    return _Share(
        name,
        parameters / total.parameters if total.parameters else of_macs,
        of_macs,
        _words(
            percent(parameters, total.parameters) if parameters else "",
            percent(macs, total.macs) if macs else "",
            language,
            alone=not total.parameters,
        ),
    )


def _words(parameters: str, macs: str, language: Language, *, alone: bool) -> str:
    """Two shares in words; either is empty where it is zero.

    Args:
        alone: whether the model has no parameters, so that MACs alone are shared.
    """
    gettext = language.gettext
    if alone:
        words = gettext("{macs} of MACs")
    elif not parameters:
        words = gettext("no parameters, {macs} of MACs")
    elif not macs:
        words = gettext("{parameters} of parameters, no MACs")
    elif parameters == macs:
        words = gettext("{parameters} of parameters and MACs")
    else:
        words = gettext("{parameters} of parameters, {macs} of MACs")
    return words.format(parameters=parameters, macs=macs)


def _listed(shares: Sequence[_Share], language: Language) -> str:
    written = [
        language.gettext("{name}: {shares}").format(name=one.name, shares=one.words)
        for one in shares
    ]
    clauses = language.pgettext("between stages", "; ").join(written)
    return language.gettext("{clauses}.").format(clauses=clauses)


def _name(part: Part, language: Language) -> str:
    name = spelled(part.name)
    if not part.last:
        return name
    words = language.gettext("{name} (last layer)")
    if part.layers > 1:
        words = language.gettext("{name} (last module)")
    return words.format(name=name)


def _role_words(language: Language) -> dict[Role, str]:
    gettext = language.gettext
    return {
        Role.ATTENTION: gettext("attention"),
        Role.MLP: "MLP",
        Role.EXPERTS: gettext("experts"),
        Role.RECURRENT: gettext("recurrent layers"),
        Role.CONVOLUTION: gettext("convolutions"),
        Role.EMBEDDING: gettext("embeddings"),
        Role.CONDITIONING: gettext("conditioning"),
        Role.HEAD: gettext("head"),
        Role.OTHER: gettext("other layers"),
    }
