"""Lifecycles that could strand a case are found before they do; the drawn ones are those of the code."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.conf import settings

from cases.models import WorkItem
from tests.story import Story
from workflows import soundness
from workflows.charts import stale
from workflows.kinds import KINDS, Kind, Verb
from workflows.soundness import Unsound, initial_states, lifecycle_faults, require_sound, stranded_items


def broken(kind: Kind, **changes: Any) -> Kind:
    """The kind with some of its parts replaced; what it derives is derived anew."""
    return dataclasses.replace(kind, **changes)


def with_verbs(kind: Kind, verbs: dict[str, Verb]) -> Kind:
    changed = broken(kind)
    changed.__dict__["verbs"] = verbs
    return changed


def without(kind: Kind, *names: str) -> Kind:
    return with_verbs(kind, {name: verb for name, verb in kind.verbs.items() if name not in names})


CYCLE, FINDING = KINDS["quality_cycle"], KINDS["finding"]


def test_every_lifecycle_of_the_project_is_sound() -> None:
    assert lifecycle_faults() == []


def test_the_drawn_lifecycles_are_those_of_the_code() -> None:
    assert stale(settings.BASE_DIR / "docs" / "lifecycles") == []


def test_a_finding_begins_to_rectify_or_already_fixed() -> None:
    assert initial_states(FINDING) == {"open", "fixed"}


def test_a_state_that_cannot_be_reached_is_found() -> None:
    assert "quality_cycle: state approving cannot be reached" in lifecycle_faults([without(CYCLE, "conclude")])


def test_a_state_that_leads_to_no_end_is_found() -> None:
    assert "finding: state fixed leads to no end" in lifecycle_faults([broken(FINDING, finals=frozenset())])


def test_a_state_that_nobody_waits_at_is_found() -> None:
    nodeless = broken(FINDING)
    nodeless.__dict__["nodes_by_state"] = {k: v for k, v in FINDING.nodes_by_state.items() if k != "fixed"}
    assert any("state fixed waits for nobody" in fault for fault in lifecycle_faults([nodeless]))


def test_a_node_without_a_way_out_is_found() -> None:
    assert any("node review has no way out" in fault for fault in lifecycle_faults([without(FINDING, "close")]))


def test_a_node_whose_holder_cannot_complete_it_is_found() -> None:
    verb = FINDING.verbs["close"]
    moved = dataclasses.replace(verb, rule=dataclasses.replace(verb.rule, permissions=("approve",)))
    faults = lifecycle_faults([with_verbs(FINDING, {**FINDING.verbs, "close": moved})])
    assert "finding: whoever holds node review has no verb that completes it" in faults


def test_a_node_without_a_deadline_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FINDING.nodes_by_state["fixed"], "deadline", "someday")
    assert any("has no deadline rule 'someday'" in fault for fault in lifecycle_faults([FINDING]))


def test_a_node_that_waits_for_a_role_without_the_grant_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FINDING.nodes_by_state["fixed"], "role", "inspector")
    assert any("waits for inspector, who does not hold" in fault for fault in lifecycle_faults([FINDING]))


def test_a_flow_that_goes_elsewhere_than_the_state_machine_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = CYCLE.flow.instance
    monkeypatch.setattr(flow.node("confirm"), "_next", flow.node("approve"))
    assert "quality_cycle: submit sets submitted but the flow goes on to approve" in lifecycle_faults([CYCLE])


def test_a_flow_that_ends_in_a_state_that_is_not_final_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = CYCLE.flow.instance
    monkeypatch.setattr(flow.node("confirm"), "_next", flow.node("end"))
    faults = lifecycle_faults([CYCLE])
    assert "quality_cycle: submit ends the flow in submitted, which is not a final state" in faults


def test_an_open_work_item_whose_node_was_renamed_stops_the_start(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    WorkItem.objects.open().update(flow_task="workflows/quality_cycle.kind.QualityCycleFlow.fill_in")
    assert stranded_items() == [
        "open work items stand at a node that does not exist: workflows/quality_cycle.kind.QualityCycleFlow.fill_in"
    ]
    with pytest.raises(Unsound, match="fill_in"):
        require_sound()


def test_a_sound_project_starts(story: Story) -> None:
    require_sound()
    assert soundness.stranded_items() == []
