"""Expressions of the kernels as GLSL, with their types."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from mien.render.gl.kinds import Array, Number, Translated, Type, Value, passed

_FUNCTIONS = {
    "sqrt": "sqrt",
    "exp": "exp",
    "sin": "sin",
    "cos": "cos",
    "floor": "floor",
    "arctan2": "atan",
}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "/",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ORDER = ("bool", "int", "float")


def promoted(one: Type, other: Type) -> Type:
    """Give the type that holds both."""
    return max(one, other, key=_ORDER.index)


class Expressions:
    """Translates within one function, whose names it is told."""

    def __init__(
        self,
        translated: Callable[[Callable[..., Any], tuple[Value, ...]], Translated],
        constants: dict[str, Any],
        values: dict[str, Value],
        variables: dict[str, Type],
    ) -> None:
        self._translated, self._constants = translated, constants
        self._values, self._variables = values, variables

    def number(self, node: ast.expr, *, nothing: bool = False) -> Number:
        """Translate what must be a number; with ``nothing``, a call for its effect too."""
        found = self.value(node)
        if isinstance(found, Number) and (nothing or found.type != "void"):
            return found
        msg = f"Expected a number in a kernel, but got {ast.unparse(node)!r}."
        raise NotImplementedError(msg)

    def condition(self, node: ast.expr) -> str:
        """Translate what is asked whether it holds."""
        found = self.number(node)
        return found.text if found.type == "bool" else f"({found.text} != {found.type}(0))"

    def value(self, node: ast.expr) -> Value:  # noqa: C901, PLR0911 - one line a kind of node
        """Translate anything."""
        match node:
            case ast.Constant(value):
                return _literal(value)
            case ast.Name(name):
                return self._named(name)
            case ast.Tuple(elts):
                return tuple(self.value(item) for item in elts)
            case ast.UnaryOp(ast.USub(), operand):
                inner = self.number(operand)
                return Number(f"(-{inner.text})", inner.type)
            case ast.UnaryOp(ast.Not(), operand):
                return Number(f"(!{self.condition(operand)})", "bool")
            case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
                return self._computed(self.number(left), operator, self.number(right))
            case ast.BoolOp(operator, items):
                between = " && " if isinstance(operator, ast.And) else " || "
                return Number(f"({between.join(self.condition(item) for item in items)})", "bool")
            case ast.Compare():
                return self._compared(node)
            case ast.IfExp(test, body, orelse):
                one, two = self.number(body), self.number(orelse)
                kind = promoted(one.type, two.type)
                choice = f"{kind}({one.text}) : {kind}({two.text})"
                return Number(f"({self.condition(test)} ? {choice})", kind)
            case ast.Attribute(ast.Name("np"), name):
                return _literal(float(getattr(np, name)))
            case ast.Subscript():
                return self._item(node)
            case ast.Call():
                return self._call(node)
        msg = f"Cannot translate {ast.unparse(node)!r}."
        raise NotImplementedError(msg)

    def called(self, node: ast.Call) -> tuple[Translated, list[str]]:
        """Give the function that a call goes to, and the numbers that it is handed."""
        if not isinstance(node.func, ast.Name) or node.func.id not in self._constants:
            msg = f"Cannot translate a call of {ast.unparse(node.func)!r}."
            raise NotImplementedError(msg)
        arguments = tuple(self.value(item) for item in node.args)
        function = self._translated(self._constants[node.func.id], arguments)
        return function, [number.text for value in arguments for number in passed(value)]

    def _named(self, name: str) -> Value:
        if name in self._values:
            return self._values[name]
        if name in self._variables:
            return Number(f"{name.strip('_')}_", self._variables[name])
        return _literal(self._constants[name])

    def _computed(self, left: Number, operator: ast.operator, right: Number) -> Number:
        kind = promoted(promoted(left.type, right.type), "int")
        if isinstance(operator, ast.Div):
            kind = "float"
        sign = _OPERATORS[type(operator)]
        return Number(f"({_as(left, kind)} {sign} {_as(right, kind)})", kind)

    def _compared(self, node: ast.Compare) -> Number:
        parts, left = [], node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In) and isinstance(right, ast.Tuple):
                one = self.number(left)
                same = [self._pair(one, "==", self.number(item)) for item in right.elts]
                parts.append(f"({' || '.join(same)})")
            else:
                sign = _OPERATORS[type(operator)]
                parts.append(self._pair(self.number(left), sign, self.number(right)))
            left = right
        return Number(f"({' && '.join(parts)})", "bool")

    @staticmethod
    def _pair(one: Number, sign: str, two: Number) -> str:
        kind = promoted(one.type, two.type)
        return f"{_as(one, kind)} {sign} {_as(two, kind)}"

    def _item(self, node: ast.Subscript) -> Value:
        match node:
            case ast.Subscript(ast.Attribute(inner, "shape"), ast.Constant(int(axis))):
                array = self.value(inner)
                if isinstance(array, Array):
                    return Number(str(array.shape[len(array.given) + axis]), "int")
            case ast.Subscript(inner, ast.Constant(int(place))) if isinstance(
                items := self.value(inner), tuple
            ):
                return items[place]
            case ast.Subscript(inner, index):
                array = self.value(inner)
                indices = index.elts if isinstance(index, ast.Tuple) else [index]
                if isinstance(array, Array):
                    return array.at(tuple(self.number(item).text for item in indices))
        msg = f"Cannot translate {ast.unparse(node)!r}."
        raise NotImplementedError(msg)

    def _call(self, node: ast.Call) -> Number:
        match node.func:
            case ast.Name("min" | "max" as name):
                numbers = [self.number(item) for item in node.args]
                text, kind = numbers[0].text, numbers[0].type
                for number in numbers[1:]:
                    both = promoted(kind, number.type)
                    text = f"{name}({_as(Number(text, kind), both)}, {_as(number, both)})"
                    kind = both
                return Number(text, kind)
            case ast.Name("int" | "float" as name):
                return Number(f"{name}({self.number(node.args[0]).text})", name)
            case ast.Name("abs"):
                inner = self.number(node.args[0])
                return Number(f"abs({inner.text})", inner.type)
            case ast.Attribute(ast.Name("np"), name):
                given = ", ".join(_as(self.number(item), "float") for item in node.args)
                return Number(f"{_FUNCTIONS[name]}({given})", "float")
        function, handed = self.called(node)
        if len(function.returns) > 1:
            msg = f"Expected several names for what {ast.unparse(node)!r} gives."
            raise NotImplementedError(msg)
        kind = function.returns[0] if function.returns else "void"
        return Number(f"{function.name}({', '.join(handed)})", kind)


def _as(number: Number, kind: Type) -> str:
    return number.text if number.type == kind else f"{kind}({number.text})"


def _literal(value: object) -> Number:
    if isinstance(value, bool | np.bool_):
        return Number("true" if value else "false", "bool", everywhere=True)
    if isinstance(value, int | np.integer):
        return Number(str(int(value)), "int", everywhere=True)
    if isinstance(value, float | np.floating):
        return Number(repr(float(value)), "float", everywhere=True)
    msg = f"Expected a number as constant of a kernel, but got {value!r}."
    raise NotImplementedError(msg)
