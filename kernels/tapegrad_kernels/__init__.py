"""Numba kernels of tapegrad: the tape, its memory, its sweeps. Knows nothing above it."""
