"""A draw as it is stored: an entry for every institution of the frame, and the same draw done again from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.models import DrawEntry, SpotCheck
from cases.sampling.drawing import Place, draw, frame_digest, stated
from cases.sampling.frame import Member, candidate_of


def entries_of(record: SpotCheck, frame: Iterable[Member]) -> list[DrawEntry]:
    """The entries of a spot-check whose seed and size are set, not yet saved; sets the digest of its frame."""
    found = {member.values["code"]: member for member in frame}
    candidates = [member.candidate for member in found.values()]
    record.frame_digest = frame_digest(candidates)
    return [
        DrawEntry(
            spot_check=record,
            institution=found[place.candidate.code].institution,
            stratum=place.stratum,
            values=found[place.candidate.code].values,
            weight=place.candidate.weight,
            probability=stated(place.probability),
            position=place.position,
            drawn=place.drawn,
        )
        for place in draw(candidates, record.size, record.seed)
    ]


@dataclass(frozen=True)
class Reproduction:
    """What came of doing a draw again: how many institutions were in the frame, and the codes that came out otherwise.

    ``frame_holds`` says whether the stored frame still has the digest that was recorded with the draw.
    """

    institutions: int
    frame_holds: bool
    differing: tuple[str, ...]

    @property
    def same(self) -> bool:
        return self.frame_holds and not self.differing


def reproduce(record: SpotCheck) -> Reproduction:
    """Do the draw of a spot-check again from its stored frame and seed; one query.

    What was replaced afterwards is compared as it was drawn.
    """
    stored = {entry.values["code"]: entry for entry in record.entries.all()}
    candidates = [candidate_of(entry.values, entry.weight) for entry in stored.values()]
    places = draw(candidates, record.size, record.seed) if candidates else []
    differing = tuple(place.candidate.code for place in places if not _agrees(stored[place.candidate.code], place))
    return Reproduction(len(stored), frame_digest(candidates) == record.frame_digest, differing)


def _agrees(entry: DrawEntry, place: Place) -> bool:
    was_drawn = entry.drawn and entry.replaces_id is None
    return (entry.stratum, entry.position, entry.probability, was_drawn) == (
        place.stratum,
        place.position,
        stated(place.probability),
        place.drawn,
    )


def next_in_line(entries: Iterable[DrawEntry], dropped: DrawEntry) -> DrawEntry | None:
    """Who comes in an institution's place: the next of the same size and type in its stratum, else the next of it."""
    waiting = [entry for entry in entries if entry.stratum == dropped.stratum and not entry.drawn]
    cell = cell_of(dropped)
    return min(waiting, key=lambda entry: (cell_of(entry) != cell, entry.position), default=None)


def cell_of(entry: DrawEntry) -> tuple[str, ...]:
    """Prefecture, size and type of an entry, as far as the edition spreads the draw over them."""
    candidate = candidate_of(entry.values, entry.weight)
    return (candidate.stratum, *candidate.cell)
