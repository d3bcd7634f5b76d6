"""The draw of spot-checks as mathematics: stated probabilities are the real ones, and anyone can do it again."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.sampling.allocation import allocate
from cases.sampling.drawing import ALL, Candidate, Place, draw, frame_digest, probabilities, stated, systematic
from cases.sampling.numbers import LIMIT, number, seed_from, seeded_by, system_part

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = st.integers(1, 90_000)
STRATA = st.sampled_from(["650100", "650200", "652300"])
CELLS = st.tuples(st.sampled_from(["large", "small", "unknown"]), st.sampled_from(["nursing_hospital", "other"]))
ROWS = st.lists(st.tuples(STRATA, CELLS, WEIGHTS), min_size=1, max_size=40)


def candidates(rows: Sequence[tuple[str, tuple[str, ...], int]]) -> list[Candidate]:
    return [
        Candidate(f"{place:03d}", stratum, cell, Decimal(weight) / 10_000)
        for place, (stratum, cell, weight) in enumerate(rows)
    ]


FRAMES = ROWS.map(candidates)
SEEDS = st.text(min_size=1, max_size=20)


def by_stratum(places: list[Place]) -> dict[str, list[Place]]:
    groups: dict[str, list[Place]] = {}
    for place in places:
        groups.setdefault(place.stratum, []).append(place)
    return groups


# ── numbers ──


def test_a_number_is_the_first_thirteen_digits_of_the_hash_of_seed_stratum_and_counter() -> None:
    digits = hashlib.sha256("种子/650100/7".encode()).hexdigest()[:13]
    assert number("种子", "650100", 7) == int(digits, 16)
    assert LIMIT == 2**52


def test_the_seed_mixes_what_the_system_drew_with_what_the_officer_typed() -> None:
    assert seed_from("ab", "03 09") == hashlib.sha256(b"ab/03 09").hexdigest()
    assert seed_from("ab", "") != seed_from("ab", "1")


def test_the_system_s_part_comes_from_the_operating_system_each_time_anew() -> None:
    first, second = system_part(), system_part()
    assert first != second
    assert {len(bytes.fromhex(part)) for part in (first, second)} == {32}


def test_the_demonstration_and_tests_may_name_a_source_and_only_for_what_is_drawn_inside() -> None:
    with seeded_by(lambda: "ab"):
        assert system_part() == "ab"
    assert system_part() != "ab"


def test_in_production_nobody_names_the_source_of_a_seed(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(RuntimeError), seeded_by(lambda: "ab"):
        pass
    assert system_part() != "ab"


# ── allocation ──


def test_a_sample_is_shared_out_in_proportion_the_largest_remainder_first() -> None:
    assert allocate({"a": 50, "b": 30, "c": 20}, 10) == {"a": 5, "b": 3, "c": 2}
    assert allocate({"a": 47, "b": 33, "c": 20}, 10) == {"a": 5, "b": 3, "c": 2}


def test_a_small_stratum_gives_one_and_the_others_share_the_rest() -> None:
    assert allocate({"a": 97, "b": 2, "c": 1}, 5) == {"a": 3, "b": 1, "c": 1}


def test_on_a_tie_the_larger_stratum_and_then_the_first_name_comes_first() -> None:
    assert allocate({"b": 5, "a": 5}, 3) == {"a": 2, "b": 1}


def test_fewer_places_than_strata_cannot_be_shared_out() -> None:
    with pytest.raises(ValueError, match="cannot give each"):
        allocate({"a": 5, "b": 5}, 1)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 60), max_size=8), st.integers(1, 200))
def test_shares_add_up_are_at_least_one_and_no_more_than_there_are(sizes: dict[str, int], size: int) -> None:
    if min(size, sum(sizes.values())) < sum(1 for count in sizes.values() if count):
        return
    shares = allocate(sizes, size)
    assert sum(shares.values()) == min(size, sum(sizes.values()))
    assert all(min(1, sizes[name]) <= shares[name] <= sizes[name] for name in sizes)


# ── probabilities ──


def test_the_chance_is_in_proportion_to_the_weight() -> None:
    assert probabilities([1, 2, 3, 4], 1) == [Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(2, 5)]


def test_who_would_have_more_than_one_is_certain_and_the_rest_is_shared_again() -> None:
    assert probabilities([100, 6, 2, 2], 2) == [1, Fraction(3, 5), Fraction(1, 5), Fraction(1, 5)]
    assert probabilities([100, 50, 1, 1], 3) == [1, 1, Fraction(1, 2), Fraction(1, 2)]


@given(st.lists(WEIGHTS, min_size=1, max_size=60), st.integers(1, 70))
def test_chances_add_up_to_the_size_lie_within_one_and_grow_with_the_weight(weights: list[int], size: int) -> None:
    chances = probabilities(weights, size)
    assert sum(chances) == min(size, len(weights))
    assert all(0 < chance <= 1 for chance in chances)
    ordered = [chance for _weight, chance in sorted(zip(weights, chances, strict=True))]
    assert ordered == sorted(ordered)


@given(st.lists(WEIGHTS, min_size=1, max_size=30), st.integers(1, 30), st.integers(0, LIMIT - 1))
def test_the_marks_hit_exactly_as_many_as_are_wanted(weights: list[int], size: int, start: int) -> None:
    hits = systematic(probabilities(weights, size), Fraction(start, LIMIT))
    assert len(hits) == len(set(hits)) == min(size, len(weights))


def test_a_stretch_includes_its_beginning_and_not_its_end() -> None:
    halves = [Fraction(1, 2)] * 4
    assert systematic(halves, Fraction(0)) == [0, 2]
    assert systematic(halves, Fraction(1, 2)) == [1, 3]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(1, 8))
def test_over_all_starts_each_is_hit_exactly_as_often_as_its_chance_says(weights: list[int], size: int) -> None:
    chances = probabilities(weights, size)
    steps = math.lcm(*(chance.denominator for chance in chances))
    hit = [0] * len(weights)
    for start in range(steps):
        for place in systematic(chances, Fraction(start, steps)):
            hit[place] += 1
    assert [Fraction(count, steps) for count in hit] == chances


# ── the whole draw ──


@given(FRAMES, st.integers(1, 50), SEEDS)
def test_every_draw_keeps_its_promises(frame: list[Candidate], size: int, seed: str) -> None:
    places = draw(frame, size, seed)
    assert sorted(place.candidate.code for place in places) == sorted(row.code for row in frame)
    assert sum(place.drawn for place in places) == min(size, len(frame))
    for group in by_stratum(places).values():
        drawn = sum(place.drawn for place in group)
        assert sum(place.probability for place in group) == drawn
        assert [place.position for place in group] == list(range(1, len(group) + 1))
        assert all(place.drawn == (place.position <= drawn) for place in group)
        assert drawn >= 1
        assert all(place.probability > 0 for place in group)


@given(FRAMES, st.integers(1, 50), SEEDS, st.randoms())
def test_the_order_of_the_frame_does_not_matter_and_the_same_seed_draws_the_same(
    frame: list[Candidate], size: int, seed: str, shuffler: Any
) -> None:
    mixed = list(frame)
    shuffler.shuffle(mixed)
    assert draw(mixed, size, seed) == draw(frame, size, seed)
    assert frame_digest(mixed) == frame_digest(frame)


def test_replacements_follow_by_number_over_weight_so_that_risk_comes_first() -> None:
    frame = candidates([("650100", (), weight) for weight in (10_000, 90_000, 30_000, 200_000) * 5])
    waiting = [place for place in draw(frame, 2, "2021-10-20") if not place.drawn]
    order = [number("2021-10-20", "650100", int(row.candidate.code) + 1) / row.candidate.units for row in waiting]
    assert order == sorted(order)
    assert [row.candidate.code for row in waiting] != sorted(
        (row.candidate.code for row in waiting), key=lambda code: number("2021-10-20", "650100", int(code) + 1)
    )


def test_another_seed_draws_others() -> None:
    frame = candidates([("650100", ("small", "other"), 10_000)] * 30)
    taken = {tuple(place.candidate.code for place in draw(frame, 3, str(seed)) if place.drawn) for seed in range(20)}
    assert len(taken) > 15


def test_equal_weights_have_equal_chances() -> None:
    frame = candidates([("650100", ("small", "other"), 10_000)] * 8)
    assert {place.probability for place in draw(frame, 2, "1")} == {Fraction(1, 4)}


def test_the_only_institution_is_drawn_for_certain() -> None:
    (place,) = draw(candidates([("650100", (), 13_000)]), 1, "1")
    assert (place.position, place.drawn, place.probability) == (1, True, Fraction(1))


def test_a_sample_larger_than_the_frame_takes_everybody() -> None:
    frame = candidates([("650100", (), 13_000), ("650200", (), 90_000), ("650200", (), 10_000)])
    assert all(place.drawn and place.probability == 1 for place in draw(frame, 9, "1"))


def test_nobody_in_the_frame_means_nobody_drawn() -> None:
    assert draw([], 3, "1") == []


def test_with_fewer_places_than_prefectures_everybody_still_has_a_chance() -> None:
    frame = candidates([("650100", (), 10_000), ("650200", (), 10_000), ("652300", (), 20_000)])
    places = draw(frame, 2, "1")
    assert {place.stratum for place in places} == {ALL}
    assert sorted(place.probability for place in places) == [Fraction(1, 2), Fraction(1, 2), 1]


@given(st.lists(st.tuples(CELLS, WEIGHTS), min_size=2, max_size=30), st.integers(1, 12), SEEDS)
def test_each_size_and_type_gets_its_share_to_within_one(
    rows: list[tuple[tuple[str, str], int]], size: int, seed: str
) -> None:
    places = draw(candidates([("650100", cell, weight) for cell, weight in rows]), size, seed)
    for cell in {place.candidate.cell for place in places}:
        inside = [place for place in places if place.candidate.cell == cell]
        share = sum(place.probability for place in inside)
        assert math.floor(share) <= sum(place.drawn for place in inside) <= math.ceil(share)


def test_institutions_are_drawn_as_often_as_their_stated_probability_says() -> None:
    """4,000 fixed seeds; each frequency within 4.5 standard errors of the probability, which a right draw keeps."""
    weights = [10_000, 10_000, 13_000, 16_000, 21_000, 35_000, 120_000, 10_000, 24_000, 18_000, 10_000, 11_000]
    cells = [("large", "other"), ("small", "other"), ("small", "nursing_hospital")]
    rows = [("650100" if place < 8 else "650200", cells[place % 3], weight) for place, weight in enumerate(weights)]
    frame, tries = candidates(rows), 4_000
    hit = dict.fromkeys((row.code for row in frame), 0)
    for seed in range(tries):
        places = draw(frame, 5, f"fixed {seed}")
        for place in places:
            hit[place.candidate.code] += place.drawn
    for place in places:
        p = float(place.probability)
        allowed = 4.5 * math.sqrt(p * (1 - p) / tries)
        assert abs(hit[place.candidate.code] / tries - p) <= allowed, place


def sceptic() -> Any:
    """The draw as the program in docs/sampling.md does it, which shares no line with ours."""
    text = (ROOT / "docs" / "sampling.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "sceptic"}
    exec(text.partition("```python\n")[2].partition("```")[0], names)  # noqa: S102 - our own document
    return names["draw"]


@given(FRAMES, st.integers(1, 50), SEEDS)
def test_the_program_of_the_document_draws_the_same(frame: list[Candidate], size: int, seed: str) -> None:
    rows = [(row.code, row.stratum, *row.cell, f"{row.weight:.4f}") for row in frame]
    ours = [(place.candidate.code, place.probability, place.position, place.drawn) for place in draw(frame, size, seed)]
    assert sceptic()(rows, size, seed) == ours


def test_the_digest_of_the_frame_is_that_of_its_lines() -> None:
    frame = [
        Candidate("650103-001", "650100", ("small", "other"), Decimal("1.5")),
        Candidate("650102-001", "650100", ("large", "other"), Decimal(1)),
    ]
    lines = "650102-001\t650100\tlarge\tother\t1.0000\n650103-001\t650100\tsmall\tother\t1.5000\n"
    assert frame_digest(frame) == hashlib.sha256(lines.encode()).hexdigest()


def test_a_probability_is_stated_to_eight_decimals() -> None:
    assert str(stated(Fraction(1, 3))) == "0.33333333"
