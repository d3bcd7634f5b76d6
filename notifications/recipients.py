"""Who hears of something: the people behind a target such as "the head one level up" (design, Ladder).

Set-wise: ``load`` asks a constant number of questions for any number of work items, ``people`` asks none. Nothing is
addressed to an empty chair: a vacant post goes to the unit's head, then to the next level up, and is marked.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from cases.models import Appointment, CaseParty, OrgUnit, Supervision
from cases.roles import CONTACTS, PART_ROLES, PARTS_TOLD, PARTY_ROLES, POSTS, RULES, SIDES, WORKING, Role
from cases.tree import STEP, covers

ITEM_TARGETS = ("person", "head", "officer+1", "head+1", "officer+2", "head+2")
SIDE_TARGETS = ("other_side", "commission")  # of a case of two sides
AUTHORITIES_BELOW = (OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.COUNTY)


@dataclass(frozen=True)
class Recipient:
    """A person with the post through which they hear of something.

    ``instead_of`` is the role of the vacant post that they stand in for, at ``vacant_unit_id``; empty where the post
    that was meant is held.
    """

    user_id: int
    name: str
    target: str
    unit_id: int
    role: str
    instead_of: str = ""
    vacant_unit_id: int | None = None


class Place(NamedTuple):
    """What ``people`` needs of a unit, from the tree."""

    pk: int
    path: str
    kind: str


class Seat(NamedTuple):
    """One person in one post, by their own appointment or in the stead of a person who is away."""

    user_id: int
    name: str
    stands_in_for: int | None = None


class Directory:
    """The posts of a day and who holds them; delegates count beside those whom they stand in for."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self._places: dict[int, Place] = {}
        self._by_path: dict[str, Place] = {}
        self._seats: dict[tuple[int, str], list[Seat]] = defaultdict(list)
        self._roles_of: dict[int, list[tuple[str, str]]] = {}
        self._names: dict[int, str] = {}
        self._watching: dict[int, list[tuple[int, str]]] = {}
        self._below: dict[int, list[int]] = {}
        self._parties: dict[int, list[Seat]] = {}
        self._sides: dict[int, tuple[int, list[tuple[int, str]]]] = {}
        self._units_of_parties: dict[int, list[tuple[int, str]]] = {}
        self._administrators: list[Recipient] | None = None

    # ── looking up, set-wise ──

    def load(self, items: Iterable[Any]) -> None:
        """Learn what is needed for these work items: at most four questions, one for experts' work and one for that
        between two sides; none twice.
        """
        items = list(items)
        self._load_sides({item.process_id for item in items if item.role in CONTACTS})
        sides = [unit for commission, seats in self._sides.values() for unit in (commission, *dict(seats))]
        self.load_units([*(item.unit_id for item in items), *sides])
        self._load_parties({item.process_id for item in items if item.role in PARTY_ROLES})
        self._load_owners({item.owner_id for item in items if item.owner_id is not None})

    def load_units(self, unit_ids: Iterable[int]) -> None:
        """Learn units with everything above them, and who holds their posts."""
        wanted = set(unit_ids) - self._places.keys()
        if not wanted:
            return
        first = self._place(OrgUnit.objects.filter(pk__in=wanted))
        above = {path for place in first for path in _paths_above(place.path)} - self._by_path.keys()
        new = first + (self._place(OrgUnit.objects.filter(path__in=above)) if above else [])
        seats = Appointment.objects.valid(self.on).filter(unit__in=[place.pk for place in new], role__in=WORKING)
        columns = ("unit_id", "role", "user_id", "user__name", "delegated_by__user_id")
        for unit_id, role, *seat in seats.order_by("pk").values_list(*columns):
            self._seats[unit_id, role].append(Seat(*seat))

    def load_watchers(self, case_ids: Iterable[int]) -> None:
        """Learn who supervises these cases: whoever holds the post that took them under supervision (督办)."""
        wanted = set(case_ids) - self._watching.keys()
        if not wanted:
            return
        self._watching.update((case_id, []) for case_id in wanted)
        active = Supervision.objects.filter(case__parent__in=wanted, case__finished=None).order_by("pk")
        for case_id, unit_id, role in active.values_list("case__parent_id", "unit_id", "role"):
            self._watching[case_id].append((unit_id, role))
        self.load_units(unit_id for case_id in wanted for unit_id, _role in self._watching[case_id])

    def load_below(self, unit_ids: Iterable[int]) -> None:
        """Learn the authorities below units that are loaded already, and who holds their posts."""
        wanted = set(unit_ids) - self._below.keys()
        if not wanted:
            return
        paths = {unit_id: self._places[unit_id].path for unit_id in wanted}
        found = OrgUnit.objects.within(*paths.values()).active(self.on).filter(kind__in=AUTHORITIES_BELOW)
        rows = list(found.values_list("pk", "path"))
        for unit_id, path in paths.items():
            self._below[unit_id] = [pk for pk, below in rows if covers(path, below) and pk != unit_id]
        self.load_units(pk for pk, _path in rows)

    def load_units_of_parties(self, case_ids: Iterable[int]) -> None:
        """Learn the units whose part in a case lets them hear of it, and who holds their posts."""
        wanted = set(case_ids) - self._units_of_parties.keys()
        if not wanted:
            return
        self._units_of_parties.update((case_id, []) for case_id in wanted)
        rows = CaseParty.objects.valid(self.on).filter(case__in=wanted, part__in=PARTS_TOLD, unit__isnull=False)
        for case_id, unit_id, part in rows.order_by("pk").values_list("case_id", "unit_id", "part"):
            self._units_of_parties[case_id].append((unit_id or 0, part))
        self.load_units(unit_id for units in self._units_of_parties.values() for unit_id, _part in units)

    def _place(self, units: Any) -> list[Place]:
        places = [Place(*row) for row in units.order_by().values_list("pk", "path", "kind")]
        for place in places:
            self._places[place.pk] = self._by_path[place.path] = place
        return places

    def _load_parties(self, case_ids: set[int]) -> None:
        """Learn the experts of cases whose work is theirs by their part in the case, not by a post."""
        wanted = case_ids - self._parties.keys()
        if not wanted:
            return
        self._parties.update((case_id, []) for case_id in wanted)
        rows = CaseParty.objects.valid(self.on).filter(case__in=wanted, part="expert", user__is_active=True)
        for case_id, user_id, name in rows.order_by("pk").values_list("case_id", "user_id", "user__name"):
            self._parties[case_id].append(Seat(user_id, name))

    def _load_sides(self, case_ids: set[int]) -> None:
        """Learn the two sides of cases, and the commission whose unit the case has."""
        wanted = case_ids - self._sides.keys()
        if not wanted:
            return
        rows = CaseParty.objects.valid(self.on).filter(case__in=wanted, part__in=SIDES)
        columns = ("case_id", "unit_id", "part", "case__unit_id")
        for case_id, unit_id, part, commission in rows.order_by("pk").values_list(*columns):
            self._sides.setdefault(case_id, (commission, []))[1].append((unit_id or 0, PART_ROLES[part][0]))

    def _load_owners(self, owners: set[int]) -> None:
        wanted = owners - self._roles_of.keys()
        if not wanted:
            return
        self._roles_of.update((user_id, []) for user_id in wanted)
        held = Appointment.objects.valid(self.on).filter(user__in=wanted).order_by("pk")
        for user_id, name, role, path in held.values_list("user_id", "user__name", "role", "unit__path"):
            self._roles_of[user_id].append((role, path))
            self._names[user_id] = name

    # ── answering, from memory ──

    def people(self, target: str, item: Any) -> list[Recipient]:
        """Who is meant by a target of a ladder or rule, seen from a loaded work item; each person once.

        Beside the targets of the ladders, ``officer`` is the officer of the item's own unit.
        """
        if target == "person":
            found = self._team(item) if item.role in PARTY_ROLES else self._owner(item)
            return found or self.holders(item.unit_id, item.role, target)
        if target in SIDE_TARGETS:
            return self._beside(target, item)
        word, _plus, levels = target.partition("+")
        place = self._places[item.unit_id]
        if levels:
            place = self._above(place, int(levels))
        posts = POSTS.get(place.kind)
        if posts is None:
            return []
        return self.holders(place.pk, posts.officer if word == "officer" else posts.head, target)

    def holders(self, unit_id: int, role: str, target: str = "person") -> list[Recipient]:
        """Who holds a post; where nobody does, the unit's head, then the officer and the head of the levels above."""
        for place, post in self._line(self._places[unit_id], role):
            seats = self._seats.get((place.pk, post))
            if seats:
                vacant = (role, unit_id) if (place.pk, post) != (unit_id, role) else ("", None)
                return once(Recipient(seat.user_id, seat.name, target, place.pk, post, *vacant) for seat in seats)
        return []

    def _beside(self, target: str, item: Any) -> list[Recipient]:
        """The contact on the other side, or the officer of the commission; nobody where there are no two sides."""
        commission, seats = self._sides.get(getattr(item, "process_id", 0), (0, []))
        if target == "commission":
            place = self._places.get(commission)
            return self.holders(commission, POSTS[place.kind].officer, target) if place is not None else []
        others = [seat for seat in seats if seat[0] != item.unit_id]
        return once(person for unit, role in others for person in self.holders(unit, role, target))

    def watchers(self, case_id: int) -> list[Recipient]:
        """Who supervises a case whose watchers were loaded."""
        posts = self._watching.get(case_id, ())
        return once(person for unit_id, role in posts for person in self.holders(unit_id, role, "watchers"))

    def officers_below(self, unit_id: int) -> list[Recipient]:
        """The officers of the prefectures and counties below a unit that was loaded so.

        Not those of institutions, of which there may be thousands: the ladder's first reminder reaches them.
        """
        units = (self._places[pk] for pk in self._below.get(unit_id, ()))
        return once(person for unit in units for person in self.holders(unit.pk, POSTS[unit.kind].officer, "below"))

    def officers_of_parties(self, case_id: int, named: Collection[int] | None = None) -> list[Recipient]:
        """Who does the daily work of each unit that takes part in a case, or of those of them that are named."""
        units = self._units_of_parties.get(case_id, ())
        if named is not None:
            units = [each for each in units if each[0] in named]
        return once(
            person for unit_id, part in units for person in self.holders(unit_id, PART_ROLES[part][0], "parties")
        )

    def administrators(self) -> list[Recipient]:
        """The system administrators; asked for once."""
        if self._administrators is None:
            rows = Appointment.objects.valid(self.on).filter(role=Role.SYSTEM_ADMIN).order_by("pk")
            held = rows.values_list("user_id", "user__name", "unit_id")
            self._administrators = [
                Recipient(user_id, name, "administrators", unit_id, Role.SYSTEM_ADMIN)
                for user_id, name, unit_id in held
            ]
        return self._administrators

    def has_holder(self, item: Any) -> bool:
        """Whether somebody is responsible for the item by their own post, and not in another's stead."""
        return any(not person.instead_of for person in self.people("person", item))

    def _owner(self, item: Any) -> list[Recipient]:
        """Whoever has claimed the item, as long as an appointment still lets them do it, and who stands in for them."""
        if item.owner_id is None:
            return []
        needed = getattr(item.flow_task, "permission", "")
        path = self._places[item.unit_id].path
        for role, held_at in self._roles_of.get(item.owner_id, ()):
            if covers(held_at, path) and (needed in RULES[role].grants or role == item.role):
                owner = Seat(item.owner_id, self._names[item.owner_id])
                seats = self._seats.get((item.unit_id, item.role), [])
                told = [owner, *(seat for seat in seats if seat.stands_in_for == item.owner_id)]
                return once(Recipient(seat.user_id, seat.name, "person", item.unit_id, role) for seat in told)
        return []

    def _team(self, item: Any) -> list[Recipient]:
        """The experts of the case, or the one of them who has claimed the work."""
        team = self._parties.get(item.process_id, ())
        claimed = [seat for seat in team if seat.user_id == item.owner_id]
        return once(Recipient(seat.user_id, seat.name, "person", item.unit_id, item.role) for seat in claimed or team)

    def _line(self, place: Place, role: str) -> Iterator[tuple[Place, str]]:
        """The posts that are asked one after the other until one is held; the organiser's officer for a team."""
        yield place, role
        if role in PARTY_ROLES and place.kind in POSTS:
            yield place, POSTS[place.kind].officer
        if place.kind in POSTS and POSTS[place.kind].head != role:
            yield place, POSTS[place.kind].head
        if role in CONTACTS:  # those above a unit do not read what goes between two
            return
        for above in self._levels_above(place):
            yield above, POSTS[above.kind].officer
            yield above, POSTS[above.kind].head

    def _levels_above(self, place: Place) -> Iterator[Place]:
        """The units above that have officers, the nearest first."""
        for path in _paths_above(place.path):
            above = self._by_path.get(path)
            if above is not None and above.kind in POSTS:
                yield above

    def _above(self, place: Place, levels: int) -> Place:
        """The unit so many levels up; above the last one nobody holds a post, so that the last one answers."""
        for number, above in enumerate(self._levels_above(place), start=1):
            place = above
            if number == levels:
                break
        return place


def once(people: Iterable[Recipient]) -> list[Recipient]:
    """Each person once: by their own post rather than in another's stead."""
    found: dict[int, Recipient] = {}
    for person in people:
        known = found.get(person.user_id)
        if known is None or (known.instead_of and not person.instead_of):
            found[person.user_id] = person
    return list(found.values())


def _paths_above(path: str) -> list[str]:
    """The paths of the units above, the nearest first."""
    return [path[:length] for length in range(len(path) - STEP, 0, -STEP)]
