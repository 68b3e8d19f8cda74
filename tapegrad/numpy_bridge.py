"""NumPy and DLPack, both ways, on shared memory."""

from __future__ import annotations

import ctypes
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes, engine
from tapegrad.arguments import type_name
from tapegrad.devices import check_place
from tapegrad.engine import Op, core
from tapegrad.errors import raise_status
from tapegrad.layouts import number_of
from tapegrad.nested import raise_negative_strides
from tapegrad.warning import warn_once
from tapegrad_kernels import abi

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = ["from_dlpack", "from_numpy"]

_NEEDS_GRAD: Final = (
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
)
_NO_CAPSULE: Final = (
    "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only "
    "once, so you might have already constructed a tensor from it once."
)
_READ_ONLY: Final = {
    "NumPy array": (
        "The given NumPy array is not writable, and tapegrad does not support non-writable "
        "tensors. This means writing to this tensor will result in undefined behavior. You may "
        "want to copy the array to protect its data or make it writable before converting it to a "
        "tensor. This type of warning will be suppressed for the rest of this program."
    ),
    "buffer": (
        "The given buffer is not writable, and tapegrad does not support non-writable tensors. "
        "This means you can write to the underlying (supposedly non-writable) buffer using the "
        "tensor. You may want to copy the buffer to protect its data or make it writable before "
        "converting it to a tensor. This type of warning will be suppressed for the rest of this "
        "program."
    ),
}

_take_reference = ctypes.pythonapi.Py_IncRef
_take_reference.argtypes = [ctypes.py_object]
_take_reference.restype = None
_drop_reference = ctypes.pythonapi.Py_DecRef
_drop_reference.argtypes = [ctypes.py_object]
_drop_reference.restype = None


class DLDeviceType(IntEnum):
    """Kinds of devices, as DLPack numbers them."""

    kDLCPU = 1
    kDLCUDA = 2


def from_numpy(ndarray: npt.NDArray[Any], /) -> Tensor:
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
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type_name(ndarray)})")
    made = adopt(ndarray)
    if not ndarray.flags.writeable:
        warn_read_only("NumPy array")
    return made


def warn_read_only(kind: str) -> None:
    """Say once that a tensor on memory that must not be written can write it all the same."""
    warn_once(_READ_ONLY[kind])


def adopt(values: npt.NDArray[Any]) -> Tensor:
    """Make a tensor on an array's memory."""
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
    storage = adopt_storage(values, size * reach if values.size else 0)
    try:
        return engine.record(Op.CONST, number, share=storage)
    finally:
        core.release(storage)


def adopt_storage(values: npt.NDArray[Any], nbytes: int) -> int:
    """Make a storage of the memory where an array begins; it holds a reference to the array."""
    _take_reference(values)
    storage = int(core.adopt_storage(values.ctypes.data, nbytes, id(values)))
    if storage <= 0:
        _drop_reference(values)
        raise_status(abi.Status.TABLE)
    return storage


class _Capsule:
    """A bare DLPack capsule, in the form that NumPy takes."""

    __slots__ = ("_capsule",)

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return DLDeviceType.kDLCPU, 0


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """Make a tensor on the memory of another library's tensor, through DLPack.

    Parameters
    ----------
    ext_tensor : object with ``__dlpack__``, or a DLPack capsule
        Whose memory to share.
    device : device or str, optional
        Only the CPU.
    copy : bool, optional
        Whether the result must have memory of its own.

    Examples
    --------
    >>> import numpy as np
    >>> from_dlpack(np.arange(3))
    tensor([0, 1, 2])
    """
    check_place(device)
    if hasattr(ext_tensor, "__dlpack__"):
        return adopt(np.from_dlpack(ext_tensor, copy=copy))
    if type(ext_tensor).__name__ != "PyCapsule":
        raise RuntimeError(
            f"{_NO_CAPSULE} It needs an object with __dlpack__, such as a NumPy array or a tensor, "
            f"but got {type_name(ext_tensor)}"
        )
    capsule: Any = _Capsule(ext_tensor)
    try:
        return adopt(np.from_dlpack(capsule, copy=copy))
    except ValueError:
        raise RuntimeError(_NO_CAPSULE) from None


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
        if not isinstance(force, bool):
            raise TypeError(f"numpy(): argument 'force' must be bool, not {type_name(force)}")
        if not force and self.requires_grad and core.modes() & 1:
            raise RuntimeError(_NEEDS_GRAD)
        return export(self)

    def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        values = self.numpy()
        if dtype is not None and values.dtype != dtype:
            if copy is False:
                raise ValueError(
                    "Unable to avoid copy while creating an array as requested: the tensor's "
                    f"elements are {values.dtype}"
                )
            return values.astype(dtype)
        return values.copy() if copy else values

    def __array_wrap__(
        self: Tensor, array: Any, context: Any = None, return_scalar: bool = False
    ) -> Any:
        return adopt(np.asarray(array))

    __array_priority__ = 1000  # a NumPy array as the left operand hands over to the tensor

    def __dlpack__(
        self: Tensor,
        *,
        stream: int | None = -1,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        if self.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        if stream is not None and type(stream) is not int:
            raise TypeError("stream must be ``int`` or ``none``")
        if stream not in (None, -1):
            raise AssertionError("stream should be None on cpu.")
        return export(self).__dlpack__(max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self: Tensor) -> tuple[int, int]:
        return DLDeviceType.kDLCPU, 0
