"""Is every variable that a message's template uses among those that its rule provides? Read off the parsed template.

Django shows a missing variable as nothing; a message with a hole in it must not go out, so it is refused when loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.template import Template, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import FilterExpression, Node, NodeList, TokenType, Variable
from django.template.defaulttags import ForNode, WithNode
from django.template.loader import get_template
from django.template.smartif import TokenBase
from django.templatetags.i18n import BlockTranslateNode
from django.utils.translation import gettext as _

FOLDER = "notifications/messages"
SUFFIXES = ("txt", "html")
OWN = frozenset({"True", "False", "None"})


def template_faults(code: str, provided: Collection[str]) -> list[str]:
    """What is wrong with the text and the HTML of a template: absent, unreadable, or asking for what is not given."""
    faults: list[str] = []
    for suffix in SUFFIXES:
        name = f"{FOLDER}/{code}.{suffix}"
        try:
            template = parsed(name)
        except TemplateDoesNotExist:
            faults.append(_("there is no template %(name)s") % {"name": name})
        except TemplateSyntaxError as error:
            faults.append(_("%(name)s cannot be read: %(error)s") % {"name": name, "error": error})
        else:
            faults += missing_variables(template, name, provided)
    return faults


def parsed(name: str) -> Template:
    """The template as Django's own engine parses it."""
    found: Any = get_template(name)
    template: Template = found.template
    return template


def missing_variables(template: Template, name: str, provided: Collection[str]) -> list[str]:
    """Every use of a variable that is not provided, with template and line."""
    uses = dict.fromkeys(_uses(template.nodelist, frozenset(provided) | OWN, name))
    return [
        _("%(name)s, line %(line)d, uses “%(variable)s”, which the rule does not provide")
        % {"name": where, "line": line, "variable": variable}
        for where, line, variable in uses
    ]


def _uses(nodes: NodeList, known: frozenset[str], name: str) -> Iterator[tuple[str, int, str]]:
    for node in nodes:
        yield from _node_uses(node, known, name)


def _node_uses(node: Node, known: frozenset[str], name: str) -> Iterator[tuple[str, int, str]]:
    """The unknown variables of one node, then of what it holds, where it may have made further ones known."""
    line = (node.token.lineno if node.token else None) or 0
    for variable in _variables(node):
        if variable not in known:
            yield name, line, variable
    inner = known | _made_known(node)
    if isinstance(node, BlockTranslateNode):
        for token in (*node.singular, *(node.plural or ())):
            root = token.contents.split("|")[0].split(".")[0]
            if token.token_type is TokenType.VAR and root not in inner:
                yield name, line, root
    included = getattr(node, "template", None)
    if isinstance(included, FilterExpression) and isinstance(included.var, str):
        yield from _uses(parsed(included.var).nodelist, inner, included.var)
    for each in _held(node):
        yield from _uses(each, inner, name)


def _held(node: Node) -> Iterator[NodeList]:
    """The lists of nodes inside a node, an if's branches included."""
    for branch in getattr(node, "conditions_nodelists", ()):
        yield branch[1]
    for attribute in getattr(node, "child_nodelists", ()):
        if attribute != "nodelist" or not hasattr(node, "conditions_nodelists"):
            held = getattr(node, attribute, None)
            if held:
                yield held


def _made_known(node: Node) -> frozenset[str]:
    """The names that a node gives to what it holds."""
    if isinstance(node, ForNode):
        return frozenset({*node.loopvars, "forloop"})
    if isinstance(node, WithNode | BlockTranslateNode):
        counter = {node.countervar} if isinstance(node, BlockTranslateNode) and node.countervar else set()
        return frozenset(node.extra_context) | counter
    return frozenset(getattr(node, "extra_context", ()))


def _variables(node: Node) -> Iterator[str]:
    """The roots of the variables in a node's own expressions, not in those of the nodes inside it."""
    inside = {"token", "origin", *getattr(node, "child_nodelists", ())}
    for attribute, value in vars(node).items():
        if attribute not in inside:
            yield from _roots(value)


def _roots(value: Any) -> Iterator[str]:
    """The roots of the variables in an expression, or in whatever holds expressions."""
    if isinstance(value, Variable):
        if value.lookups is not None:
            yield value.lookups[0]
    elif not isinstance(value, Node | NodeList):
        for part in _parts(value):
            yield from _roots(part)


def _parts(value: Any) -> list[Any]:
    """What an expression consists of: a variable and its filters, the sides of a comparison, the entries of a list."""
    if isinstance(value, FilterExpression):
        return [value.var, *(argument for _filter, given in value.filters for is_name, argument in given if is_name)]
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    return [getattr(value, name, None) for name in ("first", "second", "value") if isinstance(value, TokenBase)]
