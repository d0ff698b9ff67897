"""Axes of tensors as products of atoms, and which atoms are the batch.

An atom is a size that no operation took apart yet. Reshaping regroups atoms, permuting moves them,
and what combines tensors makes atoms equal:

    x        2×12×16     (b) (t) (f)
    reshape  24×16       (b t) (f)           for each of 2 samples 12×16
    view     2×3×4×16    (b) (3) (4) (f)

Layers that know where their batch is mark its atom, and so the batch is known wherever the atom
went, towards the inputs as well as towards the outputs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

Axis = tuple[int, ...]
Axes = tuple[Axis, ...]
Shape = tuple[int, ...]


class Atoms:
    """Atoms of all tensors of a model, with those that are known to be equal.

    Attributes:
        sizes: the size of each atom.
        batch: atoms that a layer takes for its batch.
        other: atoms that a layer takes for something else, such as time or features.
        leading: atoms of size one that were put in front of a tensor.
        folded: atoms where a layer takes a batch of one, the batch itself being part of another.
    """

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.batch: set[int] = set()
        self.other: set[int] = set()
        self.leading: set[int] = set()
        self.folded: set[int] = set()
        self._parents: list[int] = []
        # The parts of an atom that a reshape split, by the atom and the size of the inner part.
        self._parts: dict[tuple[int, int], tuple[int, int]] = {}

    def fresh(self, size: int) -> Axis:
        """An axis that has nothing to do with any other."""
        self.sizes.append(size)
        self._parents.append(len(self._parents))
        return (len(self._parents) - 1,)

    def new(self, shape: Iterable[int]) -> Axes:
        """Fresh axes."""
        return tuple([self.fresh(size) for size in shape])

    def size(self, axis: Axis) -> int:
        """The size of an axis."""
        if len(axis) == 1:
            return self.sizes[axis[0]]
        return math.prod(self.sizes[atom] for atom in axis)

    def root(self, atom: int) -> int:
        """The atom that represents all that are equal to ``atom``."""
        parents = self._parents
        while parents[atom] != atom:
            parents[atom] = parents[parents[atom]]
            atom = parents[atom]
        return atom

    def equate(self, one: Axis, other: Axis) -> Axis:
        """Note that two axes are the same; of these, that which is known in more detail."""
        if one == other:
            return one
        if len(one) != len(other):
            # The batch of one that one of them lost on its way.
            ones, others = (tuple(a for a in axis if self.sizes[a] > 1) for axis in (one, other))
            if len(ones) == len(others):
                self._unite(ones, others)
        else:
            self._unite(one, other)
        return max(one, other, key=len)

    def _unite(self, one: Axis, other: Axis) -> None:
        if [self.sizes[atom] for atom in one] == [self.sizes[atom] for atom in other]:
            for first, second in zip(one, other):
                self._parents[self.root(second)] = self.root(first)

    def mark_batch(self, axis: Axis) -> None:
        """Note that a layer takes ``axis`` for the batch; of a product that says little."""
        if len(axis) == 1:
            self.batch.add(axis[0])

    def mark_folded(self, axis: Axis) -> None:
        """Note that ``axis`` is in the place of the batch, which is part of another."""
        if len(axis) == 1 and self.sizes[axis[0]] == 1:
            self.folded.add(axis[0])

    def mark_other(self, axis: Axis) -> None:
        """Note that an operation takes ``axis`` for something else than the batch."""
        if len(axis) == 1:
            self.other.add(axis[0])

    def regroup(self, axes: Axes, shape: Shape) -> Axes:
        """The axes after a reshape to ``shape``."""
        if 0 in shape:
            return self.new(shape)
        left = [atom for axis in reversed(axes) for atom in reversed(axis)]
        grouped = [self._take(left, size) for size in shape]
        if grouped:
            grouped[-1] += tuple(atom for atom in reversed(left) if self.sizes[atom] == 1)
        return tuple(grouped)

    def _take(self, left: list[int], size: int) -> Axis:
        """The next atoms that make up ``size``, removed from the end of ``left``."""
        taken: list[int] = []
        product = 1
        if size == 1:
            return (left.pop(),) if left and self.sizes[left[-1]] == 1 else self.fresh(1)
        while product < size and left:
            atom = left.pop()
            if size % (product * self.sizes[atom]):
                atom, inner = self._split(atom, size // product)
                if atom < 0:
                    break
                left.append(inner)
            taken.append(atom)
            product *= self.sizes[atom]
        return tuple(taken) if product == size else self.fresh(size)

    def _split(self, atom: int, outer: int) -> tuple[int, int]:
        """The parts of ``atom``, of which the outer one has a size; -1 if there is no such part."""
        inner, rest = divmod(self.sizes[atom], outer)
        if rest or not inner:
            return -1, -1
        key = self.root(atom), inner
        if key not in self._parts:
            (first,), (second,) = self.fresh(outer), self.fresh(inner)
            self._parts[key] = first, second
        return self._parts[key]

    def fitting(self, axes: Axes, shape: Shape) -> Axes:
        """``axes``, with fresh ones where they do not have the sizes of ``shape``."""
        if len(axes) != len(shape):
            return self.new(shape)
        return tuple(
            [
                axis if self.size(axis) == size else self.fresh(size)
                for axis, size in zip(axes, shape)
            ]
        )

    def aligned(self, given: Sequence[Axes], shape: Shape) -> Axes:
        """The axes of what combines tensors element by element, as torch broadcasts them."""
        first = given[0]
        if len(first) == len(shape) and all(axes is first for axes in given):
            return self.fitting(first, shape)
        result: list[Axis] = []
        for place in range(-len(shape), 0):
            size = shape[place]
            same = [axes[place] for axes in given if len(axes) >= -place]
            same = [axis for axis in same if self.size(axis) == size]
            axis = same[0] if same else self.fresh(size)
            for other in same[1:]:
                axis = self.equate(axis, other)
            result.append(axis)
        return tuple(result)

    def batches(self, inputs: Iterable[int], size: int) -> dict[int, int]:
        """The batches: those of inputs, and others of that size.

        Returns:
            For the root of each atom that is a batch or a part of one, the root of that batch.
        """
        given = {self.root(atom) for atom in inputs}
        roots = {self.root(atom) for atom in self.batch}
        found = {root: root for root in roots if root in given or self.sizes[root] == size}
        for (whole, _), parts in self._parts.items():  # in the order in which they were split
            batch = found.get(self.root(whole))
            if batch is not None:
                found.update((self.root(part), batch) for part in parts)
        return found

    def without_batch(self, axes: Axes, batches: Mapping[int, int], single: bool) -> Shape | None:
        """The shape of what one sample of the batch has; None without any batch.

        Only the first batch is left out: similarities of all samples with all others have one for
        each of the others.

        Args:
            axes: those of a tensor.
            batches: the batch that each atom is part of, by its root; see `batches`.
            single: whether the batch has one sample, which may be dropped and put back.
        """
        batch: int | None = None
        seen: set[int] = set()
        shape: list[int] = []
        for axis in axes:
            rest = self.size(axis)
            is_dropped = False
            for atom in axis:
                root = self.root(atom)
                found = batches.get(root)
                if found is None or root in seen or batch not in (None, found):
                    continue
                batch = found
                seen.add(root)
                rest //= self.sizes[atom] or 1
                is_dropped = rest == 1
            if not is_dropped:
                shape.append(rest)
        if batch is not None:
            is_folded = self.folded.issuperset(axes[0]) and self.root(axes[0][0]) not in seen
            return tuple(shape[1:] if is_folded else shape)
        if single and axes and len(axes[0]) == 1 and axes[0][0] in self.leading:
            return tuple(shape[1:])
        return None
