"""The sentence on what one sample costs."""

from __future__ import annotations

from visualize.core.facts import Cost, Sample, Work
from visualize.core.quantities import flops, giga
from visualize.report.language import Language
from visualize.report.quantities import enumerated, myriads

_UNCOUNTABLE = frozenset({Work.POOLING, Work.ATTENTION})  # nouns without a plural
_EXACT = 10_000  # smaller numbers are written in full


def cost_sentence(cost: Cost, language: Language) -> str:
    """MACs and FLOPs of one sample, which operations they count and which not."""
    if not cost.macs:
        return ""
    gettext = language.gettext
    amount = _amount(cost, language)
    if cost.batch > 1:
        amount = gettext("{amount} ({macs} MACs for the batch of {batch})").format(
            amount=amount,
            macs=giga(cost.batch_macs),
            myriads=myriads(cost.batch_macs),
            batch=cost.batch,
        )
    words = _words(language)
    counted = enumerated([words[work] for work in cost.counted], language)
    if not cost.uncounted:
        return gettext("{amount}: {counted}.").format(amount=amount, counted=counted)
    template = gettext("{amount}: {counted}; {uncounted} are not counted (some tools add them).")
    if len(cost.uncounted) == 1 and cost.uncounted[0] in _UNCOUNTABLE:
        template = gettext("{amount}: {counted}; {uncounted} is not counted (some tools add it).")
    return template.format(
        amount=amount,
        counted=counted,
        uncounted=enumerated([words[work] for work in cost.uncounted], language),
    )


def _amount(cost: Cost, language: Language) -> str:
    gettext = language.gettext
    words = {
        Sample.IMAGE: gettext("{macs} MACs ({flops}) per {shape} image"),
        Sample.SEQUENCE: language.ngettext(
            "{macs} MACs ({flops}) per sequence of {number} token",
            "{macs} MACs ({flops}) per sequence of {number} tokens",
            cost.shape[0] if cost.shape else 0,
        ),
        Sample.INPUT: gettext("{macs} MACs ({flops}) per input of {shape}"),
        Sample.INPUTS: gettext("{macs} MACs ({flops}) per sample"),
        Sample.RUN: gettext("{macs} MACs ({flops}) per forward pass"),
    }
    is_scalar = cost.sample is Sample.INPUT and not cost.shape
    return words[Sample.INPUTS if is_scalar else cost.sample].format(
        macs=f"{cost.macs:,}" if cost.macs < _EXACT else giga(cost.macs),
        myriads=myriads(cost.macs),
        flops=flops(cost.macs),
        shape="×".join(map(str, cost.shape)),
        number=cost.shape[0] if cost.shape else 0,
    )


def _words(language: Language) -> dict[Work, str]:
    gettext = language.gettext
    return {
        Work.CONVOLUTION: gettext("convolutions"),
        Work.LINEAR: gettext("linear layers"),
        Work.RECURRENT: gettext("recurrent layers"),
        Work.ATTENTION: gettext("attention"),
        Work.PRODUCT: gettext("matrix products"),
        Work.NORM: gettext("norms"),
        Work.ACTIVATION: gettext("activations"),
        Work.POOLING: gettext("pooling"),
        Work.ADDITION: gettext("additions"),
        Work.EMBEDDING: gettext("embeddings"),
    }
