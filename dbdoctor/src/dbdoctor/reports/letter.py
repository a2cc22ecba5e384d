"""The letter's hand: a console of 40 to 120 columns, colour only where it carries meaning, plain text when piped."""

import re
import sys
from shlex import quote
from typing import IO, Any, TextIO, cast

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

NARROWEST, WIDEST = 40, 120
ROOMY = 96  # columns from which a table has the widths it would like
SYMBOLS = {
    "blocking": ("✖", "red"),
    "risk": ("▲", "yellow"),
    "advice": ("·", "cyan"),
    "good": ("✔", "green"),
    "bad": ("✖", "red"),
    "open": ("○", "yellow"),
}

_BLANKS_AT_THE_END = re.compile(r" +(?=\n)")
# Colours, cursor movements and titles (CSI, OSC), whole.
_TERMINAL_ORDERS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


class _Trimmed:
    """A stream that gets no blanks at the ends of lines: a letter is copied into tickets."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(_BLANKS_AT_THE_END.sub("", text))
        return len(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has under that name
        return getattr(self._stream, name)


class Letter:
    """Writes findings as a good doctor would: headings, short lines, evidence a step further in. Nothing is read as markup."""

    def __init__(self, stream: TextIO | None = None) -> None:
        file = cast("IO[str]", _Trimmed(stream or sys.stdout))
        console = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=False)
        width = min(max(console.width, NARROWEST), WIDEST)
        self.console = Console(file=file, highlight=False, markup=False, emoji=False, width=width)

    def title(self, words: str, subject: str) -> None:
        """The first line: what this is about."""
        self.console.print(Text.assemble((visible(words), "bold"), ("  ", ""), (visible(subject), "dim")))

    def heading(self, words: str) -> None:
        """A part of the letter."""
        self.console.print()
        self.console.print(Text(visible(words), style="bold underline"))

    def line(self, text: str, *, indent: int = 2, style: str = "") -> None:
        """A sentence, wrapped with its indent kept."""
        self.console.print(Padding(Text(visible(text), style=style), (0, 0, 0, indent), expand=False))

    def command(self, *words: str) -> None:
        """A command to copy, quoted for a shell: what does not fit into a line goes on in the next one just as a shell reads it."""
        room = self.console.width - len(" \\")
        lines = [""]
        for word in words:
            for number, piece in enumerate(_pieces(visible(word), room=room - 2)):
                if number:  # within a word nothing may stand between
                    lines[-1:] = [f"{lines[-1]}\\", piece]
                elif not lines[-1] or cell_len(lines[-1]) + 1 + cell_len(piece) <= room:
                    lines[-1] = f"{lines[-1] or ' '} {piece}"
                else:
                    lines[-1:] = [f"{lines[-1]} \\", f"  {piece}"]
        for line in lines:
            self.console.print(Text(line))

    def marked(self, kind: str, text: str, *, indent: int = 2) -> None:
        """A sentence with a symbol; the words alone say the same."""
        symbol, colour = SYMBOLS[kind]
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column()
        grid.add_row(Text(symbol, style=colour), Text(visible(text)))
        self.console.print(Padding(grid, (0, 0, 0, indent), expand=False))

    def evidence(self, query: str, answer: str, *, indent: int = 4) -> None:
        """How we know: the question and its answer."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column()
        grid.add_row(Text("?", style="dim"), Text(one_line(query, 300), style="dim"))
        grid.add_row(Text("→", style="dim"), Text(one_line(answer, 300)))
        self.console.print(Padding(grid, (0, 0, 0, indent), expand=False))

    def numbered(self, number: int, text: str, *, indent: int = 1, style: str = "") -> None:
        """A step with its number."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=3, justify="right")
        grid.add_column()
        grid.add_row(Text(f"{number}.", style="dim"), Text(visible(text), style=style))
        self.console.print(Padding(grid, (0, 0, 0, indent), expand=False))

    def row(self, *cells: str, widths: tuple[int, ...], indent: int = 2, style: str = "") -> None:
        """Columns of fixed widths, the last one takes the rest; narrower ones where there is no room."""
        if self.console.width < ROOMY:
            widths = tuple(max(6, width * self.console.width // (ROOMY + 24)) for width in widths)
        grid = Table.grid(padding=(0, 2))
        for width in widths:
            grid.add_column(width=width, no_wrap=True, overflow="ellipsis")
        grid.add_column()
        grid.add_row(*[Text(visible(cell), style=style) for cell in cells])
        self.console.print(Padding(grid, (0, 0, 0, indent), expand=False))


def visible(text: str, *, keep: str = "") -> str:
    """Text from anywhere (names, messages, an app's output) as it may be shown: nothing in it steers the terminal or begins a line.

    Colours are taken out, white space becomes blanks, other control characters a sign; those in `keep` stay.
    """
    plain = _TERMINAL_ORDERS.sub("", text)
    return "".join(c if c.isprintable() or c in keep else " " if c.isspace() else "�" for c in plain)


def one_line(text: str, longest: int) -> str:
    """Whitespace folded, control characters made visible, cut in the middle when too long."""
    folded = " ".join(visible(text).split())
    if len(folded) <= longest:
        return folded
    half = (longest - 3) // 2
    return f"{folded[:half]} … {folded[-half:]}"


def _pieces(word: str, *, room: int) -> list[str]:
    """A word quoted for a shell, in as many parts as it takes for each to fit."""
    half = len(word) // 2
    if not half or cell_len(quote(word)) <= room:
        return [quote(word)]
    return [*_pieces(word[:half], room=room), *_pieces(word[half:], room=room)]
