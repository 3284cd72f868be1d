"""The kernels of the portrait quality as GLSL, so that both draw by the same lines of code.

The kernels are plain: numbers, arrays, tuples of arrays, loops over ranges, no objects. Each is
translated anew for the arrays that it is called with, since GLSL cannot hand arrays over; numbers
become ``float`` where the kernel computes with 64 bits.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mien.render.gl.expressions import Expressions, promoted
from mien.render.gl.kinds import Array, Number, Translated, Type, Value, outline, passed, received

_MOST_ROUNDS = 6


@dataclass
class Translator:
    """Collects the GLSL functions that a program needs, each before those that call it."""

    sources: list[str] = field(default_factory=list)
    _done: dict[object, Translated] = field(default_factory=dict)

    def call(self, kernel: Callable[..., Any], arguments: tuple[Value, ...]) -> Translated:
        """Give the function that a kernel becomes for such arguments; translate it if it is new."""
        plain = getattr(kernel, "py_func", kernel)
        key = (plain, tuple(outline(value) for value in arguments))
        if key not in self._done:
            name = f"{plain.__name__.strip('_')}_{len(self._done)}"
            self._done[key] = Translated(name)
            body = _Function(self, plain, name, arguments)
            self.sources.append(body.source())
            self._done[key].returns = body.returns
        return self._done[key]

    def source(self) -> str:
        """Give all functions."""
        return "\n".join(self.sources)


class _Function:
    """One kernel for one set of arguments."""

    def __init__(
        self,
        translator: Translator,
        kernel: Callable[..., Any],
        name: str,
        arguments: tuple[Value, ...],
    ) -> None:
        self._translator, self._name = translator, name
        tree = ast.parse(textwrap.dedent(inspect.getsource(kernel))).body[0]
        if not isinstance(tree, ast.FunctionDef):
            msg = f"Expected a kernel, but {name} is no function."
            raise TypeError(msg)
        self._tree = tree
        given = [number.type for value in arguments for number in passed(value)]
        names = [f"p{place}" for place in range(len(given))]
        self._parameters = [f"{kind} {one}" for kind, one in zip(given, names, strict=True)]
        self._arguments = {
            parameter.arg: received(value, names)
            for parameter, value in zip(tree.args.args, arguments, strict=True)
        }
        self._globals = kernel.__globals__
        self._locals: dict[str, Type] = {}
        self.returns: tuple[Type, ...] = ()

    def source(self) -> str:
        """Translate until the types of all variables are settled."""
        for _ in range(_MOST_ROUNDS):
            before = (dict(self._locals), self.returns)
            self._values: dict[str, Value] = {
                name: value
                for name, value in self._arguments.items()
                if not isinstance(value, Number) or value.everywhere
            }
            self._lines: list[str] = []
            self._expressions = Expressions(
                self._translator.call, self._globals, self._values, self._locals
            )
            for name, value in self._arguments.items():
                if name not in self._values and isinstance(value, Number):
                    self._assign(name, value, 1)
            self._block(self._tree.body, 1)
            if (self._locals, self.returns) == before:
                break
        declared = [
            f"    {kind} {_spelt(name)} = {'false' if kind == 'bool' else f'{kind}(0)'};"
            for name, kind in self._locals.items()
        ]
        results, kind = list(self._parameters), "void"
        if len(self.returns) == 1:
            kind = self.returns[0]
        elif self.returns:
            results += [f"out {one} r{k}" for k, one in enumerate(self.returns)]
        head = f"{kind} {self._name}({', '.join(results)}) {{"
        return "\n".join((head, *declared, *self._lines, "}"))

    def _write(self, text: str, depth: int) -> None:
        self._lines.append("    " * depth + text)

    def _block(self, statements: list[ast.stmt], depth: int) -> None:
        for statement in statements:
            self._statement(statement, depth)

    def _statement(self, node: ast.stmt, depth: int) -> None:
        match node:
            case ast.Expr(ast.Constant()):
                return  # what the kernel says of itself
            case ast.Expr(value):
                self._write(f"{self._expressions.number(value, nothing=True).text};", depth)
            case ast.Assign([target], value):
                self._set(target, value, depth)
            case ast.AugAssign(target, operator, value):
                old = ast.parse(ast.unparse(target), mode="eval").body
                self._set(target, ast.BinOp(old, operator, value), depth)
            case ast.If(test, body, orelse):
                self._write(f"if ({self._expressions.condition(test)}) {{", depth)
                self._block(body, depth + 1)
                if orelse:
                    self._write("} else {", depth)
                    self._block(orelse, depth + 1)
                self._write("}", depth)
            case ast.For(ast.Name(name), ast.Call(ast.Name("range"), bounds), body):
                self._loop(name, bounds, body, depth)
            case ast.Continue():
                self._write("continue;", depth)
            case ast.Return(value):
                self._return(value, depth)
            case _:
                msg = f"Cannot translate {ast.unparse(node)!r} in {self._name}."
                raise NotImplementedError(msg)

    def _loop(self, name: str, bounds: list[ast.expr], body: list[ast.stmt], depth: int) -> None:
        numbers = [self._expressions.number(bound).text for bound in bounds]
        start, stop, step = ("0", numbers[0], "1") if len(numbers) == 1 else (*numbers, "1")[:3]
        spelt = _spelt(name)
        hidden = self._values.get(name)
        self._values[name] = Number(spelt, "int")
        head = f"for (int {spelt} = {start}; {spelt} < {stop}; {spelt} += {step}) {{"
        self._write(head, depth)
        self._block(body, depth + 1)
        self._write("}", depth)
        if hidden is None:
            del self._values[name]
        else:
            self._values[name] = hidden

    def _return(self, value: ast.expr | None, depth: int) -> None:
        if value is not None:
            items = value.elts if isinstance(value, ast.Tuple) else [value]
            numbers = [self._expressions.number(item) for item in items]
            old = self.returns or tuple(number.type for number in numbers)
            self.returns = tuple(
                promoted(kind, number.type) for kind, number in zip(old, numbers, strict=True)
            )
            texts = [f"{k}({n.text})" for k, n in zip(self.returns, numbers, strict=True)]
            if len(texts) == 1:
                self._write(f"return {texts[0]};", depth)
                return
            for place, text in enumerate(texts):
                self._write(f"r{place} = {text};", depth)
        self._write("return;", depth)

    def _set(self, target: ast.expr, value: ast.expr, depth: int) -> None:
        match target:
            case ast.Name(name):
                found = self._expressions.value(value)
                if isinstance(found, Number):
                    self._assign(name, found, depth)
                else:
                    self._values[name] = found
            case ast.Subscript():
                place = self._expressions.number(target)
                number = self._expressions.number(value)
                self._write(f"{place.text} = {place.type}({number.text});", depth)
            case ast.Tuple(elts):
                names = [item.id for item in elts if isinstance(item, ast.Name)]
                self._unpack(names, value, depth)
            case _:
                msg = f"Cannot translate {ast.unparse(target)!r} in {self._name}."
                raise NotImplementedError(msg)

    def _unpack(self, names: list[str], value: ast.expr, depth: int) -> None:
        if isinstance(value, ast.Call):
            function, handed = self._expressions.called(value)
            for name, kind in zip(names, function.returns, strict=True):
                self._assign(name, Number("", kind), depth, write=False)
            results = ", ".join((*handed, *(_spelt(name) for name in names)))
            self._write(f"{function.name}({results});", depth)
            return
        found = self._expressions.value(value)
        if not isinstance(found, tuple):
            msg = f"Expected a tuple in {self._name}, but got {ast.unparse(value)!r}."
            raise NotImplementedError(msg)
        for name, item in zip(names, found, strict=True):
            if isinstance(item, Array | tuple) or item.everywhere:
                self._values[name] = item
            else:
                self._assign(name, item, depth)

    def _assign(self, name: str, value: Number, depth: int, *, write: bool = True) -> None:
        self._values.pop(name, None)
        kind = promoted(self._locals.get(name, value.type), value.type)
        self._locals[name] = kind
        if write:
            self._write(f"{_spelt(name)} = {kind}({value.text});", depth)


def _spelt(name: str) -> str:
    """Keep names off the words of GLSL."""
    return f"{name.strip('_')}_"
