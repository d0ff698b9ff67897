"""A length on paper, as a user writes it."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.core.quantities import parse_length


@dataclass(frozen=True)
class Length:
    """A length.

    Attributes:
        points: the length in points, 1/72 inch.
        text: the length as it was written, such as ``3.25in``.
    """

    points: float
    text: str

    @classmethod
    def of(cls, value: Length | str | float, where: str) -> Length:
        """Read a length: text such as ``"3.25in"``, or a number of points.

        Raises:
            UsageError: ``value`` is not a length above zero; ``where`` names the option.

        >>> Length.of("3.25in", "width").points, Length.of(240, "width").text
        (234.0, '240pt')
        """
        if isinstance(value, Length):
            return value
        text = value if isinstance(value, str) else f"{value}pt"
        return cls(parse_length(text, where), text)

    def __str__(self) -> str:
        return self.text
