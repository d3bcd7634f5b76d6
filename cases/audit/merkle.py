"""Merkle trees as RFC 6962 (section 2.1) has them: leaves and nodes are hashed with different prefixes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
SIZE = 32


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves in their order; memory grows with the logarithm of their number."""
    # Complete subtrees of what has been read, the largest first: (number of leaves, root).
    parts: list[tuple[int, bytes]] = []
    for leaf in leaves:
        parts.append((1, leaf_hash(leaf)))
        while len(parts) > 1 and parts[-1][0] == parts[-2][0]:
            size, right = parts.pop()
            parts[-1] = (size * 2, node_hash(parts[-1][1], right))
    if not parts:
        return EMPTY
    total = parts.pop()[1]
    while parts:
        total = node_hash(parts.pop()[1], total)
    return total


class Tree:
    """All nodes of a tree, to ask for many audit paths: 64 bytes a leaf.

    Pairing neighbours and letting the last one rise alone gives the tree of RFC 6962.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = bytearray()
        for leaf in leaves:
            level += leaf_hash(leaf)
        self.levels = [level]
        while len(level) > SIZE:
            above = bytearray()
            for start in range(0, len(level), 2 * SIZE):
                pair = bytes(level[start : start + 2 * SIZE])
                above += node_hash(pair[:SIZE], pair[SIZE:]) if len(pair) > SIZE else pair
            self.levels.append(level := above)

    @property
    def size(self) -> int:
        return len(self.levels[0]) // SIZE

    def path(self, place: int) -> list[bytes]:
        """The audit path of the leaf at a place (RFC 6962, 2.1.1), from the leaf upward."""
        steps = []
        for level in self.levels[:-1]:
            start = (place ^ 1) * SIZE
            if start < len(level):
                steps.append(bytes(level[start : start + SIZE]))
            place >>= 1
        return steps


def root_from_path(leaf: bytes, place: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """The root that a leaf and its path lead to (RFC 9162, 2.1.3.2); raises ValueError for a path of another length."""
    node, last, total = place, size - 1, leaf_hash(leaf)
    for step in hashes:
        if last == 0:
            raise ValueError("the path is too long")
        if node & 1 or node == last:
            total = node_hash(step, total)
            while node & 1 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            total = node_hash(total, step)
        node, last = node >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return total
