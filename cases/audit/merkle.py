"""Merkle trees as RFC 6962 (section 2.1) has them: leaves and nodes are hashed with different prefixes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()


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


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The audit path of the leaf at a place (RFC 6962, 2.1.1), from the leaf upward."""
    if len(leaves) <= 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if place < split:
        return [*path(leaves[:split], place), root(leaves[split:])]
    return [*path(leaves[split:], place - split), root(leaves[:split])]


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
