"""Finds the line on which each key of a TOML text stands, which ``tomllib`` does not tell."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from evqc.batch.wording import Path

_TOKEN = re.compile(
    r'''
    (?P<text> """(?:\\.|[^\\])*?"{3,5}(?!") | \'\'\'.*?\'{3,5}(?!\') | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
  | (?P<comment> \#[^\n]* )
  | (?P<newline> \n )
  | (?P<mark> [\[\]{},=.] )
  | (?P<word> [^\s\[\]{},=."'#]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, list entry and key.

    Args:
        text: TOML that ``tomllib`` accepts; another text gives lines that mean nothing.

    Returns:
        Lines by path, such as ``("files", 1, "dilution")`` for the key in the second ``[[files]]``.
    """
    scanner = _Scanner(_tokens(text.replace("\r\n", "\n")))
    while scanner.more():
        scanner.statement()
    return scanner.lines


def _tokens(text: str) -> list[_Token]:
    tokens, line = [], 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "comment":
            tokens.append(_Token(kind, match.group(), line))
        line += match.group().count("\n")
    return tokens


class _Scanner:
    """Walks over the tokens once, statement by statement."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.lines: dict[Path, int] = {}
        self._tokens = tokens
        self._at = 0
        self._table: Path = ()
        self._entries: dict[Path, int] = {}

    def more(self) -> bool:
        """Whether tokens are left."""
        return self._at < len(self._tokens)

    def statement(self) -> None:
        """One header, one key with its value, or an empty line."""
        if self._is("newline"):
            self._at += 1
        elif self._is("["):
            self._header()
        else:
            self._pair(self._table)

    def _is(self, *kinds_or_marks: str) -> bool:
        if not self.more():
            return False
        token = self._tokens[self._at]
        return token.kind in kinds_or_marks or (token.kind == "mark" and token.text in kinds_or_marks)

    def _skip(self, *kinds_or_marks: str) -> bool:
        if self._is(*kinds_or_marks):
            self._at += 1
            return True
        return False

    def _header(self) -> None:
        line = self._tokens[self._at].line
        self._skip("[")
        is_list = self._skip("[")
        path = self._current(self._key(), is_list=is_list)
        self._skip("]")
        self._skip("]")
        self._table = path
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _current(self, key: tuple[str, ...], *, is_list: bool) -> Path:
        """The path of a header: through the last entry of every list on the way, a new entry for ``[[key]]``."""
        path: Path = ()
        for place, part in enumerate(key):
            path = (*path, part)
            if is_list and place == len(key) - 1:
                self._entries[path] = self._entries.get(path, -1) + 1
            if path in self._entries:
                path = (*path, self._entries[path])
        return path

    def _key(self) -> tuple[str, ...]:
        parts = []
        while self._is("word", "text"):
            parts.append(_plain_key(self._tokens[self._at]))
            self._at += 1
            self._skip(".")
        return tuple(parts)

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at].line
        key = self._key()
        path = (*table, *key)
        for length in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
        if not key or not self._skip("="):
            self._at += 1
            return
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._skip("["):
            self._array(path)
        elif self._skip("{"):
            self._inline_table(path)
        else:
            while self.more() and not self._is("newline", ",", "]", "}"):
                self._at += 1

    def _array(self, path: Path) -> None:
        index = 0
        while self.more() and not self._skip("]"):
            if self._skip("newline"):
                continue
            if self._skip(","):
                index += 1
                continue
            self.lines.setdefault((*path, index), self._tokens[self._at].line)
            self._value((*path, index))

    def _inline_table(self, path: Path) -> None:
        while self.more() and not self._skip("}"):
            if not self._skip("newline", ","):
                self._pair(path)


def _plain_key(token: _Token) -> str:
    if token.kind == "word":
        return token.text
    (key,) = tomllib.loads(f"{token.text} = 0")
    return key
