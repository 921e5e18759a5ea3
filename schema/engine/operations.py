"""The operations of the apps, one a file, `schema/operations/<audience>/<Name>.graphql`, and their fragments.

Tests, the demo, the playground and app developers use the same text.
"""

from functools import cache
from pathlib import Path

from graphql import FragmentDefinitionNode, FragmentSpreadNode, Node, OperationDefinitionNode, parse, visit
from graphql.language import Visitor

FOLDER = Path(__file__).parents[1] / "operations"
AUDIENCES = ("resident", "merchant", "staff")


def files() -> list[Path]:
    """Every operation's file, by audience and name."""
    return sorted(path for audience in AUDIENCES for path in (FOLDER / audience).glob("*.graphql"))


@cache
def document(name: str) -> str:
    """The text of an operation with the fragments that it uses; KeyError for a name that no file has."""
    paths = {path.stem: path for path in files()}
    text = paths[name].read_text(encoding="utf-8")
    needed = _spread(parse(text))
    texts, known = [text.strip()], _fragments()
    written: set[str] = set()
    while needed - written:
        fragment = min(needed - written)
        written.add(fragment)
        node, source = known[fragment]
        texts.append(source)
        needed |= _spread(node)
    return "\n\n".join(texts) + "\n"


@cache
def _fragments() -> dict[str, tuple[FragmentDefinitionNode, str]]:
    text = (FOLDER / "fragments.graphql").read_text(encoding="utf-8")
    nodes = [node for node in parse(text).definitions if isinstance(node, FragmentDefinitionNode)]
    return {node.name.value: (node, text[node.loc.start : node.loc.end]) for node in nodes if node.loc is not None}


def _spread(node: Node) -> set[str]:
    names: set[str] = set()

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            names.add(spread.name.value)

    visit(node, Spreads())
    return names


def operation_of(text: str) -> OperationDefinitionNode:
    """The one operation of a document; ValueError for none or several."""
    operations = [node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) != 1:
        message = f"a file has one operation, not {len(operations)}"
        raise ValueError(message)
    return operations[0]
