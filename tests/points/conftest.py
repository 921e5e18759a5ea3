"""A town at its apps, with a shop's till."""

from tests.value.conftest import api, moved

__all__ = ["api", "moved"]
