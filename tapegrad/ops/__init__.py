"""The op table: every op of tapegrad is declared here, once.

============  ==========================================================================
elementwise   the elementwise ops, each a SymPy expression with its conventions at kinks
structured    products, reductions, indexing and movement
codegen       derives the partials with SymPy and writes ``tapegrad_kernels.generated``
============  ==========================================================================
"""
