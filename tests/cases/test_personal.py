"""What is known of patients: sealed under a key of their own, masked by default, opened on the record, forgotten."""

from __future__ import annotations

import base64
import datetime as dt
import logging
import os
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import RequestFactory
from django.views.debug import SafeExceptionReporterFilter
from hypothesis import given
from hypothesis import strategies as st

from cases import personal
from cases.access import Actor, Viewer
from cases.errors import Conflict, Invalid, WrongRole
from cases.events import record
from cases.models import Case, CaseEvent, Patient, PersonalKey, SystemEvent
from cases.personal import box, masking
from cases.personal.keeping import read
from tests.story import Story
from tests.worlds import build_world, moment

AT = moment("2021-03-01 10:00")
LI = {
    "name": "李秀英",
    "sex": "female",
    "birth_year": "1938",
    "phone": "13812345678",
    "contact": "欧阳建国",
    "contact_phone": "0571-8765 4321",
    "condition": "脑卒中后偏瘫",
    "diagnosis": "脑梗死",
}
SECRETS = ("李秀英", "秀英", "1938", "13812345678", "12345", "建国", "偏瘫", "脑梗死")


def sealed(at: dt.datetime = AT, *, years: int = 3, values: dict[str, str] | None = None) -> Patient:
    return personal.seal(LI | (values or {}), at=at, years=years)


def fetched(patient: Patient) -> Patient:
    return Patient.objects.with_keys().get(pk=patient.pk)


# ── the box ────────────────────────────────────────────────────────────────

KEYS = st.binary(min_size=32, max_size=32)
VALUES = st.dictionaries(st.sampled_from(personal.NAMES), st.text(max_size=300))


@given(VALUES, KEYS, st.uuids())
def test_what_goes_into_a_box_comes_out_of_it(values: dict[str, str], key: bytes, uid: uuid.UUID) -> None:
    assert box.open_box(box.close(values, key, uid), key, uid) == values


@given(VALUES, KEYS, st.uuids(), st.data())
def test_a_box_in_which_any_bit_was_changed_does_not_open(
    values: dict[str, str], key: bytes, uid: uuid.UUID, data: Any
) -> None:
    spoilt = bytearray(box.close(values, key, uid))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(box.Unreadable):
        box.open_box(bytes(spoilt), key, uid)


@given(VALUES, KEYS, KEYS, st.uuids(), st.uuids())
def test_a_box_opens_with_its_own_key_at_its_own_patient_only(
    values: dict[str, str], key: bytes, other: bytes, uid: uuid.UUID, stranger: uuid.UUID
) -> None:
    closed = box.close(values, key, uid)
    for tried, at in ((other, uid), (key, stranger)):
        if (tried, at) != (key, uid):
            with pytest.raises(box.Unreadable):
                box.open_box(closed, tried, at)


@given(st.binary(max_size=60), KEYS, st.uuids())
def test_anything_that_is_no_box_is_refused_and_never_crashes(noise: bytes, key: bytes, uid: uuid.UUID) -> None:
    with pytest.raises(box.Unreadable):
        box.open_box(noise, key, uid)


def test_the_same_values_never_look_the_same_and_short_ones_are_not_told_from_long_ones() -> None:
    key, uid = box.new_key(), uuid.uuid4()
    short, long = ({"name": name} for name in ("王", "阿卜杜拉·买买提"))
    assert box.close(short, key, uid) != box.close(short, key, uid)
    assert len(box.close(short, key, uid)) == len(box.close(long, key, uid))


# ── the operator's keys ────────────────────────────────────────────────────


def text_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_a_wrapped_key_opens_with_the_operators_key_that_wrapped_it_also_when_a_newer_one_is_first(
    settings: Any,
) -> None:
    key, uid, old, new = box.new_key(), uuid.uuid4(), text_key(), text_key()
    settings.PERSONAL_KEYS = [old]
    wrapped = box.wrap(key, uid)
    settings.PERSONAL_KEYS = [new, old]
    assert box.unwrap(*wrapped, uid) == key
    assert box.wrap(key, uid)[1] != wrapped[1]
    settings.PERSONAL_KEYS = [new]
    with pytest.raises(box.Unreadable):
        box.unwrap(*wrapped, uid)


def test_a_wrapped_key_does_not_open_at_another_patient() -> None:
    with pytest.raises(box.Unreadable):
        box.unwrap(*box.wrap(box.new_key(), uuid.uuid4()), uuid.uuid4())


def test_production_has_no_key_of_its_own_and_a_malformed_one_is_refused_anywhere(settings: Any) -> None:
    for bad in ("short", "x" * 44, base64.b64encode(b"0" * 31).decode()):
        settings.PERSONAL_KEYS = [bad]
        with pytest.raises(ImproperlyConfigured, match="32 bytes") as said:
            box.operators_keys()
        assert bad not in str(said.value)
    settings.PERSONAL_KEYS, settings.PRODUCTION = [], True
    with pytest.raises(ImproperlyConfigured, match="YIYANG_PERSONAL_KEYS"):
        box.operators_keys()


# ── keeping ────────────────────────────────────────────────────────────────


def everything_stored() -> bytes:
    """Every value of every table, as bytes."""
    found = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            for row in cursor.fetchall():
                for value in row:
                    found += bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
    return found


@pytest.mark.django_db
def test_nothing_that_is_known_of_a_patient_stands_in_the_database() -> None:
    patient = sealed()
    personal.amend(patient, {"condition": "已能扶行", "discharge": "继续康复"}, at=AT)
    stored = everything_stored()
    assert str(patient.uid).encode() in stored or patient.uid.hex.encode() in stored
    for secret in (*SECRETS, "扶行", "继续康复"):
        # A year may well stand inside a digest by chance; as a value it stands by itself.
        assert not re.search(rb"(?<![0-9a-f])%s(?![0-9a-f])" % re.escape(secret.encode()), stored)


@pytest.mark.django_db
def test_neither_the_patient_nor_its_key_has_a_history_and_printing_them_says_nothing() -> None:
    patient = sealed()
    for row in (patient, patient.key):
        assert not hasattr(type(row), "history")
        for said in (repr(row), str(row)):
            assert not any(secret in said for secret in SECRETS)
            assert len(said) < 80


@pytest.mark.django_db
def test_amending_replaces_what_is_named_and_keeps_the_rest() -> None:
    patient = sealed()
    before = bytes(patient.sealed)
    personal.amend(patient, {"phone": "13900001111", "discharge": "按时服药"}, at=AT + dt.timedelta(days=2))
    kept = fetched(patient)
    assert bytes(kept.sealed) != before
    assert kept.sealed_at == AT + dt.timedelta(days=2)
    assert read(kept) == LI | {"phone": "13900001111", "discharge": "按时服药"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", " "),
        ("name", "王" * 61),
        ("sex", "F"),
        ("birth_year", "38"),
        ("birth_year", "1899"),
        ("birth_year", "2022"),
        ("birth_year", "１９３８"),
        ("phone", "call me"),
        ("phone", "138"),
        ("contact_phone", "1234567890123456789012"),
        ("condition", "病" * 2_001),
    ],
)
@pytest.mark.django_db
def test_a_value_that_cannot_be_right_is_refused_by_its_field_and_without_repeating_it(name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        sealed(values={name: value})
    assert set(refused.value.faults) == {name}
    assert value.strip() == "" or value not in str(refused.value)
    assert not Patient.objects.exists()


@pytest.mark.django_db
def test_a_word_that_no_referral_needs_is_never_taken_in() -> None:
    with pytest.raises(ValueError, match="id_card"):
        sealed(values={"id_card": "330106193801010000"})


@pytest.mark.django_db
def test_a_name_alone_is_enough_and_an_amendment_may_not_take_it_away() -> None:
    patient = personal.seal({"name": "王"}, at=AT, years=1)
    with pytest.raises(Invalid):
        personal.amend(patient, {"name": ""}, at=AT)


# ── masked ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王五", "王＊"), ("王", "王＊"), ("欧阳建国", "欧阳＊"), ("欧阳", "欧＊"), ("阿卜杜拉·买买提", "阿＊"), ("", "")],
)
def test_of_a_name_the_surname_is_shown(name: str, shown: str) -> None:
    assert masking.mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138******78"),
        ("+86 138 1234 5678", "861********78"),
        ("0571-8765 4321", "057*******21"),
        ("1234567", "123**67"),
        ("123456", "＊＊＊"),
        ("", ""),
    ],
)
def test_of_a_phone_number_the_first_three_and_the_last_two_digits_are_shown(phone: str, shown: str) -> None:
    assert personal.mask_phone(phone) == shown


@given(st.text(max_size=80), st.text(max_size=20))
def test_a_mask_never_shows_a_whole_name_nor_more_than_five_digits(name: str, phone: str) -> None:
    assert len(masking.mask_name(name)) <= 3
    assert sum(char.isdigit() for char in personal.mask_phone(phone)) <= 5


@pytest.mark.django_db
def test_pages_show_a_patient_masked_with_the_decade_and_of_health_only_that_there_is_something() -> None:
    shown = personal.masked(fetched(sealed()))
    assert (shown.name, shown.phone, shown.contact) == ("李＊", "138******78", "欧阳＊")
    assert shown.birth_year.startswith("1930")
    assert (shown.condition, shown.diagnosis, shown.discharge) == ("＊＊＊", "＊＊＊", "")
    assert (shown.state, shown.is_plain) == ("masked", False)


@pytest.mark.django_db
def test_a_list_of_masked_patients_takes_one_query(django_assert_num_queries: Any) -> None:
    for _each in range(3):
        sealed()
    with django_assert_num_queries(1):
        assert [personal.masked(patient).name for patient in Patient.objects.with_keys()] == ["李＊"] * 3


@pytest.mark.django_db
def test_a_box_that_was_changed_is_shown_as_that_and_does_not_stop_the_page(caplog: Any) -> None:
    patient = sealed()
    Patient.objects.update(sealed=bytes(patient.sealed[:-1]) + bytes([patient.sealed[-1] ^ 1]))
    with caplog.at_level(logging.ERROR):
        assert personal.masked(fetched(patient)).state == "unreadable"
    assert str(patient.uid) in caplog.text
    with pytest.raises(Conflict) as refused:
        personal.amend(patient, {"phone": ""}, at=AT)
    assert refused.value.code == "patient_unreadable"


@pytest.mark.django_db
def test_boxes_and_keys_that_were_exchanged_do_not_open() -> None:
    one, two = sealed(), sealed(values={"name": "赵六"})
    Patient.objects.filter(pk=one.pk).update(sealed=bytes(two.sealed))
    assert personal.masked(fetched(one)).state == "unreadable"
    PersonalKey.objects.filter(patient=two).update(wrapped=bytes(one.key.wrapped))
    assert personal.masked(fetched(two)).state == "unreadable"


@pytest.mark.django_db
def test_without_the_operators_key_nobody_can_be_read(settings: Any) -> None:
    patient = sealed()
    settings.PERSONAL_KEYS = [text_key()]
    assert personal.masked(fetched(patient)).state == "unreadable"


# ── unmasked ───────────────────────────────────────────────────────────────


@pytest.fixture
def story(db: None) -> Story:
    return Story.open(build_world()).on("2021-03-01 10:00")


def recorded(story: Story, patient: Patient, user: Any, *, reason: str = "核对身份", verb: str = "unmask") -> CaseEvent:
    """The event that the verb ``unmask`` writes."""
    facts: dict[str, Any] = {}
    personal.note_unmasking(facts, patient)
    case: Any = Case.objects.get(pk=story.case.pk)
    state = case.state
    event = record(case, verb, actor=Actor(user), at=AT, source=state, target=state, reason=reason, details=facts)
    case.save(update_fields=["event_count", "chain_head"])
    return event


def test_whoever_has_given_a_reason_reads_plainly_for_ten_minutes(story: Story) -> None:
    patient, viewer = sealed(), Viewer(story.world.county_officer, AT)
    event = recorded(story, patient, viewer.user)
    assert event.details == {"patient": str(patient.uid)}
    plain = personal.unmask(patient, case=story.case, viewer=viewer, at=AT)
    assert (plain.name, plain.phone, plain.condition) == ("李秀英", "13812345678", "脑卒中后偏瘫")
    assert plain.is_plain
    later = AT + personal.UNMASKED_FOR
    last = later - dt.timedelta(microseconds=1)
    assert personal.shown(patient, case=story.case, viewer=viewer, at=last).is_plain
    assert personal.shown(patient, case=story.case, viewer=viewer, at=later).name == "李＊"
    with pytest.raises(WrongRole):
        personal.unmask(patient, case=story.case, viewer=viewer, at=AT - dt.timedelta(seconds=1))


def test_what_was_recorded_counts_for_that_person_patient_case_and_verb_only(story: Story) -> None:
    patient, other = sealed(), sealed()
    viewer, colleague = Viewer(story.world.county_officer, AT), Viewer(story.world.colleague, AT)
    recorded(story, other, viewer.user)
    recorded(story, patient, colleague.user)
    recorded(story, patient, viewer.user, verb="note")
    recorded(story, patient, viewer.user, reason="")
    with pytest.raises(WrongRole) as refused:
        personal.unmask(patient, case=story.case, viewer=viewer, at=AT)
    assert refused.value.code == "not_recorded"
    recorded(story, patient, viewer.user)
    assert personal.unmask(patient, case=story.case, viewer=viewer, at=AT).name == "李秀英"
    elsewhere = Case(pk=story.case.pk + 1)
    with pytest.raises(WrongRole):
        personal.unmask(patient, case=elsewhere, viewer=viewer, at=AT)


def test_plain_words_are_not_printed_by_mistake(story: Story) -> None:
    patient, viewer = sealed(), Viewer(story.world.county_officer, AT)
    recorded(story, patient, viewer.user)
    plain = personal.unmask(patient, case=story.case, viewer=viewer, at=AT)
    for said in (repr(plain), str(plain), f"{plain}", f"{[plain]}"):
        assert not any(secret in said for secret in SECRETS)


def test_a_form_that_names_a_patient_is_hidden_from_error_reports(settings: Any) -> None:
    request = RequestFactory().post("/", LI | {"bed": "12"})

    @personal.hidden_from_reports
    def view(request: Any) -> Any:
        return SafeExceptionReporterFilter().get_post_parameters(request)

    settings.DEBUG = False
    told = view(request)
    assert told["bed"] == "12"
    assert not any(secret in str(told) for secret in SECRETS)


# ── erased ─────────────────────────────────────────────────────────────────


def test_erasing_deletes_key_and_box_and_the_row_says_since_when(story: Story) -> None:
    patient, viewer = sealed(), Viewer(story.world.county_officer, AT)
    recorded(story, patient, viewer.user)
    taken = (bytes(patient.sealed), PersonalKey.objects.get(patient=patient))
    personal.erase(patient, AT)
    personal.erase(patient, AT + dt.timedelta(days=1))
    kept = fetched(patient)
    assert (kept.erased_at, bytes(kept.sealed)) == (AT, b"")
    assert not PersonalKey.objects.exists()
    assert SystemEvent.objects.get(verb="erase_personal_data").subject == f"cases.patient:{patient.uid}"
    assert personal.masked(kept).state == "erased"
    for refused in (
        lambda: personal.unmask(kept, case=story.case, viewer=viewer, at=AT),
        lambda: personal.amend(kept, {"phone": ""}, at=AT),
        lambda: personal.note_unmasking({}, kept),
    ):
        with pytest.raises(Conflict) as said:
            refused()
        assert said.value.code == "patient_erased"
    # A copy of the box alone, as an old backup without its keys would have it, opens no more.
    Patient.objects.update(sealed=taken[0], erased_at=None)
    assert personal.masked(fetched(patient)).state == "erased"


@pytest.mark.django_db
def test_patients_are_due_on_the_day_their_years_are_over_and_closing_counts_anew() -> None:
    first, second = sealed(years=1), sealed(moment("2020-02-29"), years=1)
    assert [first.keep_until, second.keep_until] == [dt.date(2022, 3, 1), dt.date(2021, 3, 1)]
    assert not personal.due_for_erasure(dt.date(2021, 2, 28))
    assert list(personal.due_for_erasure(dt.date(2022, 3, 1))) == [second, first]
    personal.keep_for(second, 1, since=dt.date(2021, 5, 1))
    assert list(personal.due_for_erasure(dt.date(2022, 3, 1))) == [first]
    personal.erase(first, AT)
    assert not personal.due_for_erasure(dt.date(2022, 3, 1))


# ── staff ──────────────────────────────────────────────────────────────────

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MASKED = {"workflows/alliance/referral/_patient.html"}  # of a patient, as ``personal.shown`` gives it
OWN_NUMBER = {"workflows/desk/me.html", "accounts/account_new.html"}


def test_pages_show_nobodys_phone_number_but_ones_own() -> None:
    """Numbers of staff stand in the user record and on the printed form that asks for them (附件1, 联系电话)."""
    showing = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*")
        if path.is_file() and re.search(r"\.phone\b", path.read_text())
    }
    assert showing <= OWN_NUMBER | MASKED
