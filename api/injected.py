"""How a handler names what it is handed: `caller: Injected[Caller]`.

Without `SkipValidation` Litestar would take the value apart and check it against its annotation, as if a client had sent it.
"""

from typing import TypeVar

from litestar.di import NamedDependency
from litestar.params import SkipValidation

T = TypeVar("T")

Injected = NamedDependency[SkipValidation[T]]
