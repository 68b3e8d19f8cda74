"""The tensor: a handle to a value on the tape, with PyTorch's methods."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.devices import device
from tapegrad.engine import CONTEXT, TensorBase, core
from tapegrad.layouts import layout_at
from tapegrad.numpy_bridge import NumpyMethods
from tapegrad.ops.methods import Methods
from tapegrad.printing import format_tensor
from tapegrad.size import Size
from tapegrad_kernels import abi
from tapegrad_kernels.context import view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tapegrad.autograd.node import Node, RemovableHandle

_CPU: Final = device("cpu")
_NON_LEAF_GRAD: Final = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead."
)


class Tensor(Methods, NumpyMethods, TensorBase):
    """An array of one dtype whose operations are recorded for differentiation.

    Tensors are made by functions such as `tapegrad.tensor`, `tapegrad.ones` or `tapegrad.rand`, and
    by operations on tensors.

    Examples
    --------
    >>> import tapegrad
    >>> x = tapegrad.tensor([1., 2.], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("__dict__", "__weakref__", "_grad")

    def __new__(cls, *args: Any, **kwargs: Any) -> Tensor:
        from tapegrad.legacy_types import legacy_tensor

        return legacy_tensor(dtypes.get_default_dtype(), *args, **kwargs)

    # What it is ---------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """Sizes of the dimensions."""
        return layout_at(core.layout_of(core.handle_of(self))).shape

    @property
    def dtype(self) -> dtypes.dtype:
        """Type of the elements."""
        return layout_at(core.layout_of(core.handle_of(self))).dtype

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def device(self) -> device:
        """Where the elements are."""
        return _CPU

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.numel() * self.itemsize

    def size(self, dim: int | None = None) -> Any:
        """Shape, or the size of one dimension."""
        shape = self.shape
        if dim is None:
            return shape
        from tapegrad.ops.shapes import wrap_dim

        return shape[wrap_dim(dim, len(shape))]

    def dim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    ndimension = dim

    def numel(self) -> int:
        """Number of elements."""
        return layout_at(core.layout_of(core.handle_of(self))).numel

    nelement = numel

    def stride(self, dim: int | None = None) -> Any:
        """Elements to step over in memory for one step along each dimension, or along one."""
        strides = layout_at(core.layout_of(core.handle_of(self))).strides
        if dim is None:
            return strides
        from tapegrad.ops.shapes import wrap_dim

        return strides[wrap_dim(dim, len(strides))]

    def storage_offset(self) -> int:
        """Element of the storage at which the tensor begins."""
        offset: int = core.offset(core.handle_of(self))
        return offset

    def data_ptr(self) -> int:
        """Address of the first element."""
        core.share(core.handle_of(self))
        address: int = core.address_of(core.handle_of(self))
        return address

    def is_contiguous(self) -> bool:
        """Tell whether the elements are in row-major order without gaps."""
        return layout_at(core.layout_of(core.handle_of(self))).row_major

    def is_floating_point(self) -> bool:
        """Tell whether the dtype is a floating one."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Tell whether the dtype is complex."""
        return False

    def type(self, dtype: dtypes.dtype | str | type | None = None) -> Any:
        """Name of the tensor's type, or a copy with another dtype."""
        from tapegrad.legacy_types import TYPE_NAMES, dtype_of_type

        if dtype is None:
            return f"tapegrad.{TYPE_NAMES[self.dtype.name]}"
        return self.to(dtype_of_type(dtype))

    @property
    def _version(self) -> int:
        handle = core.handle_of(self)
        if core.flags_of(handle) & abi.INLINE:
            return 0
        storage = core.share(handle)
        return int(view(int(CONTEXT[0]["s_version"]), np.int32, storage + 1)[storage])

    # Differentiation ----------------------------------------------------------------------------

    def _fresh(self) -> int:
        """Handle of the tensor, after a write through another one was followed up."""
        handle: int = core.handle_of(self)
        if core.parent_of(handle) and core.current(handle) == abi.Status.STALE:
            engine.refresh(self)
        return handle

    @property
    def requires_grad(self) -> bool:
        """Whether the tensor takes part in differentiation."""
        return bool(core.flags_of(self._fresh()) & abi.REQUIRES_GRAD)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError("requires_grad must be a bool")
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Say whether the gradient with respect to this leaf is wanted.

        Raises
        ------
        RuntimeError
            If the dtype cannot have gradients, or the tensor is not a leaf.
        """
        if not isinstance(requires_grad, bool):
            raise TypeError(
                "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not "
                f"{type(requires_grad).__name__}"
            )
        if requires_grad == self.requires_grad:
            return self
        if not requires_grad:
            if not self.is_leaf:
                raise RuntimeError(
                    "you can only change requires_grad flags of leaf variables. If you want to use "
                    "a computed variable in a subgraph that doesn't require differentiation use "
                    "var_no_grad = var.detach()."
                )
            made = self.detach()
            core.rebind(core.handle_of(self), core.handle_of(made))
            return self
        if not self.dtype.is_floating_point:
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        if core.current(core.handle_of(self)) == abi.Status.STALE:
            engine.refresh(self)
        engine.make_leaf(core.handle_of(self))
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether the tensor was made by the user rather than by a recorded op."""
        return bool(core.is_leaf(self._fresh()))

    @property
    def grad_fn(self) -> Node | None:
        """Node of the backward graph that made the tensor; None for leaves."""
        from tapegrad.autograd.node import node_of

        return node_of(self)

    def _get_grad(self) -> Tensor | None:
        try:
            found: Tensor | None = self._grad
        except AttributeError:
            return None
        return found

    def _set_grad(self, value: Tensor | None) -> None:
        self._grad = value

    @property
    def grad(self) -> Tensor | None:
        """Gradient that backward passes have added up; None before the first."""
        found = self._get_grad()
        if found is None and not self.is_leaf:
            warnings.warn(_NON_LEAF_GRAD, UserWarning, stacklevel=2)
        return found

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type "
                    f"{type(value).__name__}"
                )
            if value.shape != self.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of "
                    f"size '{list(self.shape)}'. Please ensure that the gradient and the tensor "
                    "are the same size"
                )
            if value.dtype is not self.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype '{value.dtype}' to a tensor with "
                    f"dtype '{self.dtype}'. Please ensure that the gradient and the tensor have "
                    "the same dtype"
                )
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad")
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add this tensor's gradient to the ``.grad`` of the leaves; see `autograd.backward`."""
        plain = gradient is None and inputs is None and not create_graph
        if not (plain and _sweep.backward_one(self, bool(retain_graph))):
            _functions.backward(self, gradient, retain_graph, create_graph, inputs)

    def detach(self) -> Tensor:
        """Give a tensor with the same memory and no graph."""
        from tapegrad.autograd.views import alias

        return alias(self)

    def detach_(self) -> Tensor:
        """Cut this tensor off its graph."""
        if core.parent_of(core.handle_of(self)):
            raise RuntimeError("Can't detach views in-place. Use detach() instead.")
        made = self.detach()  # named: it must outlive the call
        core.rebind(core.handle_of(self), core.handle_of(made))
        return self

    @property
    def data(self) -> Tensor:
        """The tensor's memory without its graph."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if value.dtype is not self.dtype:
            raise RuntimeError(
                f"Attempted to set data of dtype {value.dtype} to a tensor of dtype {self.dtype}"
            )
        wanted = self.requires_grad and self.is_leaf
        made = value.detach()  # named: it must outlive the call
        core.rebind(core.handle_of(self), core.handle_of(made))
        if wanted:
            engine.make_leaf(core.handle_of(self))

    @engine.with_rows_held
    def retain_grad(self) -> None:
        """Keep the gradient of this tensor, which is not a leaf, in ``.grad``."""
        import weakref

        from tapegrad.autograd.node import hook_row

        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.is_leaf:
            return
        tape = engine.tapes[core.handle_tape(core.handle_of(self))]
        state = hook_row(tape, core.row_info(core.handle_of(self)))
        state.retained = weakref.ref(self)

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called."""
        tape = engine.tapes[core.handle_tape(core.handle_of(self))]
        state = tape.state(core.row_info(core.handle_of(self)))
        hooked = core.flags_of(core.handle_of(self)) & abi.HOOKED
        return bool(hooked and state is not None and state.retained is not None)

    @engine.with_rows_held
    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call ``hook(gradient)`` when this tensor's gradient is known; it may give another one."""
        from tapegrad.autograd.node import RemovableHandle, hook_row

        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if core.current(core.handle_of(self)) == abi.Status.STALE:
            engine.refresh(self)
        tape = engine.tapes[core.handle_tape(core.handle_of(self))]
        state = hook_row(tape, core.row_info(core.handle_of(self)))
        return RemovableHandle(state.hooks, hook)

    # To Python -----------------------------------------------------------------------------

    def __float__(self) -> float:
        return float(self._number("a Python float"))

    def __int__(self) -> int:
        return int(self._number("a Python int"))

    def __index__(self) -> int:
        if self.dtype.is_floating_point or self.numel() != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __bool__(self) -> bool:
        n = self.numel()
        if n > 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        if n == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        return bool(engine.readable(self).item())

    def _number(self, what: str) -> Any:
        if self.requires_grad:
            warnings.warn(
                "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
                "behavior. Consider using tensor.detach() first.",
                UserWarning,
                stacklevel=3,
            )
        if self.numel() != 1:
            raise ValueError(
                "only one element tensors can be converted to Python scalars: "
                f"{what} cannot hold {self.numel()} elements"
            )
        return self.item()

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter([self[k] for k in range(self.shape[0])])

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, Tensor | int | float | np.generic):
            raise RuntimeError(
                "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
                f"{type(value)}."
            )
        return bool((self == value).any())

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        facts = []
        node = self.grad_fn
        if node is not None:
            facts.append(f"grad_fn=<{node.name()}>")
        elif self.requires_grad:
            facts.append("requires_grad=True")
        return format_tensor(engine.readable(self), dtype=self.dtype, suffixes=facts)

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, spec: str) -> str:
        if self.ndim == 0 and spec:
            return format(self.item(), spec)
        return format(str(self), spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment; use clone() or detach() first"
            )
        made = engine.copy_of(self.detach())
        if self.requires_grad:
            made.requires_grad_(True)
        memo[id(self)] = made
        return made

    def __reduce__(self) -> Any:
        from tapegrad.creation import rebuild

        if not self.is_leaf:
            raise RuntimeError("only leaf tensors can be pickled; use detach() first")
        return rebuild, (engine.readable(self).copy(), self.requires_grad)


CONTEXT[0]["tensor_type"] = id(Tensor)

# These need the class above.
from tapegrad.autograd import functions as _functions  # noqa: E402
from tapegrad.autograd import sweep as _sweep  # noqa: E402
