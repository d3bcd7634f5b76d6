"""The small world, and a story that begins in it."""

from tests.workflows.conftest import fresh_editions, story, world

__all__ = ["fresh_editions", "story", "world"]
