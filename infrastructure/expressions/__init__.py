"""Expressions inside node configs, conditions and outputs: JSONata between `${` and `}`."""

from infrastructure.expressions.adapter import PythonExpressions

__all__ = ["PythonExpressions"]
