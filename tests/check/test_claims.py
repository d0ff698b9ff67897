"""Labels read as a reader does."""

from __future__ import annotations

import pytest

from visualize.check.claims import read_amount, read_claims, wrong_amounts
from visualize.core.quantities import amount


@pytest.mark.parametrize(
    ("lines", "copies", "shared"),
    [
        (("3×3 conv, 16 ×2", "BN, ReLU · 2.4 k each"), 2, False),
        (("×35 Bottleneck", "1.1 M each"), 35, False),
        (("×3", "2 SwinTransformerBlocks, 3.6 M each"), 3, False),
        (("Linear, 4 → 8", "×2 in parallel · 40 each"), 2, False),
        (("×4 in parallel",), 4, False),
        (("GRUCell, 8 → 12", "40 times, shared · 792"), 40, True),
        (("Cell 6 times, shared",), 6, True),
        (("3×3 conv, 64", "36.9 k"), 1, False),
        (("4×4 up-conv, 8, ↑2", "136"), 1, False),
        (("image 3×224×224",), 1, False),
        (("+", "× weight"), 1, False),
        ((), 1, False),
    ],
)
def test_copies(lines: tuple[str, ...], copies: int, shared: bool) -> None:
    claims = read_claims(lines)
    assert (claims.copies, claims.shared) == (copies, shared)


@pytest.mark.parametrize(
    ("lines", "counted"),
    [
        (("2 BasicBlocks", "2 residual · 9.5 k"), ((2, "BasicBlocks"), (2, "residual"))),
        (("B, 8 ×4", "1 residual, 2 gate · 1.2 k each"), ((1, "residual"), (2, "gate"))),
        (("3 Linear layers", "12.3 k"), ((3, "Linear layers"),)),
        (("5 operations, 64",), ((5, "operations"),)),
        (("attention, 12 heads",), ()),
        (("3×3 conv, 64", "480"), ()),
    ],
)
def test_counted_words(lines: tuple[str, ...], counted: tuple[tuple[int, str], ...]) -> None:
    assert read_claims(lines).counted == counted


@pytest.mark.parametrize("number", [1, 999, 1000, 9408, 999_950, 11_689_512, 405_853_388_800])
def test_an_amount_is_the_number_it_was_printed_for(number: int) -> None:
    printed = read_amount(amount(number))
    assert printed
    assert abs(printed.value - number) <= printed.step / 2


@pytest.mark.parametrize(
    "text", ["", "BN", "64", "3×3", "2 residual", "12 heads", "1.2 km", "ReLU 6"]
)
def test_other_words_are_no_amount(text: str) -> None:
    assert read_amount(text) is None


def test_the_copies_of_frames_multiply() -> None:
    box, frame = read_claims(("3×3 conv, 16 ×2", "2.4 k each")), read_claims(("×4 Stage",))
    assert wrong_amounts(box, 2433 * 8, [frame]) == ""
    assert wrong_amounts(box, 2433 * 2, [frame]) != ""
    assert wrong_amounts(box, 2433 * 8, []) != ""


def test_a_shared_module_has_one_set_of_parameters() -> None:
    cell, frame = read_claims(("GRUCell, 8 → 12", "792 params")), read_claims(("40 times, shared",))
    assert wrong_amounts(cell, 792, [frame]) == ""
    assert wrong_amounts(cell, 792 * 40, [frame]) != ""


def test_hidden_parameters_count() -> None:
    assert wrong_amounts(read_claims(("Block, 8", "100 params · 20 hidden")), 120, []) == ""
    assert wrong_amounts(read_claims(("Block, 8", "100 params · 20 hidden")), 100, []) != ""


def test_what_copies_share_is_added_once() -> None:
    claims = read_claims(("Block, 8 ×4", "1 residual · 84 each · 24 shared"))
    assert claims.copies == 4
    assert wrong_amounts(claims, 84 * 4 + 24, []) == ""
    assert wrong_amounts(claims, 84 * 4, []) != ""
    frame = read_claims(("×3 Block", "2 Layers, 84 each, 24 shared"))
    assert wrong_amounts(frame, 84 * 3 + 24, []) == ""


def test_a_label_that_is_cut_off_claims_no_sum() -> None:
    claims = read_claims(("3×3 conv, 8", "ReLU · × a · 2…"))
    assert claims.clipped
    assert wrong_amounts(claims, 224, []) == ""


def test_a_width_behind_a_layer_is_no_number_of_parameters() -> None:
    claims = read_claims(("QKV projection", "1×1 conv, 144 · BN · 13.8 k"))
    assert [amount.value for amount in claims.amounts] == [13800.0]
