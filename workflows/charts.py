"""Pictures and tables of every lifecycle, drawn from the code: SVG and BPMN by viewflow, the verbs as Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.utils import translation
from viewflow.workflow.chart import calc_layout_data, grid_to_bpmn, grid_to_svg

from cases.roles import PARTY, RULES, Role
from workflows.kinds import KINDS, Kind, Verb
from workflows.nodes import waiting_nodes


def draw(kind: Kind) -> dict[str, str]:
    """The files of one kind by name, in English."""
    with translation.override("en"):
        grid = calc_layout_data(kind.flow)
        return {
            f"{kind.code}.svg": _tidy(grid_to_svg(grid)),
            f"{kind.code}.bpmn": _tidy(grid_to_bpmn(calc_layout_data(kind.flow))),
            f"{kind.code}.md": _page(kind),
        }


def draw_all() -> dict[str, str]:
    """Every file of ``docs/lifecycles/``."""
    files = {name: text for _code, kind in sorted(KINDS.items()) for name, text in draw(kind).items()}
    links = "".join(f"* [{_english(kind.label)}]({code}.md)\n" for code, kind in sorted(KINDS.items()))
    files["README.md"] = (
        f"# Lifecycles\n\nDrawn from the code by `make docs`; a test fails when they are stale.\n\n{links}"
    )
    return files


def write(directory: Path) -> list[str]:
    """Write the files that have changed; returns their names."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in draw_all().items():
        path = directory / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            written.append(name)
    return written


def stale(directory: Path) -> list[str]:
    """The names of files that differ from what the code says."""
    drawn = draw_all()
    present = {path.name for path in directory.glob("*")} if directory.exists() else set()
    differs = [
        name for name in drawn if name not in present or (directory / name).read_text(encoding="utf-8") != drawn[name]
    ]
    return sorted({*differs, *(present - set(drawn))})


def _page(kind: Kind) -> str:
    lines = [f"# {kind.label}", "", f"![flow]({kind.code}.svg)", ""]
    lines += ["## States", "", "| state | | waits for | grant | deadline rule |", "|---|---|---|---|---|"]
    for state in kind.states:
        node = kind.nodes_by_state.get(state.value)
        waits = _waits_for(node) if node else "nobody: the case is over"
        grant, rule = (_grant_of(node), node.deadline) if node else ("", "")
        start = " (start)" if state.value == kind.initial else ""
        lines.append(f"| `{state.value}` | {state.label}{start} | {waits} | {grant} | {rule} |")
    lines += ["", "## Verbs", "", "| verb | | from | to | who | |", "|---|---|---|---|---|---|"]
    lines += [_verb_line(verb) for verb in kind.verbs.values()]
    nodes = ", ".join(f"`{node.name}`" for node in waiting_nodes(kind.flow))
    lines += [
        "",
        f"Nodes with work items: {nodes}. “back” cancels the open work item and opens the new state’s node.",
        "",
    ]
    return "\n".join(lines)


def _waits_for(node: Any) -> str:
    return ", ".join(str(Role(role).label) for role in node.roles) or "other cases or a date"


def _grant_of(node: Any) -> str:
    """The grant that the work wants, or those of its several roles."""
    return " or ".join(dict.fromkeys(node.grants.values()))


def _verb_line(verb: Verb) -> str:
    sources = "any" if "*" in verb.sources else ", ".join(f"`{source}`" for source in sorted(verb.sources))
    targets = ", ".join(f"`{target}`" for target in sorted(verb.targets)) or "stays"
    notes = [note for note, holds in (("reason", verb.rule.reason), ("back", verb.rule.movement == "back")) if holds]
    return f"| `{verb.name}` | {verb.rule.label} | {sources} | {targets} | {_who(verb)} | {', '.join(notes)} |"


def _who(verb: Verb) -> str:
    if verb.rule.permissions == ("item",):
        return "whoever may complete the work item"
    roles = [str(role.label) for role in Role if RULES[role].grants & set(verb.rule.permissions)]
    parties = [f"{each.removeprefix(PARTY)}s of the case" for each in verb.rule.permissions if each.startswith(PARTY)]
    return ", ".join(roles + parties + (["the system"] if verb.rule.system else []))


def _english(text: object) -> str:
    with translation.override("en"):
        return str(text)


def _tidy(text: str) -> str:
    """Without trailing blanks and empty lines, so that the files do not change with the template's whitespace."""
    return "\n".join(line for line in (re.sub(r"\s+$", "", line) for line in text.splitlines()) if line) + "\n"
