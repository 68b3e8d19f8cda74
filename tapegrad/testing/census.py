"""Counts what is alive in the engine, so that a leak is a difference of two counts."""

from __future__ import annotations

import gc
from typing import NamedTuple

import numpy as np

from tapegrad import engine
from tapegrad.tape import default_tape, forget_finished_tapes
from tapegrad_kernels.context import CONTEXT, view


class Census(NamedTuple):
    """What is alive: handles, storages and their bytes in the process, rows of the global tape."""

    handles: int
    rows: int
    storages: int
    nbytes: int
    frames: int


def _free(first: int, links: np.ndarray[tuple[int], np.dtype[np.integer]]) -> int:
    count = 0
    while first:
        count += 1
        first = int(links[first])
    return count


def engine_census(*, collect: bool = True) -> Census:
    """Count what is alive in the engine.

    Parameters
    ----------
    collect : bool
        Whether to run the garbage collector first.

    Examples
    --------
    >>> import tapegrad
    >>> before = engine_census()
    >>> x = tapegrad.ones(3, requires_grad=True)
    >>> engine_census().handles - before.handles
    1
    >>> del x
    >>> engine_census().handles <= before.handles
    True
    """
    if collect:
        gc.collect()
        default_tape.drop_dead_states()
        default_tape.drop_links()
        forget_finished_tapes()
    c = CONTEXT[0]
    n_handles, n_storages = int(c["n_handles"]), int(c["n_storages"])
    free_handles = _free(int(c["free_handle"]), view(int(c["h_row"]), np.int32, n_handles))
    links = view(int(c["s_address"]), np.int64, n_storages)
    free_storages = _free(int(c["free_storage"]), links) + _free(int(c["orphans"]), links)
    return Census(
        n_handles - 1 - free_handles,
        int(engine.DEFAULT_COLUMNS.record[0]["live"]),
        n_storages - 1 - free_storages,
        int(c["live_bytes"]),
        int(engine.DEFAULT_COLUMNS.record[0]["running"]),
    )
