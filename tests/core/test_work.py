"""The kinds of work that colours by type distinguish."""

from visualize.core.operators import Category
from visualize.core.work import Work, work_of


def test_each_kind_is_that_of_some_operators() -> None:
    assert {work_of(one) for one in Category} == {*Work, None}
