"""Walking every address of the project as every kind of person, and reading what is expected from a table.

A table is a text file: its head names the personas, one column each; every further line has a name of
``project.urls``, its arguments, and two words of one letter a persona: what GET and what POST (with an empty body)
answer. The letters:

    o  let in: 200, or 302 to another page of ours
    ?  let in, and what was sent is refused (400, 409, 410, 422): the engine asks for the role once a form is whole,
       which tests/workflows/test_lifecycles.py tries for every verb
    x  403: the wrong role
    -  404: there is no such thing for this person
    >  led to the sign-in page
    m  405: no such method
    !  a fault of ours, which no line may expect
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

LETTERS = {200: "o", 204: "o", 302: "o", 400: "?", 403: "x", 404: "-", 405: "m", 409: "?", 410: "?", 422: "?", 503: "o"}


@dataclass(frozen=True)
class Line:
    """What is expected of one address; arguments as they stand in the table, e.g. ``pk=finding verb=close``."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    get: str
    post: str

    def __str__(self) -> str:
        arguments = " ".join(f"{name}={value}" for name, value in self.arguments)
        return f"{f'{self.name} {arguments}'.strip():<62} {self.get}  {self.post}"


@dataclass(frozen=True)
class Table:
    """The personas and the lines of a file."""

    personas: tuple[str, ...]
    lines: tuple[Line, ...]


def read(path: Path) -> Table:
    """The table of a file; the head is the line that begins with ``personas:``."""
    personas: tuple[str, ...] = ()
    lines = []
    for text in path.read_text("utf-8").splitlines():
        words = text.split()
        if not words or text.startswith("#"):
            continue
        if words[0] == "personas:":
            personas = tuple(words[1:])
            continue
        name, *arguments, get, post = words
        pairs = tuple((key, value) for key, _is, value in (each.partition("=") for each in arguments))
        lines.append(Line(name, pairs, get, post))
    return Table(personas, tuple(lines))


def names_of_the_project(patterns: Any = None) -> Iterator[str]:
    """Every name of an address, however deep it is included."""
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(each, URLResolver):
            yield from names_of_the_project(each.url_patterns)
        elif isinstance(each, URLPattern):
            assert each.name, f"{each.pattern} has no name"
            yield each.name


def address(line: Line, objects: Mapping[str, Any]) -> str:
    """The path of a line; an argument that names an object stands for its key."""
    return reverse(line.name, kwargs={key: objects.get(value, value) for key, value in line.arguments})


def ask(client: Client, key: str, method: str, path: str, login: str) -> str:
    """The letter of the answer; what the request has written is rolled back, and a sign-out is forgotten."""
    client.cookies.clear()
    if key:
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    block: Any = transaction.atomic()
    block._from_testcase = True  # what insists on a transaction of its own gets one, as in any test
    with block:
        answer = client.generic(method, path, headers={"accept": "application/json"})
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer["Location"].startswith(login):
        return ">"
    return LETTERS.get(answer.status_code, "!")


def walk(table: Table, people: Mapping[str, Any], objects: Mapping[str, Any]) -> list[Line]:
    """What every line of the table answers to every persona, in the shape of the table."""
    clients: list[tuple[Client, str]] = []
    for persona in table.personas:
        client = Client(raise_request_exception=False)
        if people[persona] is not None:
            client.force_login(people[persona])
        clients.append((client, client.session.session_key or "" if people[persona] is not None else ""))
    login = f"{reverse('login')}?"
    found = []
    for line in table.lines:
        path = address(line, objects)
        words = ["".join(ask(*each, method, path, login) for each in clients) for method in ("GET", "POST")]
        found.append(Line(line.name, line.arguments, *words))
    return found
