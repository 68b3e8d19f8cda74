"""Numba's `njit` with the engine's flags, for functions that are linked into units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def link_only(library: Any) -> None:
    """Let a compiled function's library serve for linking alone.

    Numba optimises every library and makes machine code of it before it is linked into the next
    one. What is only ever linked needs neither: the unit that it ends in is optimised as a whole.
    """

    def finish() -> None:
        library._finalized = True

    library._optimize_final_module = lambda: None
    library._finalize_final_module = finish


def _linked_only(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Give an `njit` whose functions are linked into others, without machine code of their own."""

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = njit(
            error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True, boundscheck=False,
            **options,
        )(function)  # fmt: skip

        def skip_machine_code(flags: Any) -> Any:
            flags.no_compile = True
            return flags

        def keep(compiled: Any) -> None:
            # Callers find a function by its entry point; any object of its own will do.
            entry = object()
            link_only(compiled.library)
            dispatcher.targetctx.insert_user_function(entry, compiled.fndesc, [compiled.library])
            dispatcher.overloads[tuple(compiled.signature.args)] = compiled._replace(
                entry_point=entry
            )

        dispatcher._compiler._customize_flags = skip_machine_code
        # Numba's own also registers an entry point, which there is not.
        dispatcher.add_overload = keep
        return dispatcher

    return decorate


#: Compiled functions that call each other; reached from outside only through published addresses.
jit = _linked_only()
#: The same, always inlined: accessors of a few instructions.
inlined = _linked_only(forceinline=True)
#: The same for sums: the compiler may reorder them (see `reduce`).
reordered = _linked_only(fastmath={"reassoc", "nsz", "contract"})
