"""Indexing for reading and writing."""

from __future__ import annotations


class IndexingMethods:
    """Indexing as methods."""

    __slots__ = ()
