"""What people type, made safe to store: normal form, no control characters, no marks that turn the reading order around."""

import re
import unicodedata

# Overrides make "exe.gpj" read as "jpg.exe"; isolates and plain marks are left to the languages that need them.
OVERRIDES = dict.fromkeys([0x202D, 0x202E])
SPACES = re.compile(r"\s+")
BLANK_LINES = re.compile(r"\n{4,}")


def clean_line(text: str) -> str:
    """Return one line: NFC, spaces collapsed, nothing invisible that changes what is read."""
    return SPACES.sub(" ", clean_text(text)).strip()


def clean_text(text: str) -> str:
    """Return several lines: NFC, one kind of line end, no control characters, at most three blank lines on end."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(OVERRIDES)
    kept = "".join(letter for letter in normal if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs", "Cn"})
    return BLANK_LINES.sub("\n\n\n", kept).strip()
