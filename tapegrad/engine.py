"""The host's half of the engine: fills tables, repairs what compiled code hands back, or raises."""

from __future__ import annotations

import ctypes
import functools
import struct
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

import numpy as np
import numpy.typing as npt

from tapegrad import dtypes
from tapegrad.errors import TapeFullError, raise_status
from tapegrad.layouts import Layout, dense_strides, layout_at, number_of
from tapegrad_kernels import abi, binding, context, elementwise, loader, ufuncs
from tapegrad_kernels.abi import N_DTYPES, Status
from tapegrad_kernels.binding import TensorBase, core
from tapegrad_kernels.context import CONTEXT, TAPE_ROWS, TapeColumns, view
from tapegrad_kernels.generated import opcodes
from tapegrad_kernels.generated.opcodes import Op
from tapegrad_kernels.locks import fork_safe

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor
    from tapegrad.tape import Tape

__all__ = ["CONTEXT", "Op", "TensorBase", "apply", "core"]

_F = TypeVar("_F", bound=Callable[..., Any])
_N_OPS: Final = len(Op)
_WORD: Final = struct.Struct("<q")
_DOUBLE: Final = struct.Struct("<d")
_names = {op.value: op.name.lower() for op in Op}


def _tables() -> dict[str, npt.NDArray[np.int64]]:
    saves = np.array([opcodes.SAVES0, opcodes.SAVES1, opcodes.SAVES2], np.int64).T
    return {
        "saves": np.ascontiguousarray(saves),
        "differentiable": np.array(opcodes.DIFFERENTIABLE, np.int64),
        "unit": np.array(opcodes.UNIT, np.int64),
        "result": np.array(opcodes.RESULT, np.int64),
        "condition": np.array(opcodes.CONDITION, np.int64),
        "in_switch": np.array(
            [
                opcodes.FORMULA[k] and opcodes.RESULT[k] != 2 and not opcodes.CONDITION[k]
                for k in range(_N_OPS)
            ],
            np.int64,
        ),
        "forward": np.zeros(_N_OPS * N_DTYPES, np.int64),
        "forward_data": np.zeros(_N_OPS * N_DTYPES, np.int64),
        "forward_kind": np.zeros(_N_OPS * N_DTYPES, np.int64),
        "reverse": np.zeros(_N_OPS * 3 * N_DTYPES, np.int64),
        "zero_dim": np.array([number_of(code, ()) for code in range(N_DTYPES)], np.int64),
    }


TABLES: Final = _tables()
for _name, _table in TABLES.items():
    CONTEXT[0][_name] = _table.ctypes.data
CONTEXT[0]["float_type"] = id(float)
CONTEXT[0]["int_type"] = id(int)
CONTEXT[0]["grad_mode"] = 1

_FIRST_LIMIT: Final = abi.FIRST_LIMIT
_LITTLE_ROOM: Final = 61
# Neither Numba nor LLVM's linker takes two threads at a time.
_loading: Final = fork_safe(threading.RLock())
#: Held by whoever works with row numbers in Python, and while a compaction moves rows.
rows_held: Final = fork_safe(threading.RLock())

#: Tapes by the address of their record.
tapes: weakref.WeakValueDictionary[int, Tape] = weakref.WeakValueDictionary()
DEFAULT_COLUMNS: Final = TapeColumns(TAPE_ROWS)
CONTEXT[0]["tape"] = CONTEXT[0]["default_tape"] = DEFAULT_COLUMNS.address


def keep_forever(*things: object) -> None:
    """Keep objects also while the interpreter ends.

    A tensor that something outside of tapegrad holds, such as the last traceback, may die after the
    modules: what its finaliser runs and touches must still be there.
    """
    for thing in things:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


keep_forever(CONTEXT, TABLES, DEFAULT_COLUMNS, context._reserved, binding._kept, loader._linker())


# Kernels ------------------------------------------------------------------------------------------


def load_forward(op: int, code: int) -> None:
    """Put the forward kernel of an elementwise op for a dtype into the table.

    Raises
    ------
    NotImplementedError
        If the op is not defined for the dtype.
    """
    at = op * N_DTYPES + code
    name = opcodes.UFUNC[op]
    ours = elementwise.compiles_value(op, code) and (code != abi.DType.BOOL or op == Op.WHERE)
    if name and not ours:
        loop = ufuncs.inner_loop(name, code, bool_result=opcodes.RESULT[op] == 2)
        if loop is not None:
            TABLES["forward_kind"][at] = 1
            # The address last: other threads may see it at once.
            TABLES["forward_data"][at], TABLES["forward"][at] = loop[1], loop[0]
            return
    address = _compiled(op, code)[0] if ours else 0
    if not address:
        raise NotImplementedError(f'"{_names[op]}_cpu" not implemented for {torch_name(code)!r}')
    TABLES["forward_kind"][at] = 2
    TABLES["forward"][at] = address


def _compiled(op: int, code: int) -> list[int]:
    """Addresses of an op's loops, from a thread of its own.

    Interrupts reach the main thread only: one in the middle would leave Numba half imported.
    """
    found: list[list[int]] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with _loading:
                found.append(elementwise.addresses(op, code))
        except BaseException as error:  # raised again by the caller
            failed.append(error)

    if threading.current_thread() is threading.main_thread():
        worker = threading.Thread(target=work, name="tapegrad-loader")
        worker.start()
        worker.join()
    else:
        work()
    if failed:
        raise failed[0]
    return found[0]


def load_reverse(op: int, code: int) -> None:
    """Put the reverse kernels of an elementwise op for a dtype into the table."""
    found = _compiled(op, code)
    for k in range(3):
        TABLES["reverse"][(op * 3 + k) * N_DTYPES + code] = found[1 + k]


def _load_blas() -> None:
    from scipy.linalg import cython_blas

    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    name_of = ctypes.pythonapi.PyCapsule_GetName
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    for name in ("dgemm", "sgemm"):
        capsule = cython_blas.__pyx_capi__[name]
        CONTEXT[0][name] = pointer(capsule, name_of(capsule))


def torch_name(code: int) -> str:
    """PyTorch's word for a dtype code in error texts."""
    return {0: "Float", 1: "Double", 2: "Long", 3: "Int", 4: "Bool"}[code]


# Repairs ------------------------------------------------------------------------------------------


def active_tape() -> Tape:
    """Tape that the running thread records on."""
    return tapes[core.active_tape()]


def with_rows_held(function: _F) -> _F:
    """Keep rows where they are, whatever other threads do, while a function runs."""

    @functools.wraps(function)
    def held(*args: Any, **kwargs: Any) -> Any:
        with rows_held:
            return function(*args, **kwargs)

    return cast("_F", held)


@with_rows_held
def make_room() -> None:
    """Compact the running thread's tape or let it grow to its capacity.

    Raises
    ------
    TapeFullError
        If every row of the tape is in use.
    """
    tape = active_tape()
    record = tape.columns.record[0]
    limit, capacity = int(record["soft_limit"]), int(record["capacity"])
    live, used = int(record["live"]), int(record["n"])
    running = int(record["running"])
    if not running and live <= used // 2:
        core.compact(tape.columns.address)
        tape.renumber()
        record["soft_limit"] = min(capacity, max(_FIRST_LIMIT, 2 * live))
    elif limit < capacity:
        # Rows cannot move under a running sweep; the next call outside of one compacts. A little
        # room, and of an odd size, lest a loop should come back here at the same place each time.
        more = _LITTLE_ROOM + limit // 256 if running else limit
        record["soft_limit"] = min(capacity, limit + more)
    elif not running and live < capacity - capacity // 64:
        core.compact(tape.columns.address)
        tape.renumber()
    else:
        setting = "TAPEGRAD_TAPE_ROWS" if tape.is_default else "Tape(rows=...)"
        raise TapeFullError(
            f"the tape is full: {live} of its {capacity} rows ({abi.BYTES_PER_ROW} bytes each) are "
            f"in use; drop results that keep graphs alive, or make the tape larger with {setting}"
        )


def tensor_of(handle: int) -> Tensor:
    """Tensor object of a handle, made where there is none."""
    found: Tensor = core.tensor_of(handle)
    return found


def refresh(tensor: Tensor) -> None:
    """Give a tensor whose memory was written through another tensor an up-to-date row."""
    from tapegrad.autograd.views import refresh_view

    refresh_view(tensor)


def repair(status: int, op: int, tensors: Sequence[Tensor]) -> list[Tensor]:
    """Mend what made compiled code give up; gives the operands to try again with, or raises."""
    operands = list(tensors)
    if status == Status.KERNEL:
        if op in (Op.MM, Op.BMM, Op.ADDMM, Op.DOT):
            _load_blas()
        else:
            load_forward(op, operands[-1].dtype.code)
    elif status == Status.ROOM:
        make_room()
    elif status == Status.STALE:
        for t in operands:
            if core.current(core.handle_of(t)) == Status.STALE:
                refresh(t)
    elif status == Status.FOREIGN:
        tape = active_tape()
        operands = [tape.link(t) for t in operands]
    elif status == Status.SHAPES:
        raise_shapes(operands)
    elif status == Status.DTYPES:
        operands = _cast_operands(op, operands)
    else:
        raise_status(status)
    return operands


def prepare(op: int, tensors: Sequence[Tensor]) -> list[Tensor]:
    """Bring operands to the running thread's tape and up to date, and load what the op needs."""
    operands = list(tensors)
    if op in (Op.MM, Op.BMM, Op.ADDMM, Op.DOT) and not int(CONTEXT[0]["dgemm"]):
        _load_blas()
    for t in tensors:
        status = core.current(core.handle_of(t))
        if status in (Status.STALE, Status.FOREIGN):
            operands = repair(status, op, operands)
    while not core.has_rows(active_tape().columns.address, 1):
        make_room()
    return operands


def raise_shapes(operands: Sequence[Tensor]) -> NoReturn:
    """Raise PyTorch's error for shapes that do not broadcast."""
    shape: tuple[int, ...] = tuple(operands[0].shape)
    for t in operands[1:]:
        other = tuple(t.shape)
        n = max(len(shape), len(other))
        a = (1,) * (n - len(shape)) + shape
        b = (1,) * (n - len(other)) + other
        for k in reversed(range(n)):
            if a[k] != b[k] and 1 not in (a[k], b[k]):
                raise RuntimeError(
                    f"The size of tensor a ({a[k]}) must match the size of tensor b ({b[k]}) at "
                    f"non-singleton dimension {k}"
                )
        shape = tuple(q if p == 1 else p for p, q in zip(a, b, strict=True))
    raise RuntimeError(f"shapes {[tuple(t.shape) for t in operands]} do not broadcast")


def _cast_operands(op: int, operands: Sequence[Tensor]) -> list[Tensor]:
    """Bring the operands of an elementwise op to the dtype that PyTorch's promotion gives them."""
    from tapegrad.ops.conversion import cast

    start = 1 if opcodes.CONDITION[op] & 1 else 0
    if start and operands[0].dtype is not dtypes.bool_:
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{torch_name(operands[0].dtype.code)}"
        )
    common = dtypes.result([(t.dtype, priority(t)) for t in operands[start:]])
    if opcodes.RESULT[op] == 1 and not common.is_floating_point:
        common = dtypes.get_default_dtype()
    return list(operands[:start]) + [cast(t, common) for t in operands[start:]]


def priority(t: Tensor) -> int:
    """Rank of a tensor in dtype promotion."""
    return dtypes.Priority.DIMENSIONED if t.ndim else dtypes.Priority.ZERO_DIM


def apply(op: int, a: Tensor, b: Tensor | None = None, c: Tensor | None = None) -> Tensor:
    """Record and run an elementwise op on tensors, with all repairs."""
    operands = [t for t in (a, b, c) if t is not None]
    while True:
        handles = [core.handle_of(t) for t in operands] + [0] * (3 - len(operands))
        status = core.apply(op, *handles, 0)
        if status > 0:
            made: Tensor = core.new_object(status)
            return made
        operands = repair(status, op, operands)


# Structured rows ----------------------------------------------------------------------------------


def make_block(parameters: Sequence[int], variadic: Sequence[int] = ()) -> int:
    """Write a parameter block: variadic input rows and static parameters."""
    words = [len(variadic), *variadic, *parameters]
    block: int = core.new_block(len(words))
    if block <= 0:
        raise_status(Status.MEMORY)
    for k, word in enumerate(words):
        core.set_word(block, k, word)
    return block


def float_word(value: float) -> int:
    """Bits of a float, for a parameter block."""
    return int(_WORD.unpack(_DOUBLE.pack(value))[0])


def word_float(word: int) -> float:
    """Float of a parameter word."""
    return float(_DOUBLE.unpack(_WORD.pack(word))[0])


def record(
    op: int,
    layout: int,
    *inputs: Tensor,
    parameters: Sequence[int] = (),
    variadic: Sequence[Tensor] = (),
    share: int = 0,
    offset: int = 0,
    hosted: bool = True,
) -> Tensor:
    """Append a row of a structured op; the caller fills its memory (or shares a storage's).

    Parameters
    ----------
    op
        Opcode.
    layout
        Descriptor number of the result.
    *inputs
        At most two tensors; which of them the reverse rule reads is declared in the op table.
    parameters
        Words that the reverse rule needs.
    variadic
        More inputs, whose values the rule does not read.
    share, offset
        Storage and element offset of the result where it is a view.
    hosted
        Whether the reverse rule runs in the host.
    """
    operands = list(inputs)
    while True:
        for t in operands:
            status = core.current(core.handle_of(t))
            if status < 0:
                operands = repair(status, op, operands)
                break
        else:
            more = list(variadic)
            for t in more:
                status = core.current(core.handle_of(t))
                if status < 0:
                    more = repair(status, op, more)
                    break
            else:
                floats = layout_at(layout).dtype.is_floating_point
                flags = _structured_flags(op, operands, more, hosted) if floats else 0
                handles = [core.handle_of(t) for t in operands] + [0] * (2 - len(operands))
                with rows_held:
                    block = 0
                    if flags and (parameters or more):
                        rows = [core.row_info(core.handle_of(t)) for t in more]
                        block = make_block(parameters, rows)
                    status = core.record(op, *handles, block, layout, flags, share, offset)
                if status > 0:
                    made: Tensor = core.new_object(status)
                    return made
                if block:
                    core.release(block)
                operands = repair(status, op, operands)
                continue
            variadic = more


def _structured_flags(
    op: int, inputs: Sequence[Tensor], variadic: Sequence[Tensor], hosted: bool
) -> int:
    if not core.modes() & 1:
        return 0
    flags = 0
    saves = (opcodes.SAVES0, opcodes.SAVES1)
    differentiable = 1 if op == Op.ALIAS else opcodes.DIFFERENTIABLE[op]
    for k, t in enumerate(inputs):
        if core.flags_of(core.handle_of(t)) & abi.REQUIRES_GRAD and (differentiable >> k) & 1:
            flags |= abi.NEEDS0 << k | saves[k][op] * abi.SAVED0
    if any(core.flags_of(core.handle_of(t)) & abi.REQUIRES_GRAD for t in variadic):
        flags |= abi.NEEDS2 | opcodes.SAVES2[op] * abi.SAVED0
    if not flags:
        return 0
    return flags | abi.REQUIRES_GRAD | (abi.HOSTED if hosted else 0)


@with_rows_held
def record_stale(
    op: int,
    handle: int,
    layout: int,
    flags: int,
    storage: int,
    offset: int,
    other: int = 0,
    parameters: Sequence[int] = (),
) -> int:
    """Append a row whose first input is a handle's row even though its value was overwritten."""
    tape = active_tape()
    while not core.has_rows(tape.columns.address, 2):
        make_room()
    block = make_block(parameters) if parameters else 0
    status = core.record_rows(
        op, core.row_info(handle), other, block, layout, flags, storage, offset
    )
    if status < 0:
        raise_status(status)
    return int(status)


def make_leaf(handle: int) -> None:
    """Make a leaf that requires a gradient of the constant behind a handle."""
    while True:
        status = core.make_leaf(handle)
        if status > 0:
            return
        repair(status, Op.LEAF, (core.tensor_of(handle),))


def copy_of(tensor: Tensor, op: int = Op.COPY, layout: int = 0) -> Tensor:
    """Copy a tensor's value to memory of its own; the gradient passes through.

    `layout` is the copy's descriptor; it keeps the order of the dimensions where that is 0.
    """
    if core.current(core.handle_of(tensor)) == Status.STALE:
        refresh(tensor)
    if not layout:
        t = layout_of(tensor)
        layout = number_of(t.dtype.code, tuple(t.shape), kept_strides(tensor))
    made = record(op, layout, tensor, hosted=False)
    array(made)[...] = array(tensor)
    return made


# Memory -------------------------------------------------------------------------------------------


def layout_of(tensor: TensorBase) -> Layout:
    """Layout of a tensor's value."""
    return layout_at(core.layout_of(core.handle_of(tensor)))


def array(tensor: Tensor) -> npt.NDArray[Any]:
    """NumPy view of a tensor's memory that keeps nothing alive: for use within one operation."""
    handle = core.handle_of(tensor)
    t = layout_at(core.layout_of(handle))
    return view(core.address_of(handle), t.dtype.numpy, t.shape, t.byte_strides)


def is_dense(tensor: Tensor) -> bool:
    """Tell whether a tensor's elements fill a block without gaps or overlaps, in any order."""
    t = layout_of(tensor)
    expected = 1
    for size, stride in sorted(zip(t.shape, t.strides, strict=True), key=lambda p: p[1]):
        if size != 1:
            if stride != expected:
                return False
            expected *= size
    return True


def kept_strides(tensor: Tensor) -> tuple[int, ...]:
    """Strides of a copy of a tensor: its own, or without gaps in the order of its dimensions."""
    t = layout_of(tensor)
    return t.strides if is_dense(tensor) else dense_strides(t.shape, t.strides)


def readable(tensor: Tensor) -> npt.NDArray[Any]:
    """Values of a tensor for reading, after bringing a stale tensor up to date."""
    status = core.current(core.handle_of(tensor))
    if status == Status.STALE:
        refresh(tensor)
    values = array(tensor)
    # A value that lives in its row would move with it when the tape is compacted.
    return values.copy() if core.flags_of(core.handle_of(tensor)) & abi.INLINE else values


def empty(code: int, shape: tuple[int, ...], strides: tuple[int, ...] | None = None) -> Tensor:
    """Make a constant with memory of its own that nobody has written."""
    return record(Op.CONST, number_of(code, shape, strides))


def record_values(
    op: int,
    values: npt.NDArray[Any],
    kind: dtypes.dtype,
    *inputs: Tensor,
    parameters: Sequence[int] = (),
    variadic: Sequence[Tensor] = (),
    hosted: bool = True,
) -> Tensor:
    """Append a row of a structured op whose value was computed; see `record`."""
    number = number_of(kind.code, values.shape)
    made = record(
        op, number, *inputs, parameters=parameters, variadic=variadic, hosted=hosted
    )  # fmt: skip
    array(made)[...] = values
    return made


def from_array(values: npt.NDArray[Any], kind: dtypes.dtype | None = None) -> Tensor:
    """Make a constant with a copy of an array."""
    if kind is None:
        kind = dtypes.from_numpy_dtype(values.dtype)
    made = empty(kind.code, values.shape)
    array(made)[...] = values
    return made


def scalar(value: float, kind: dtypes.dtype, flags: int = 0) -> Tensor:
    """Make a constant of no dimensions; `flags` is NUMBER where it is an operand of an op."""
    if kind.is_floating_point:
        handle = core.constant(kind.code, float_word(value), flags)
        if handle > 0:
            fast: Tensor = core.new_object(handle)
            return fast
    made = record(Op.CONST, int(TABLES["zero_dim"][kind.code]))
    view(core.address_of(core.handle_of(made)), kind.numpy, 1)[0] = value
    return made


def operand_of(value: object, beside: Tensor) -> Tensor | None:
    """Make a tensor of the other operand of a binary op; None where it is no operand."""
    from tapegrad._tensor import Tensor

    if isinstance(value, Tensor):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        kind = dtypes.bool_
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise OverflowError(f"int too big to convert to int64: {value}")
        kind = dtypes.int64
    elif isinstance(value, float):
        kind = dtypes.get_default_dtype()
    elif isinstance(value, np.ndarray):
        return from_array(value)
    else:
        return None
    # A Python number never raises the dtype within its category.
    mine = beside.dtype
    kind = dtypes.result([(mine, priority(beside)), (kind, dtypes.Priority.NUMBER)])
    if kind is dtypes.int32:
        value = (int(value) + 2**31) % 2**32 - 2**31  # wraps, as in PyTorch
    return scalar(value, kind, abi.NUMBER)


def _slow_unary(op: int, status: int, x: object) -> Any:
    from tapegrad.ops import dispatch

    return dispatch.slow_unary(op, status, x)


def _slow_binary(op: int, status: int, x: object, y: object) -> Any:
    from tapegrad.ops import dispatch

    return dispatch.slow_binary(op, status, x, y)


CONTEXT[0]["slow_unary"] = id(_slow_unary)
CONTEXT[0]["slow_binary"] = id(_slow_binary)
