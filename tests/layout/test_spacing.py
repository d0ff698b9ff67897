"""Every length is described."""

from __future__ import annotations

from dataclasses import fields

from visualize.layout.densities import ROOMY


def test_every_length_is_described() -> None:
    groups = [getattr(ROOMY, each.name) for each in fields(ROOMY)]
    for group in [ROOMY, *(one for one in groups if hasattr(one, "__dataclass_fields__"))]:
        described = type(group).__doc__ or ""
        assert all(
            f"{each.name}: " in described
            for each in fields(group)
            if not hasattr(getattr(group, each.name), "__dataclass_fields__")
        )
