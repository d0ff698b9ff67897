"""Tests of the sources of models; a package, so that the small nets keep their old address too."""

from tests.nets import *  # noqa: F403
