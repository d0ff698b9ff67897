"""What a call of a function writes to."""

from __future__ import annotations

import torch

from visualize.tracing.writes import copies_to_itself, writes_uncounted, written_to


def test_a_write_to_a_view_is_one_to_the_view() -> None:
    base = torch.zeros(4, 6)
    part, other = base[:2], base[2:]
    assert written_to([base, part], (base, other)) == [base]
    assert [id(one) for one in written_to([part, base], (part,))] == [id(part)]


def test_all_that_changed_counts_if_the_first_argument_did_not() -> None:
    given, out = torch.zeros(3), torch.zeros(3)
    assert [id(one) for one in written_to([out], (given,))] == [id(out)]
    apart = written_to([given, out], (given, out))
    assert [id(one) for one in apart] == [id(given), id(out)]


def test_the_end_of_an_augmented_assignment_copies_to_itself() -> None:
    base = torch.zeros(4, 6)
    assert copies_to_itself(base, 1, base[1])
    assert copies_to_itself(base, (slice(None), 2), base[:, 2])
    assert not copies_to_itself(base, 1, base[2])
    assert not copies_to_itself(base, 1, torch.zeros(6))
    assert not copies_to_itself(base, 1, 0.5)


def test_tensors_of_inference_count_no_versions() -> None:
    with torch.inference_mode():
        tensor = torch.zeros(3)
    assert writes_uncounted("add_", [tensor])
    assert not writes_uncounted("add", [tensor])
    assert not writes_uncounted("__setitem__", [tensor])
    assert not writes_uncounted("add_", [torch.zeros(3)])
    assert writes_uncounted("_foreach_add_", [torch.zeros(3)])
