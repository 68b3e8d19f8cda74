"""The tensor: a handle to a value on the tape, with PyTorch's methods."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tapegrad import dtypes, engine
from tapegrad.arguments import type_name
from tapegrad.autograd.node import mark
from tapegrad.devices import device
from tapegrad.engine import CONTEXT, TensorBase, core
from tapegrad.formats import contiguous_format, memory_format, preserve_format, strides_of
from tapegrad.layouts import layout_at
from tapegrad.memory import deep_copied, reduced
from tapegrad.numpy_bridge import NumpyMethods
from tapegrad.ops.methods import Methods
from tapegrad.printing import format_tensor
from tapegrad.size import Size
from tapegrad.utils import hooks
from tapegrad.warning import warn_once
from tapegrad_kernels import abi
from tapegrad_kernels.context import view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tapegrad.autograd.node import Node
    from tapegrad.utils.hooks import RemovableHandle

_CPU: Final = device("cpu")
_NON_LEAF_GRAD: Final = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more information."
)
_FIXED_FLAG: Final = "you can only change requires_grad flags of leaf variables."
_USE_DETACH: Final = (
    " If you want to use a computed variable in a subgraph that doesn't require differentiation "
    "use var_no_grad = var.detach()."
)
_GRADIENT_LOST: Final = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior. "
    "Consider using tensor.detach() first."
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

        made = legacy_tensor(dtypes.get_default_dtype(), args, kwargs, exact=False)
        if cls is not Tensor:
            made.__class__ = cls
        return made

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
    def is_cpu(self) -> bool:
        """Whether the elements are in the CPU's memory."""
        return True

    @property
    def is_cuda(self) -> bool:
        """Whether the elements are in a GPU's memory."""
        return False

    def get_device(self) -> int:
        """Index of the GPU; -1 on the CPU."""
        return -1

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return self.dtype.itemsize

    def element_size(self) -> int:
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
        from tapegrad.ops.arguments import wrap_dim

        return shape[wrap_dim(dim, len(shape), "size", scalar=False)]

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
        from tapegrad.ops.arguments import wrap_dim

        return strides[wrap_dim(dim, len(strides), "stride", scalar=False)]

    def storage_offset(self) -> int:
        """Element of the storage at which the tensor begins."""
        offset: int = core.offset(core.handle_of(self))
        return offset

    def data_ptr(self) -> int:
        """Address of the first element."""
        if not self.numel():
            return 0
        core.share(core.handle_of(self))
        address: int = core.address_of(core.handle_of(self))
        return address

    def is_contiguous(self, *, memory_format: memory_format = contiguous_format) -> bool:
        """Tell whether the elements are in row-major or another order without gaps."""
        layout = layout_at(core.layout_of(core.handle_of(self)))
        if memory_format in (contiguous_format, preserve_format):
            return layout.row_major
        try:
            return layout.strides == strides_of(memory_format, layout.shape)
        except RuntimeError:
            return False

    def is_floating_point(self) -> bool:
        """Tell whether the dtype is a floating one."""
        return self.dtype.is_floating_point

    def is_signed(self) -> bool:
        """Tell whether the dtype has negative numbers."""
        return self.dtype.is_signed

    def is_nonzero(self) -> bool:
        """Tell whether the only element differs from 0."""
        return bool(self)

    def is_complex(self) -> bool:
        """Tell whether the dtype is complex."""
        return False

    def type(
        self, dtype: dtypes.dtype | str | type | None = None, non_blocking: bool = False
    ) -> Any:
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
        if not self.is_leaf:
            raise RuntimeError(_FIXED_FLAG if value else _FIXED_FLAG + _USE_DETACH)
        if value and not self.dtype.is_floating_point:
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        self._set_requires_grad(value)

    @requires_grad.deleter
    def requires_grad(self) -> None:
        raise RuntimeError("requires_grad must be a bool")

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
                f"{type_name(requires_grad)}"
            )
        if not requires_grad and not self.is_leaf:
            raise RuntimeError(_FIXED_FLAG + _USE_DETACH)
        if requires_grad and not self.dtype.is_floating_point:
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self._set_requires_grad(requires_grad)
        return self

    def _set_requires_grad(self, wanted: bool) -> None:
        from tapegrad.autograd import leaves

        if wanted == self.requires_grad:
            return
        if wanted:
            leaves.begin(self)
        else:
            leaves.end(self)

    @property
    def is_leaf(self) -> bool:
        """Whether the tensor was made by the user rather than by a recorded op."""
        return bool(core.is_leaf(self._fresh()))

    def is_inference(self) -> bool:
        """Tell whether the tensor may not take part in differentiation: never."""
        return False

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
        if found is None and not self.is_leaf and not self.retains_grad:
            warnings.warn(_NON_LEAF_GRAD, UserWarning, stacklevel=2)
        return found

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type "
                    f"{type_name(value)}"
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
        if plain and (retain_graph is None or retain_graph.__class__ is bool):
            plain = _sweep.backward_one(self, bool(retain_graph))
        else:
            plain = False
        if not plain:
            _functions.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def detach(self) -> Tensor:
        """Give a tensor with the same memory and no graph."""
        from tapegrad.autograd.views import alias

        return alias(self)

    def detach_(self) -> Tensor:
        """Cut this tensor off its graph."""
        if core.parent_of(core.handle_of(self)):
            raise RuntimeError("Can't detach views in-place. Use detach() instead.")
        from tapegrad.autograd import leaves

        leaves.end(self)
        return self

    def as_subclass(self, cls: Any) -> Tensor:
        """Give a tensor of a derived class with the same memory and graph.

        What operations on it give are plain tensors.
        """
        if Tensor not in getattr(cls, "__mro__", ()):
            raise TypeError(
                "Creating a Tensor subclass from a class that does not inherit from Tensor is not "
                "possible. Make sure your class inherits from Tensor."
            )
        made = self.view(tuple(self.shape)) if self.requires_grad else self.detach()
        made.__class__ = cls
        return made

    @property
    def data(self) -> Tensor:
        """The tensor's memory without its graph."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type_name(value)}")
        from tapegrad.autograd import leaves

        leaves.set_data(self, value)

    @data.deleter
    def data(self) -> None:
        raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")

    @engine.with_rows_held
    def retain_grad(self) -> None:
        """Keep the gradient of this tensor, which is not a leaf, in ``.grad``."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if not self.is_leaf:
            mark(self).retained = weakref.ref(self)

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called on this tensor, which is not a leaf."""
        handle = self._fresh()
        if not core.flags_of(handle) & abi.HOOKED or core.is_leaf(handle):
            return False
        state = engine.tapes[core.handle_tape(handle)].state(core.row_info(handle))
        return state is not None and state.retained is not None

    @engine.with_rows_held
    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call ``hook(gradient)`` when this tensor's gradient is known; it may give another one.

        Returns
        -------
        RemovableHandle
            Takes the hook away again.

        Examples
        --------
        >>> import tapegrad
        >>> x = tapegrad.ones(2, requires_grad=True)
        >>> handle = x.register_hook(lambda gradient: gradient * 10)
        >>> x.sum().backward()
        >>> x.grad
        tensor([10., 10.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return hooks.register(mark(self).hooks, hook)

    @engine.with_rows_held
    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call ``hook(tensor)`` after a backward pass has added to the ``.grad`` of this leaf.

        Returns
        -------
        RemovableHandle
            Takes the hook away again.

        Examples
        --------
        >>> import tapegrad
        >>> x = tapegrad.ones(2, requires_grad=True)
        >>> handle = x.register_post_accumulate_grad_hook(lambda leaf: print(leaf.grad))
        >>> (x * 3).sum().backward()
        tensor([3., 3.])
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if not self.is_leaf:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        return hooks.register(mark(self).post_hooks, hook)

    # To Python -----------------------------------------------------------------------------

    def __float__(self) -> float:
        if self.requires_grad and core.modes() & 1:
            warn_once(_GRADIENT_LOST)
        return float(self._single("a Python float").item())

    def __int__(self) -> int:
        return int(self._single("a Python int").item())

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

    def _single(self, what: str) -> Tensor:
        if self.numel() != 1:
            raise ValueError(
                "only one element tensors can be converted to Python scalars: "
                f"{what} cannot hold {self.numel()} elements"
            )
        return self

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __reversed__(self) -> Tensor:
        return self.flip(0) if self.shape else self

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
            facts.append(f"grad_fn=<{type(node).__name__}>")
        elif self.requires_grad:
            facts.append("requires_grad=True")
        values = engine.readable(self)
        if self.__class__ is Tensor:
            return format_tensor(values, dtype=self.dtype, suffixes=facts)
        name = self.__class__.__name__
        text = format_tensor(values, dtype=self.dtype, suffixes=facts, indent=len(name) + 1)
        return name + text.removeprefix("tensor")

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, spec: str) -> str:
        if self.ndim == 0 and self.__class__ is Tensor:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return deep_copied(self, memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return reduced(self)


CONTEXT[0]["tensor_type"] = id(Tensor)
Tensor.__module__ = "tapegrad"

_PYTHON_METHODS: Final = {"backward", "register_hook", "register_post_accumulate_grad_hook"}
# Python names a method's class in its TypeErrors; PyTorch's say "sum() got ...", but for these.
for _class in Tensor.__mro__:
    for _name, _method in vars(_class).items():
        if isinstance(_method, FunctionType) and not _name.startswith("__"):
            _method.__qualname__ = f"Tensor.{_name}" if _name in _PYTHON_METHODS else _name

# These need the class above.
from tapegrad.autograd import functions as _functions  # noqa: E402
from tapegrad.autograd import sweep as _sweep  # noqa: E402
