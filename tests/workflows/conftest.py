"""The small world, and a story that begins in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases.editions.pinned import forget_editions
from tests.story import Story
from tests.worlds import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def story(world: World) -> Story:
    return Story.open(world)


@pytest.fixture(autouse=True)
def fresh_editions() -> Iterator[None]:
    """Keys are used again after a rolled-back test, so what was looked up by key is dropped."""
    yield
    forget_editions()
