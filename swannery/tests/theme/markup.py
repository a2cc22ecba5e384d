"""Reads HTML into a flat list of elements, so that tests can ask simple questions of a page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass(kw_only=True)
class Element:
    tag: str
    attributes: dict[str, str]
    inside: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list["Element"]:
        return [element for element in self.inside if element.tag == tag]

    def named(self, name: str) -> list["Element"]:
        return [element for element in self.inside if element.attributes.get("name") == name]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Element(tag="page", attributes={})
        self.open: list[Element] = [self.page]
        self.unclosed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag=tag, attributes={name: value or "" for name, value in attrs})
        for parent in self.open:
            parent.inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag == tag:
            self.open.pop()
        else:
            self.unclosed.append(f"</{tag}> closes <{self.open[-1].tag}>")

    def handle_data(self, data: str) -> None:
        for parent in self.open:
            parent.text += data


def read(html: str) -> Element:
    """Read a page or a piece of one; tags that do not match are a failure."""
    reader = _Reader()
    reader.feed(html)
    assert not reader.unclosed, reader.unclosed
    assert len(reader.open) == 1, [element.tag for element in reader.open]
    return reader.page
