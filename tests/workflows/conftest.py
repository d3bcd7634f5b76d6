"""The small world, and a story that begins in it."""

from __future__ import annotations

import pytest

from tests.story import Story
from tests.worlds import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def story(world: World) -> Story:
    return Story.open(world)
