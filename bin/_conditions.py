"""The conditions of the policies, and a policy's text without each of them in turn.

Found in the syntax: so that a condition which somebody adds is known here, and the build asks for the test that misses
it (``tests/tooling/test_mutants.py``). A condition is what narrows: a side of ``&``, an argument of ``Q`` or
``filter``, an ``exclude``, a duty that is asked for, and the whole answer to "which rows".
"""

import ast
from collections.abc import Iterator

ANYBODY = "~Q(pk__in=[])"


def without_each(source: str) -> dict[str, str]:
    """By the name of each condition the text without it."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    return finder.found


class _Finder(ast.NodeVisitor):
    def __init__(self, source: str) -> None:
        self.source = source
        self.found: dict[str, str] = {}
        self.inside: list[str] = []
        starts = [0]
        for line in source.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        self.starts = starts

    # --- Where we are

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._within(node.name, node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._within(node.name, node)

    def visit_If(self, node: ast.If) -> None:
        if _speaks_of_actions(node.test):
            self._within(f"[{', '.join(_words(node.test))}]", node)
            return
        match node.body:
            case [ast.Return(value=value)]:
                self._add(node.test, "False" if _is_call(value, "nobody") else "True", self._text(node.test))
        if isinstance(node.test, ast.UnaryOp) and isinstance(node.body[0], ast.Raise):
            self._sides(node.test.operand, ast.And)
        self.generic_visit(node)

    def _within(self, name: str, node: ast.AST) -> None:
        self.inside.append(name)
        self.generic_visit(node)
        self.inside.pop()

    # --- What narrows

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._sides(node.value, ast.And)
            answer = node.value.body if isinstance(node.value, ast.IfExp) else node.value
            if "rows" in self.inside and not (_is_call(answer, "nobody") or _is_call(answer, "everybody")):
                self._add(answer, ANYBODY, "anybody")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._add(node, f"({self._text(node.body)})", self._text(node.test))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.BitAnd):
            sides = list(_flat(node))
            self._take_out(node, sides, " & ")
            for side in sides:
                self.visit(side)
        else:
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments: list[ast.AST] = [*node.args, *node.keywords]
        if name == "exclude" and isinstance(node.func, ast.Attribute):
            self._add(node, self._text(node.func.value), f"not {', '.join(map(self._text, arguments))}")
        elif name == "filter" or (name == "Q" and len(arguments) > 1):
            self._take_out_of_call(node, arguments)
        elif name == "Q" and arguments and isinstance(pairs := getattr(arguments[0], "value", None), ast.Dict):
            self._take_out_of_dict(pairs)
        self.generic_visit(node)

    def _take_out_of_dict(self, node: ast.Dict) -> None:
        pairs = [f"{self._text(key)}: {self._text(value)}" for key, value in zip(node.keys, node.values, strict=True)]
        for one in pairs if len(pairs) > 1 else ():
            self._add(node, "{" + ", ".join(item for item in pairs if item is not one) + "}", one)

    def _take_out_of_call(self, node: ast.Call, arguments: list[ast.AST]) -> None:
        for one in arguments:
            rest = ", ".join(self._text(item) for item in arguments if item is not one)
            self._add(node, f"{self._text(node.func)}({rest})", self._text(one))

    def _sides(self, node: ast.expr, kind: type[ast.boolop]) -> None:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, kind):
            self._take_out(node, node.values, " and ")

    def _take_out(self, node: ast.AST, sides: list[ast.expr], sign: str) -> None:
        for one in sides:
            rest = sign.join(f"({self._text(side)})" for side in sides if side is not one)
            self._add(node, f"({rest})", self._text(one))

    # --- Text

    def _text(self, node: ast.AST) -> str:
        return self.source[self._at(node.lineno, node.col_offset) : self._at(node.end_lineno, node.end_col_offset)]

    def _at(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def _add(self, node: ast.AST, new: str, condition: str) -> None:
        before = self.source[: self._at(node.lineno, node.col_offset)]
        after = self.source[self._at(node.end_lineno, node.end_col_offset) :]
        called = f"{'.'.join(self.inside).replace('.[', ' [')}: {' '.join(condition.split())}"
        name, number = called, 1
        while name in self.found:
            number += 1
            name = f"{called} ({number})"
        self.found[name] = before + new + after


def _flat(node: ast.expr) -> Iterator[ast.expr]:
    """The sides of a chain of ``&``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        yield from _flat(node.left)
        yield from _flat(node.right)
    else:
        yield node


def _speaks_of_actions(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) and getattr(node.left, "id", "") == "action"


def _words(node: ast.expr) -> list[str]:
    return [item.value for item in ast.walk(node) if isinstance(item, ast.Constant)]


def _is_call(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
