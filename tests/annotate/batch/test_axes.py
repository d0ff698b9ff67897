"""Axes as products of atoms."""

from __future__ import annotations

import pytest

from visualize.annotate.batch.axes import Atoms, Axes, Shape


def sizes(atoms: Atoms, axes: Axes) -> list[list[int]]:
    return [[atoms.sizes[atom] for atom in axis] for axis in axes]


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ((2, 12, 16), (24, 16), [[2, 12], [16]]),
        ((2, 12, 16), (2, 3, 4, 16), [[2], [3], [4], [16]]),
        ((1, 12, 16), (12, 16), [[1, 12], [16]]),
        ((1, 12, 16), (1, 192), [[1], [12, 16]]),
        ((12, 1), (12,), [[12, 1]]),
        ((4, 6), (6, 4), [[6], [4]]),
        ((0, 6), (6, 0), [[6], [0]]),
    ],
)
def test_reshaping_regroups_atoms(before: Shape, after: Shape, parts: list[list[int]]) -> None:
    atoms = Atoms()
    axes = atoms.new(before)
    grouped = atoms.regroup(axes, after)
    assert sizes(atoms, grouped) == parts
    assert [atoms.size(axis) for axis in grouped] == list(after)


def test_an_atom_is_split_alike_everywhere() -> None:
    atoms = Atoms()
    axes = atoms.new((2, 12))
    assert atoms.regroup(axes, (2, 3, 4)) == atoms.regroup(axes, (2, 3, 4))
    assert atoms.regroup(atoms.regroup(axes, (6, 4)), (2, 3, 4)) == atoms.regroup(axes, (2, 3, 4))


def test_what_is_combined_is_equal() -> None:
    atoms = Atoms()
    one, other, row = atoms.new((3, 4)), atoms.new((3, 4)), atoms.new((1, 4))
    result = atoms.aligned([one, other, row], (3, 4))
    assert result == one
    roots = [[atoms.root(axis[0]) for axis in axes] for axes in (one, other, row)]
    assert roots[0] == roots[1]
    assert roots[0][1] == roots[2][1]
    assert roots[0][0] != roots[2][0]


def test_a_sample_is_what_the_batch_is_divided_out_of() -> None:
    atoms = Atoms()
    batch, rows, other = atoms.fresh(2), atoms.fresh(6), atoms.fresh(2)
    atoms.mark_batch(batch)
    batches = atoms.batches(batch, 2)
    assert atoms.without_batch((rows, batch), batches, False) == (6,)
    assert atoms.without_batch((batch + rows, other), batches, False) == (6, 2)
    assert atoms.without_batch((batch, batch), batches, False) == (2,)
    assert atoms.without_batch((rows, other), batches, False) is None


def test_parts_of_a_batch_are_one_batch() -> None:
    atoms = Atoms()
    (batch,) = atoms.new((8,))
    atoms.mark_batch(batch)
    split = atoms.regroup((batch, atoms.fresh(5)), (2, 4, 5))
    assert atoms.without_batch(split, atoms.batches(batch, 8), False) == (5,)


def test_products_say_little_of_the_batch() -> None:
    atoms = Atoms()
    batch, frames = atoms.new((2, 8))
    atoms.mark_batch(batch + frames)
    assert not atoms.batches(batch, 2)
