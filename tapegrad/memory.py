"""Memory of tensors as pickle and the copy module see it."""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad import engine
from tapegrad.dtypes import dtype
from tapegrad.engine import Op, core
from tapegrad.layouts import number_of
from tapegrad.numpy_bridge import adopt_storage
from tapegrad_kernels import abi
from tapegrad_kernels.context import CONTEXT, view

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

_NO_COPY: Final = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at "
    "the moment.  If you were attempting to deepcopy a module, this may be because of a "
    "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001. Use "
    "detach() or clone() where a copy without its graph is wanted"
)

#: Where `copy.deepcopy` notes the storages that it copied; its other keys are addresses.
_MEMO: Final = -1


class Memory:
    """A storage of the engine, kept alive."""

    __slots__ = ("_release", "storage")

    def __init__(self, storage: int) -> None:
        core.keep(storage)
        self.storage = storage
        self._release = core.release

    def __del__(self) -> None:
        self._release(self.storage)

    def copied(self) -> npt.NDArray[np.uint8]:
        """Bytes of the storage."""
        n = self.storage
        address = int(view(int(CONTEXT[0]["s_address"]), np.int64, n + 1)[n])
        nbytes = int(view(int(CONTEXT[0]["s_bytes"]), np.int64, n + 1)[n])
        return view(address, np.uint8, nbytes).copy()

    def __reduce__(self) -> Any:
        return restored, (self.copied(),)


def restored(values: npt.NDArray[np.uint8]) -> Memory:
    """Make a storage of bytes that were copied."""
    if not values.flags.writeable or values.ctypes.data % 16:
        values = values.copy()
    storage = adopt_storage(values, values.nbytes)
    try:
        return Memory(storage)
    finally:
        core.release(storage)


def _storage_of(tensor: Tensor) -> int:
    handle = core.handle_of(tensor)
    if core.current(handle) == abi.Status.STALE:
        engine.refresh(tensor)
    return int(core.share(handle))


def _facts(tensor: Tensor) -> tuple[Any, ...]:
    place = tuple(tensor.shape), tensor.stride(), tensor.storage_offset()
    return (tensor.dtype, *place, tensor.requires_grad)


def rebuild(
    memory: Memory,
    kind: dtype,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    requires_grad: bool,
) -> Tensor:
    """Make a tensor on memory."""
    number = number_of(kind.code, shape, strides)
    made = engine.record(Op.CONST, number, share=memory.storage, offset=offset)
    return made.requires_grad_(True) if requires_grad else made


def rebuild_as(kind: type[Tensor], *facts: Any) -> Tensor:
    """Make a tensor of a derived class on memory."""
    made = rebuild(*facts)
    made.__class__ = kind
    return made


def _hooks_of(tensor: Tensor) -> list[Any]:
    handle = core.handle_of(tensor)
    if not core.flags_of(handle) & abi.HOOKED:
        return []
    state = engine.tapes[core.handle_tape(handle)].state(core.row_info(handle))
    return [] if state is None else list(state.hooks.values())


def reduced(tensor: Tensor) -> tuple[Any, ...]:
    """What `Tensor.__reduce_ex__` gives; a tensor with a graph becomes a leaf."""
    from tapegrad._tensor import Tensor

    for hook in _hooks_of(tensor):
        warnings.warn(f"backward hook {hook!r} on tensor will not be serialized.", stacklevel=1)
    facts = (Memory(_storage_of(tensor)), *_facts(tensor))
    state = tensor.__dict__ or None
    if type(tensor) is Tensor:
        return rebuild, facts, state
    return rebuild_as, (type(tensor), *facts), state


def deep_copied(tensor: Tensor, memo: dict[int, Any]) -> Tensor:
    """Copy a leaf with its gradient and attributes; what shared memory shares it afterwards.

    Raises
    ------
    RuntimeError
        If the tensor is the result of an operation.
    """
    if id(tensor) in memo:
        known: Tensor = memo[id(tensor)]
        return known
    if not tensor.is_leaf:
        raise RuntimeError(_NO_COPY)
    storage = _storage_of(tensor)
    pairs: dict[int, tuple[Memory, Memory]] = memo.setdefault(_MEMO, {})
    if storage not in pairs:
        old = Memory(storage)  # kept as long as its number stands in the memo
        pairs[storage] = old, restored(old.copied())
    made = rebuild(pairs[storage][1], *_facts(tensor))
    made.__class__ = tensor.__class__
    memo[id(tensor)] = made
    made._set_grad(copy.deepcopy(tensor._get_grad(), memo))
    made.__dict__.update(copy.deepcopy(tensor.__dict__, memo))
    return made
