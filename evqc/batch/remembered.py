"""What was computed of a batch stays with it: many facts rest on the same few runs and numbers."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from evqc.batch.assembled import Batch

P = ParamSpec("P")
T = TypeVar("T")
#: What stands for an answer that was never computed; None is one.
_NEVER: Any = object()


def remembered(function: Callable[Concatenate[Batch, P], T]) -> Callable[Concatenate[Batch, P], T]:
    """Decorates a pure function of a batch and of names, which is then computed once for each batch and names.

    A batch never changes, so that there is nothing to forget; a batch made of another one remembers nothing of it.
    """
    called = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def asked(batch: Batch, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (called, args, *kwargs.items()) if kwargs else (called, args)
        given: T = batch.answers.get(key, _NEVER)
        if given is _NEVER:
            given = batch.answers[key] = function(batch, *args, **kwargs)
        return given

    return asked
