"""Keep the Chinese catalogue in step with the code: messages.py update|check|compile.

The message ids are English and stand in the code; Chinese, the language people see first, is the zh_Hans catalogue.
Reading the sources with Python's and Django's own parsers spares every machine GNU gettext. Viewflow's labels for the
states of work are part of our pages and of our catalogue, because it brings no Chinese ones.
"""

from __future__ import annotations

import ast
import importlib.util
import io
import os
import re
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "project" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PACKAGES = ("project", "cases", "workflows", "notifications")
# Which arguments of each function are: context, singular, plural.
FUNCTIONS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|(?<!%)%[sdf]|\{(\w*)\}")


@dataclass
class Message:
    """One message of the code and the places that say it."""

    plural: str = ""
    places: list[tuple[str, str]] = field(default_factory=list)


Key = tuple[str | None, str]


def calls_in_python(source: str) -> Iterator[tuple[str, list[object], int]]:
    """Every call of a translation function: its name, its literal arguments (None for others), its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in FUNCTIONS:
                literals: list[object] = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
                yield name, literals, node.lineno


def calls_in_template(source: str, origin: str) -> Iterator[tuple[str, list[object], int]]:
    """The same for a template, out of the pseudo code that Django makes of it for its own makemessages."""
    from django.utils.translation.template import templatize

    pseudo = templatize(source, origin=origin)
    for found in re.finditer(r"(?<!\w)(_|n?p?gettext)\(", pseudo):
        text = pseudo[found.end() :]
        literals: list[object] = []
        # The rest of the template is not Python; the literals that open the call are.
        try:
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type == tokenize.STRING:
                    literals.append(ast.literal_eval(token.string))
                elif token.string != ",":
                    break
        except (tokenize.TokenError, IndentationError):
            pass
        yield found[1], literals, pseudo.count("\n", 0, found.start()) + 1


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that may speak to a person, with the name under which the catalogue cites it."""
    for package in PACKAGES:
        for pattern in ("*.py", "*.html", "*.txt"):
            for path in sorted((ROOT / package).rglob(pattern)):
                if not {"migrations", "static", "locale", "data"} & set(path.parts):
                    yield path, path.relative_to(ROOT).as_posix()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            yield path, path.relative_to(ROOT).as_posix()
    spec = importlib.util.find_spec("viewflow")
    if spec and spec.origin:
        home = Path(spec.origin).parent
        for path in sorted((home / "workflow").rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.relative_to(home.parent).as_posix()


def extracted() -> dict[Key, Message]:
    """All messages of the code by context and message id."""
    messages: dict[Key, Message] = {}
    for path, name in sources():
        source = path.read_text(encoding="utf-8")
        calls = calls_in_python(source) if path.suffix == ".py" else calls_in_template(source, name)
        for function, literals, line in calls:
            context_at, singular_at, plural_at = FUNCTIONS[function]

            def literal(at: int | None, found: list[object] = literals) -> str | None:
                value = found[at] if at is not None and at < len(found) else None
                return value if isinstance(value, str) else None

            if msgid := literal(singular_at):
                message = messages.setdefault((literal(context_at), msgid), Message())
                message.plural = message.plural or literal(plural_at) or ""
                message.places.append((name, str(line)))
    return messages


def placeholders(text: str) -> set[str]:
    return {found[0] for found in PLACEHOLDER.finditer(text)}


def faults_of(entry: polib.POEntry, message: Message) -> Iterator[str]:
    """What keeps an entry of the catalogue from being shown."""
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy:
        yield "is only guessed (fuzzy)"
    if bool(entry.msgid_plural) != bool(message.plural):
        yield "differs from the code in having a plural; run make messages"
    elif not translations or not all(translations):
        yield "has no translation"
    allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    for text in translations:
        if text and not placeholders(text) <= allowed:
            yield f"has placeholders that the message lacks: {placeholders(text) - allowed}"
        named = placeholders(entry.msgid_plural or entry.msgid)
        if text and named - placeholders(text):
            yield f"lacks placeholders of the message: {named - placeholders(text)}"


def check() -> int:
    """Name every message that would be shown in English, and every entry that no code asks for."""
    catalogue, messages = read(), extracted()
    entries: dict[Key, polib.POEntry] = {(e.msgctxt, e.msgid): e for e in catalogue if not e.obsolete}
    faults = []
    for key, message in messages.items():
        where = ":".join(message.places[0])
        if key not in entries:
            faults.append(f"{where}: {key[1]!r} is not in the catalogue")
        else:
            faults += [f"{where}: {key[1]!r} {fault}" for fault in faults_of(entries[key], message)]
    faults += [
        f"{msgid!r} is in the catalogue and nowhere in the code" for c, msgid in entries.keys() - messages.keys()
    ]
    for fault in faults:
        print(fault)
    print(f"{len(messages)} messages, {len(faults)} faults.")
    return 1 if faults else 0


def read() -> polib.POFile:
    if CATALOGUE.exists():
        return polib.pofile(str(CATALOGUE), wrapwidth=110)
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Project-Id-Version": "yiyang-casework",
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return catalogue


def translation(entry: polib.POEntry) -> str:
    """The Chinese of an entry; the language has one form for every number."""
    text: str = entry.msgstr or entry.msgstr_plural.get(0, "")
    return text


def update(*additions: str) -> int:
    """Add new messages, drop those no code asks for, and take translations from further catalogues if named."""
    catalogue, messages = read(), extracted()
    known: dict[Key, polib.POEntry] = {}
    for entry in (e for source in (catalogue, *map(polib.pofile, additions)) for e in source if not e.obsolete):
        before, now = known.get((entry.msgctxt, entry.msgid)), translation(entry)
        if before and now and translation(before) not in {"", now}:
            print(f"{entry.msgid!r} was {translation(before)!r}, becomes {now!r}")
        if now or not before:
            known[entry.msgctxt, entry.msgid] = entry
    catalogue.clear()
    for (context, msgid), message in sorted(messages.items(), key=lambda item: (item[1].places[0][0], item[0][1])):
        old = known.get((context, msgid))
        entry = polib.POEntry(msgctxt=context, msgid=msgid, msgid_plural=message.plural)
        # Lines move with every edit; the file alone is enough to find a message.
        entry.occurrences = [(name, "") for name in dict.fromkeys(name for name, _line in message.places)]
        text = translation(old) if old else ""
        if message.plural:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
        if "%(" in msgid + message.plural:
            entry.flags.append("python-format")
        if old:
            entry.tcomment = old.tcomment
            entry.flags += [flag for flag in old.flags if flag == "fuzzy"]
        catalogue.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    missing = sum(not translation(entry) for entry in catalogue)
    print(f"{len(catalogue)} messages, {missing} without translation: {CATALOGUE.relative_to(ROOT)}")
    return 0


def compile_catalogues() -> int:
    """Write django.mo beside every django.po that is newer; whoever reads it meanwhile sees the old or the new one."""
    for source in sorted((ROOT / "project" / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".mo")
        os.close(handle)
        polib.pofile(str(source)).save_as_mofile(scratch)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(target)
    return 0


def main(action: str, *rest: str) -> int:
    return {"update": update, "check": check, "compile": compile_catalogues}[action](*rest)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
