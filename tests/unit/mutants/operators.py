# SPDX-License-Identifier: GPL-2.0-only
"""All the small ways to break a C file: what clang's parser finds in it, changed in one place.

Operators (relational, arithmetic, bits, logic), constants (one more, one less, 0), conditions (always,
never, the other way round, one operand less), what is returned, and statements left out. What stands
inside a macro's expansion is not touched: a change is made only where the source has the very text.
"""

import re
import typing

from clang.cindex import CursorKind as Kind, Index, TypeKind

INSTEAD = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "<<": (">>",), ">>": ("<<",),
    "&": ("|",), "|": ("&",), "^": ("&",), "&&": ("||",), "||": ("&&",),
    "+=": ("-=",), "-=": ("+=",), "*=": ("/=",), "/=": ("*=",), "|=": ("&=",), "&=": ("|=",),
    "<<=": (">>=",), ">>=": ("<<=",), "++": ("--",), "--": ("++",),
}
# What an operand must be so that it has no say
NEUTRAL = {"&&": "true", "||": "false"}
# Conditions that the operators' own changes turn round
OTHER_WAY = re.compile(r"^!\w+(\(.*\))?$|^[^&|]*[<>=!]=[^&|]*$")
NUMBER = re.compile(r"(0x[0-9a-fA-F]+|[0-9]+)([uUlL]*)$")
DEFINED = re.compile(r"^#define\s+\w+\s+((?:0x[0-9a-fA-F]+|[0-9]+)[uUlL]*)\b", re.MULTILINE)
DELETED = (Kind.CALL_EXPR, Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.UNARY_OPERATOR,
           Kind.CSTYLE_CAST_EXPR, Kind.UNEXPOSED_EXPR, Kind.BREAK_STMT, Kind.CONTINUE_STMT)
BODIES = (Kind.COMPOUND_STMT, Kind.IF_STMT, Kind.WHILE_STMT, Kind.FOR_STMT, Kind.CASE_STMT,
          Kind.DEFAULT_STMT)


class Change(typing.NamedTuple):
    """Bytes `start` to `end` of a file become `new`, in `function`."""
    function: str
    start: int
    end: int
    new: str

    def applied(self, text):
        """The file's text with the change."""
        return text[:self.start] + self.new + text[self.end:]

    def told(self, text):
        """`function: the line as it is => as it becomes`: what names the change wherever it moves to."""
        first = text.rfind("\n", 0, self.start) + 1
        last = text.find("\n", self.end)
        old, new = text[first:last], text[first:self.start] + self.new + text[self.end:last]
        return f"{self.function}: {' '.join(old.split())} => {' '.join(new.split())}"


class Finder:
    """The changes of one file."""

    def __init__(self, path):
        with open(path, encoding="ascii") as file:
            self.text = file.read()
        self.changes, self.function, self.returns = [], "-", ()
        for match in DEFINED.finditer(self.text):
            self.number(*match.span(1))
        unit = Index.create().parse(path, args=["-std=gnu11", "-Iinclude", "-Istub"])
        for cursor in unit.cursor.get_children():
            if str(cursor.location.file) == path:
                self.enter(cursor)

    def enter(self, cursor):
        """A declaration at the top."""
        self.function = cursor.spelling if cursor.kind == Kind.FUNCTION_DECL else "-"
        result = cursor.result_type.get_canonical().kind
        self.returns = {TypeKind.BOOL: ("true", "false"), TypeKind.RECORD: ()}.get(result, ("0",))
        self.walk(cursor)

    def add(self, start, end, *news):
        """Each of `news` in the place of [start, end)."""
        self.changes += [Change(self.function, start, end, new) for new in news
                         if new != self.text[start:end]]

    def span(self, cursor):
        """Where it stands, and its text."""
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        return start, end, self.text[start:end]

    def walk(self, cursor):
        """It and all below it."""
        children = list(cursor.get_children())
        if cursor.kind in (Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(*children)
        elif cursor.kind == Kind.UNARY_OPERATOR:
            self.unary(*self.span(cursor))
        elif cursor.kind == Kind.INTEGER_LITERAL:
            self.number(*self.span(cursor)[:2])
        elif cursor.kind in (Kind.IF_STMT, Kind.CONDITIONAL_OPERATOR):
            start, end, text = self.span(children[0])
            self.add(start, end, "true", "false")
            if not OTHER_WAY.search(text):
                self.add(start, end, f"!({text})")
        elif cursor.kind == Kind.WHILE_STMT:
            self.add(*self.span(children[0])[:2], "false")
        elif cursor.kind == Kind.RETURN_STMT and children:
            self.returned(*self.span(children[0]))
        if cursor.kind in BODIES:
            self.statements(cursor, children)
        for child in children:
            self.walk(child)

    def binary(self, left, right):
        """The operator between the two, and each operand of a logical one."""
        start, end = left.extent.end.offset, right.extent.start.offset
        operator = self.text[start:end].strip()
        start = self.text.find(operator, start)
        self.add(start, start + len(operator), *INSTEAD.get(operator, ()))
        if operator in NEUTRAL:
            for operand in (left, right):
                if operand.kind != Kind.BINARY_OPERATOR or operator not in self.span(operand)[2]:
                    self.add(*self.span(operand)[:2], NEUTRAL[operator])

    def unary(self, start, end, text):
        """What negates is left out; one more is one less."""
        if text[:2] in ("++", "--"):
            self.add(start, start + 2, *INSTEAD[text[:2]])
        elif text[-2:] in ("++", "--"):
            self.add(end - 2, end, *INSTEAD[text[-2:]])
        elif text[:1] in ("!", "~", "-"):
            self.add(start, start + 1, "")

    def number(self, start, end):
        """A constant."""
        text = self.text[start:end]
        match = NUMBER.match(text)
        if text in ("true", "false"):
            self.add(start, end, "false" if text == "true" else "true")
        elif match:
            value, suffix = int(match[1], 16 if match[1].startswith("0x") else 10), match[2]
            self.add(start, end, *(f"{other}{suffix}" for other in sorted({value + 1, max(value - 1, 0), 0})
                                   if other != value))

    def returned(self, start, end, text):
        """What a function says to its caller."""
        if text not in ("true", "false", "0", "NULL"):
            self.add(start, end, *self.returns)

    def statements(self, cursor, children):
        """Expressions, break and continue where a statement is due, and what ends a loop."""
        for child in children:
            start, end, text = self.span(child)
            deleted = child.kind in DELETED or (child.kind == Kind.RETURN_STMT and text == "return")
            if deleted and self.text[end:end + 1] == ";" and re.search(r"[;{})e:]\s*$", self.text[:start]) \
               and not (cursor.kind == Kind.FOR_STMT and child != children[-1]):
                self.add(start, end, "")


def changes(path):
    """The file's text, and all its changes in the order of the text, each once."""
    finder = Finder(path)
    return finder.text, sorted(set(finder.changes), key=lambda change: change[1:])
