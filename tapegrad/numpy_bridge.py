"""NumPy and DLPack, both ways, on shared memory."""

from __future__ import annotations

import ctypes
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.engine import Op, core
from tapegrad.errors import raise_status
from tapegrad.layouts import number_of
from tapegrad.nested import raise_negative_strides
from tapegrad.ops.shapes import type_name
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["from_dlpack", "from_numpy"]

_NEEDS_GRAD = (
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
)
_READ_ONLY = (
    "The given NumPy array is not writable, and tapegrad does not support non-writable tensors. "
    "This "
    "means writing to this tensor will result in undefined behavior. You may want to copy the "
    "array to protect its data or make it writable before converting it to a tensor. This type of "
    "warning will be suppressed for the rest of this program."
)
_warned_read_only = False

_take_reference = ctypes.pythonapi.Py_IncRef
_take_reference.argtypes = [ctypes.py_object]
_take_reference.restype = None
_drop_reference = ctypes.pythonapi.Py_DecRef
_drop_reference.argtypes = [ctypes.py_object]
_drop_reference.restype = None


def from_numpy(ndarray: npt.NDArray[Any]) -> Tensor:
    """Make a tensor on the memory of a NumPy array: a write to either is seen in both.

    Parameters
    ----------
    ndarray : numpy.ndarray
        Of a dtype that tapegrad has, in native byte order, without negative strides.

    Raises
    ------
    TypeError
        If it is no array, or has another dtype.
    ValueError
        If its byte order or strides are not supported.

    Examples
    --------
    >>> import numpy as np
    >>> a = np.zeros(2)
    >>> x = from_numpy(a)
    >>> a[0] = 5
    >>> x
    tensor([5., 0.], dtype=tapegrad.float64)
    """
    global _warned_read_only
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type_name(ndarray)})")
    made = _adopt(ndarray)
    if not ndarray.flags.writeable and not _warned_read_only:
        _warned_read_only = True
        warnings.warn(_READ_ONLY, UserWarning, stacklevel=2)
    return made


def _adopt(values: npt.NDArray[Any]) -> Tensor:
    """Make a tensor on an array's memory; the storage holds a reference to the array."""
    kind = dtypes.from_numpy_dtype(values.dtype)
    size = kind.itemsize
    if any(s < 0 for s in values.strides):
        raise_negative_strides()
    if any(s % size for s in values.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy "
            "array to reallocate the memory."
        )
    strides = tuple(s // size for s in values.strides)
    number = number_of(kind.code, values.shape, strides)
    reach = sum((n - 1) * s for n, s in zip(values.shape, strides, strict=True)) + 1
    nbytes = size * reach if values.size else 0
    _take_reference(values)
    storage = core.adopt_storage(values.ctypes.data, nbytes, id(values))
    if storage <= 0:
        _drop_reference(values)
        raise_status(abi.Status.TABLE)
    try:
        return engine.record(Op.CONST, number, share=storage)
    finally:
        core.release(storage)


def from_dlpack(ext_tensor: Any) -> Tensor:
    """Make a tensor on the memory of another library's tensor, through DLPack.

    Examples
    --------
    >>> import numpy as np
    >>> from_dlpack(np.arange(3))
    tensor([0, 1, 2])
    """
    if not hasattr(ext_tensor, "__dlpack__"):
        raise RuntimeError(
            "from_dlpack expected an object with __dlpack__, such as a NumPy array or a tensor, "
            f"but got {type(ext_tensor).__name__}"
        )
    return _adopt(np.from_dlpack(ext_tensor))


class _Export:
    """What an exported array is based on: keeps the storage until the array is gone."""

    __slots__ = ("__array_interface__", "_release", "_storage")

    def __init__(self, storage: int, interface: dict[str, Any]) -> None:
        core.keep(storage)
        self._storage = storage
        self._release = core.release
        self.__array_interface__ = interface

    def __del__(self) -> None:
        self._release(self._storage)


def export(tensor: Tensor) -> npt.NDArray[Any]:
    """NumPy array on a tensor's memory; outlives the tensor and the tape's rows."""
    handle = core.handle_of(tensor)
    if core.current(handle) == abi.Status.STALE:
        engine.refresh(tensor)
    storage = core.share(handle)
    if storage < 0:
        raise_status(storage)
    layout = engine.layout_of(tensor)
    size = layout.dtype.itemsize
    interface = {
        "version": 3,
        "shape": tuple(layout.shape),
        "typestr": layout.dtype.numpy.str,
        "data": (core.address_of(handle), False),
        "strides": tuple([s * size for s in layout.strides]),
    }
    return np.asarray(_Export(storage, interface))


class NumpyMethods:
    """Conversion to Python and NumPy."""

    __slots__ = ()

    def item(self: Tensor) -> Any:
        """Value of a tensor of one element as a Python number."""
        if self.numel() != 1:
            raise RuntimeError(
                f"a Tensor with {self.numel()} elements cannot be converted to Scalar"
            )
        return engine.readable(self).item()

    def tolist(self: Tensor) -> Any:
        """Values as nested lists of Python numbers."""
        return engine.readable(self).tolist()

    def numpy(self: Tensor, *, force: bool = False) -> npt.NDArray[Any]:
        """NumPy array on the tensor's memory: a write to either is seen in both.

        Parameters
        ----------
        force : bool
            Give the array also where the tensor requires a gradient.

        Raises
        ------
        RuntimeError
            If the tensor requires a gradient and `force` is False.

        Examples
        --------
        >>> import tapegrad
        >>> tapegrad.ones(2).numpy()
        array([1., 1.], dtype=float32)
        """
        if self.requires_grad and not force:
            raise RuntimeError(_NEEDS_GRAD)
        return export(self)

    def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        values = self.numpy()
        if dtype is not None and values.dtype != dtype:
            if copy is False:
                raise ValueError("a copy is needed to convert the tensor to this dtype")
            return values.astype(dtype)
        return values.copy() if copy else values

    def __array_wrap__(
        self: Tensor, array: Any, context: Any = None, return_scalar: bool = False
    ) -> Any:
        return engine.from_array(np.asarray(array))

    __array_priority__ = 1000  # a NumPy array as the left operand hands over to the tensor

    def __dlpack__(self: Tensor, **options: Any) -> Any:
        if self.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        wanted = {name: value for name, value in options.items() if value is not None}
        return export(self).__dlpack__(**wanted)

    def __dlpack_device__(self: Tensor) -> tuple[int, int]:
        return 1, 0  # kDLCPU
