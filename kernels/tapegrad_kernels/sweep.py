"""The reverse sweep: from the root down over the rows that have an adjoint, highest row first.

Rows that wait are kept in a bitmap with five levels of summaries, so the next one is found in a few
instructions, nothing that the root does not depend on is visited, and there is no recursion.
"""

from __future__ import annotations

from numba import float32, float64, int64, uint64

from tapegrad_kernels.abi import (
    FRAME,
    FRAME_LIMIT,
    FREED,
    HOOKED,
    HOSTED,
    INLINE,
    L_DENSE,
    N_DTYPES,
    NEEDS0,
    NEEDS1,
    NEEDS2,
    REQUIRES_GRAD,
    ROW_MAJOR,
    SAVED,
    SAVED0,
    SAVED1,
    SAVED2,
    SAVED_OUT,
    SCALAR,
    SPILLED,
    WIDE,
    DType,
    Status,
)  # fmt: skip
from tapegrad_kernels.generated.opcodes import LAST_ELEMENTWISE, Op
from tapegrad_kernels.generated.scalar import partials as _partials
from tapegrad_kernels.intrinsics import (
    engine,
    f32,
    f64,
    frame_at,
    i16,
    i32,
    i64,
    leading_zeros,
    long_from,
    memset,
    tape_at,
    u16,
    u64,
)  # fmt: skip
from tapegrad_kernels.jitting import inlined, jit
from tapegrad_kernels.layouts import dtype_of, itemsize_of, layout_words, numel_of, row_major
from tapegrad_kernels.linalg import dimension, product, stride
from tapegrad_kernels.loops import ACCUMULATE, CONTIGUOUS, STORE, run_loop, set_operand
from tapegrad_kernels.memory import OWN, adopt_block, allocate, release_block
from tapegrad_kernels.record import _handle_or_undo
from tapegrad_kernels.tape import (
    append_row,
    current_row,
    drop_value,
    enter,
    has_room,
    new_object,
    storage_of,
    value_address,
)  # fmt: skip
from tapegrad_kernels.units import boundary

scalar_partials = jit(_partials)

_LAST_ELEMENTWISE = int(LAST_ELEMENTWISE)
_LEAF = int(Op.LEAF)
_LINK = int(Op.LINK)
_CONST = int(Op.CONST)
_ALIAS = int(Op.ALIAS)
_ADD = int(Op.ADD)
_FIRST_VIEW = int(Op.VIEW)
_LAST_VIEW = int(Op.UNSAFE_VIEW)
_SUM_DIM = int(Op.SUM_DIM)
_MEAN_DIM = int(Op.MEAN_DIM)
_SUM = int(Op.SUM)
_MEAN = int(Op.MEAN)
_MM = int(Op.MM)
_FLOAT64 = int(DType.FLOAT64)
_DONE = int(Status.DONE)
_HOOK = int(Status.HOOK)
_HOST = int(Status.HOST)
_RULE = int(Status.RULE)
_ROOM = int(Status.ROOM)
_KERNEL = int(Status.KERNEL)
_MEMORY = int(Status.MEMORY)
_TABLE = int(Status.TABLE)
_FREED_TWICE = int(Status.FREED_TWICE)
_MODIFIED = int(Status.MODIFIED)
_ONE = uint64(1)
_FRAME_BYTES = FRAME.itemsize
# Words of the parameter blocks that the sweep reads (word 0 counts variadic inputs).
_P_LAYOUT = 1
_P_OFFSET = 2


@jit
def _summarise(f, word):
    """Tell the upper levels that a word of the lowest is no longer empty."""
    i = word
    for level in (f.level1, f.level2, f.level3, f.level4):
        words = u64(level)
        old = words[i >> 6]
        words[i >> 6] = old | (_ONE << uint64(i & 63))
        if old != 0:
            return
        i >>= 6


@jit
def _forget(f, word):
    """Tell the upper levels that a word of the lowest became empty."""
    i = word
    for level in (f.level1, f.level2, f.level3, f.level4):
        words = u64(level)
        left = words[i >> 6] & ~(_ONE << uint64(i & 63))
        words[i >> 6] = left
        if left != 0:
            return
        i >>= 6


@inlined
def await_row(f, row):
    """Add a row to the pending set."""
    _await(f, f.level0, row)


@inlined
def _await(f, level0, row):
    """Add a row to the pending set whose lowest level is at `level0`."""
    words = u64(level0)
    word = row >> 6
    old = words[word]
    words[word] = old | (_ONE << uint64(row & 63))
    if old == 0:
        _summarise(f, word)


@inlined
def is_pending(f, row):
    """Tell whether a row is in the pending set."""
    return (u64(f.level0)[row >> 6] >> uint64(row & 63)) & _ONE != 0


@inlined
def leave_row(f, row):
    """Take a row out of the pending set."""
    words = u64(f.level0)
    word = row >> 6
    left = words[word] & ~(_ONE << uint64(row & 63))
    words[word] = left
    if left == 0:
        _forget(f, word)


@jit
def _climb(f, word):
    """Highest pending row below a word of the lowest level that is empty; 0: none."""
    levels = (f.level0, f.level1, f.level2, f.level3, f.level4)
    i = word
    for level in range(1, 5):
        below = (_ONE << uint64(i & 63)) - _ONE
        i >>= 6
        found = u64(levels[level])[i] & below
        if found != 0:
            i = i * 64 + 63 - leading_zeros(found)
            for down in range(level - 1, -1, -1):
                i = i * 64 + 63 - leading_zeros(u64(levels[down])[i])
            return i
    return int64(0)


@inlined
def highest(f, top):
    """Highest pending row, which is at most `top`; 0: none."""
    word = top >> 6
    found = u64(f.level0)[word]
    if found != 0:
        return word * 64 + 63 - leading_zeros(found)
    return _climb(f, word)


@inlined
def _wanted(f, row):
    """Tell whether a sweep restricted to some inputs goes through a row."""
    return f.allowed == 0 or (u64(f.allowed)[row >> 6] >> uint64(row & 63)) & _ONE != 0


@jit
def adjoint_address(f, t, row):
    """Address of a pending row's adjoint."""
    if numel_of(i32(t.layout)[row]) == 1:
        return f.adj + 8 * row
    return i64(f.adj)[row]


@jit
def _adjoint_bytes(t, row):
    layout = i32(t.layout)[row]
    return numel_of(layout) * itemsize_of(dtype_of(layout))


@jit
def _open_adjoint(f, t, row, covered):
    """Make a row pending and give it memory for its adjoint.

    `covered`: the caller stores to every element. Gives the mode of the write, or a negative
    status.
    """
    if numel_of(i32(t.layout)[row]) == 1:
        await_row(f, row)
        return int64(ACCUMULATE)
    if is_pending(f, row):
        return int64(ACCUMULATE)
    nbytes = _adjoint_bytes(t, row)
    block = allocate(max(nbytes, int64(8)))
    if block == 0:
        return int64(_MEMORY)
    i64(f.adj)[row] = block
    await_row(f, row)
    if covered:
        return int64(STORE)
    memset(block, int64(0), nbytes)
    return int64(ACCUMULATE)


@jit
def _close_adjoint(f, t, row):
    """Take a row out of the pending set and free its adjoint."""
    leave_row(f, row)
    if numel_of(i32(t.layout)[row]) != 1 and i64(f.adj)[row] != 0:
        release_block(i64(f.adj)[row], max(_adjoint_bytes(t, row), int64(8)))
    i64(f.adj)[row] = 0


@jit
def _add_adjoint(f, t, row, g, layout, numel, covered):
    """Add the block `g`, seen through `layout`, to the adjoint of a row, broadcasting it."""
    mode = _open_adjoint(f, t, row, covered)
    if mode < 0:
        return mode
    own = i32(t.layout)[row]
    dtype = dtype_of(own)
    dense = row_major(own, dtype)
    place = adjoint_address(f, t, row)
    set_operand(int64(0), g, layout, dtype)
    for k in range(1, 5):  # the kernel that adds reads only its first operand
        set_operand(k, place, dense, dtype)
    set_operand(int64(5), place, dense, dtype)
    kernel = i64(engine().reverse)[_ADD * 3 * N_DTYPES + dtype]
    return run_loop(kernel, int64(0), int64(CONTIGUOUS), int64(6), dense, mode)


@jit
def _reverse_elementwise(f, t, row, op, flags):
    """Reverse rule of an elementwise row with more than one element, or of mixed layouts."""
    c = engine()
    layout = i32(t.layout)[row]
    dtype = dtype_of(layout)
    dense = row_major(layout, dtype)
    numel = numel_of(layout)
    reverse = i64(c.reverse)
    last = int64(-1)
    for k in range(3):
        if flags & (NEEDS0 << k):
            if reverse[(op * 3 + k) * N_DTYPES + dtype] == 0:
                c.error_row = row
                c.error_input = k
                return int64(_KERNEL)
            last = k
    g = adjoint_address(f, t, row)
    for k in range(last + 1):
        if flags & (NEEDS0 << k) == 0:
            continue
        source = (
            int64(i32(t.in0)[row])
            if k == 0
            else int64(i32(t.in1)[row])
            if k == 1
            else int64(i32(t.aux)[row])
        )
        if not _wanted(f, source):
            continue
        own = i32(t.layout)[source]
        own_dense = row_major(own, dtype)
        covered = own_dense == dense
        unit = (i64(c.unit)[op] >> k) & 1
        if unit and k == last and covered and numel != 1 and not is_pending(f, source):
            # The adjoint passes through unchanged and nobody else reads it: hand the block on.
            i64(f.adj)[source] = i64(f.adj)[row]
            i64(f.adj)[row] = 0
            await_row(f, source)
            continue
        mode = _open_adjoint(f, t, source, covered)
        if mode < 0:
            return mode
        saves = i64(c.saves)[3 * op + k]
        set_operand(int64(0), g, dense, dtype)
        for j in range(4):
            reads = (saves >> j) & 1
            which = row
            if j == 0:
                which = int64(i32(t.in0)[row])
            elif j == 1:
                which = int64(i32(t.in1)[row])
            elif j == 2:
                which = int64(i32(t.aux)[row])
            if reads:
                its = i32(t.layout)[which]
                set_operand(j + 1, value_address(t, which), its, dtype_of(its))
            else:
                set_operand(j + 1, g, dense, dtype)
        set_operand(int64(5), adjoint_address(f, t, source), own_dense, dtype)
        kernel = reverse[(op * 3 + k) * N_DTYPES + dtype]
        run_loop(kernel, int64(0), int64(CONTIGUOUS), int64(6), dense, mode)
    return int64(0)


@jit
def _reverse_mm(f, t, row, flags):
    """`dA += G B'` and `dB += A' G`."""
    a = int64(i32(t.in0)[row])
    b = int64(i32(t.in1)[row])
    la = i32(t.layout)[a]
    lb = i32(t.layout)[b]
    dtype = dtype_of(la)
    m = dimension(la, 0)
    k = dimension(la, 1)
    n = dimension(lb, 1)
    g = adjoint_address(f, t, row)
    if flags & NEEDS0 and _wanted(f, a):
        mode = _open_adjoint(f, t, a, True)
        if mode < 0:
            return mode
        status = product(
            dtype, m, k, n, g, n, int64(1), value_address(t, b), stride(lb, 1), stride(lb, 0),
            adjoint_address(f, t, a), int64(mode == ACCUMULATE),
        )  # fmt: skip
        if status < 0:
            return status
    if flags & NEEDS1 and _wanted(f, b):
        mode = _open_adjoint(f, t, b, True)
        if mode < 0:
            return mode
        status = product(
            dtype, k, n, m, value_address(t, a), stride(la, 1), stride(la, 0), g, n, int64(1),
            adjoint_address(f, t, b), int64(mode == ACCUMULATE),
        )  # fmt: skip
        if status < 0:
            return status
    return int64(0)


@jit
def _reverse_view(f, t, row):
    """A view's adjoint is added to the elements of the input's adjoint that the view shows."""
    source = int64(i32(t.in0)[row])
    if not _wanted(f, source):
        return int64(0)
    c = engine()
    words = i64(i64(c.s_address)[i32(t.aux)[row]])
    layout = i32(t.layout)[row]
    dtype = dtype_of(layout)
    numel = numel_of(layout)
    shown = words[_P_LAYOUT]
    whole = numel == numel_of(i32(t.layout)[source])
    reshaped = whole and numel != 1 and layout_words(shown)[L_DENSE] == ROW_MAJOR
    if reshaped and not is_pending(f, source):  # hand the block on
        i64(f.adj)[source] = i64(f.adj)[row]
        i64(f.adj)[row] = 0
        await_row(f, source)
        return int64(0)
    mode = _open_adjoint(f, t, source, whole and layout_words(shown)[L_DENSE] != 0)
    if mode < 0:
        return mode
    dense = row_major(layout, dtype)
    place = adjoint_address(f, t, source) + words[_P_OFFSET] * itemsize_of(dtype)
    set_operand(int64(0), adjoint_address(f, t, row), dense, dtype)
    for k in range(1, 6):  # the kernel that adds reads only its first operand
        set_operand(k, place, shown, dtype)
    kernel = i64(c.reverse)[_ADD * 3 * N_DTYPES + dtype]
    return run_loop(kernel, int64(0), int64(CONTIGUOUS), int64(6), dense, mode)


@jit
def _reverse_sum(f, t, row, op):
    """The adjoint of a sum or mean is spread over the input."""
    source = int64(i32(t.in0)[row])
    if not _wanted(f, source):
        return int64(0)
    words = i64(i64(engine().s_address)[i32(t.aux)[row]])
    g = adjoint_address(f, t, row)
    layout = i32(t.layout)[row]
    numel = numel_of(layout)
    if op == _MEAN or op == _MEAN_DIM:
        count = float64(numel_of(i32(t.layout)[source])) / float64(max(numel, int64(1)))
        if dtype_of(layout) == _FLOAT64:
            for k in range(numel):
                f64(g)[k] /= count
        else:
            for k in range(numel):
                f32(g)[k] /= float32(count)
    return _add_adjoint(f, t, source, g, words[_P_LAYOUT], numel, True)


@inlined
def _is_stale(t, row):
    """Tell whether a value was overwritten since its row was made."""
    if u16(t.flags)[row] & INLINE:
        return False
    return i32(engine().s_version)[storage_of(t, row)] != i32(t.ver)[row]


@jit
def _modified(t, row, flags):
    """Find an overwritten saved value: 1 + the input's number, or 0."""
    if flags & SAVED0 and _is_stale(t, int64(i32(t.in0)[row])):
        return int64(1)
    if flags & SAVED1 and _is_stale(t, int64(i32(t.in1)[row])):
        return int64(2)
    if flags & SAVED2 and _is_stale(t, int64(i32(t.aux)[row])):
        return int64(3)
    if flags & SAVED_OUT and _is_stale(t, row):
        return int64(4)
    return int64(0)


@jit
def _release_saved(t, row, flags):
    """Let go of the values that a row saved (see `tape.release_row` for scalar rows)."""
    u16(t.flags)[row] |= FREED
    if flags & SCALAR:
        return
    if flags & SAVED0:
        drop_value(t, int64(i32(t.in0)[row]))
    if flags & SAVED1:
        drop_value(t, int64(i32(t.in1)[row]))
    if flags & SAVED2:
        drop_value(t, int64(i32(t.aux)[row]))
    if flags & SAVED_OUT:
        drop_value(t, row)


@inlined
def _load(address, wide):
    """Read a float of either dtype as float64."""
    return f64(address)[0] if wide else float64(f32(address)[0])


@inlined
def _add(address, wide, value):
    """Add to a float of either dtype."""
    if wide:
        f64(address)[0] += value
    else:
        f32(address)[0] = float32(float64(f32(address)[0]) + value)


@inlined
def _readable(t, row):
    """Address of a row's value; where that is gone, of some word (the rule does not read it)."""
    return t.val + 8 * row if u16(t.flags)[row] & SPILLED else value_address(t, row)


@inlined
def _sweep_scalar(f, t, adj, level0, columns, row, op, flags):
    """Reverse rule of a row with one float element everywhere."""
    in0, in1, aux = columns
    a = int64(i32(in0)[row])
    b = int64(i32(in1)[row])
    d = int64(i32(aux)[row])
    x = _readable(t, a)
    y = _readable(t, b) if b != 0 else x
    z = _readable(t, d) if d != 0 else y
    o = _readable(t, row)
    wide = flags & WIDE != 0
    g = _load(adj + 8 * row, wide)
    p0, p1, p2 = scalar_partials(
        float64, op, _load(x, wide), _load(y, wide), _load(z, wide), _load(o, wide)
    )
    free = f.allowed == 0
    if flags & NEEDS0 and (free or _wanted(f, a)):
        _add(adj + 8 * a, wide, g * p0)
        _await(f, level0, a)
    if flags & NEEDS1 and (free or _wanted(f, b)):
        _add(adj + 8 * b, wide, g * p1)
        _await(f, level0, b)
    if flags & NEEDS2 and (free or _wanted(f, d)):
        _add(adj + 8 * d, wide, g * p2)
        _await(f, level0, d)


@boundary
def run_sweep(address):
    """Run a frame until it ends or needs the host; see `Status`. `error_row` names the row."""
    c = engine()
    f = frame_at(address)
    t = tape_at(f.tape)
    ops = i16(t.op)
    row_flags = u16(t.flags)
    adj = f.adj
    level0 = f.level0
    columns = (t.in0, t.in1, t.aux)
    keep = f.retain != 0
    row = f.top
    while True:
        word = row >> 6
        found = u64(level0)[word]
        row = word * 64 + 63 - leading_zeros(found) if found != 0 else _climb(f, word)
        if row == 0:
            return int64(_DONE)
        flags = int64(row_flags[row])
        op = int64(ops[row])
        if (
            flags & (SCALAR | HOOKED | FREED) == SCALAR
            and op > _LINK
            and (flags & SAVED == 0 or _modified(t, row, flags) == 0)
        ):
            _sweep_scalar(f, t, adj, level0, columns, row, op, flags)
            i64(adj)[row] = 0
            leave_row(f, row)
            if flags & SAVED and not keep:
                row_flags[row] = flags | FREED
            continue
        f.top = row
        c.error_row = row
        if flags & HOOKED and f.passed != row:
            return int64(_HOOK)
        if op == _LEAF or op == _LINK:
            # Its adjoint stays until the host takes it.
            leave_row(f, row)
            i32(f.results)[f.n_results] = row
            f.n_results += 1
            continue
        if flags & FREED:
            return int64(_FREED_TWICE)
        if flags & SAVED:
            bad = _modified(t, row, flags)
            if bad != 0:
                c.error_input = bad - 1
                return int64(_MODIFIED)
        if flags & SCALAR:
            _sweep_scalar(f, t, adj, level0, columns, row, op, flags)
            i64(adj)[row] = 0
            leave_row(f, row)
        else:
            if flags & HOSTED:
                return int64(_RULE)
            if i64(c.reverse)[_ADD * 3 * N_DTYPES + dtype_of(i32(t.layout)[row])] == 0:
                c.error_input = 0
                c.error_row = 0
                return int64(_KERNEL)
            status = int64(0)
            if op <= _LAST_ELEMENTWISE and op != _ALIAS:
                status = _reverse_elementwise(f, t, row, op, flags)
            elif op == _MM:
                status = _reverse_mm(f, t, row, flags)
            elif _FIRST_VIEW <= op <= _LAST_VIEW:
                status = _reverse_view(f, t, row)
            elif op == _SUM or op == _MEAN or op == _SUM_DIM or op == _MEAN_DIM:
                status = _reverse_sum(f, t, row, op)
            else:  # a copy or an alias
                source = int64(i32(t.in0)[row])
                if _wanted(f, source):
                    layout = row_major(i32(t.layout)[row], dtype_of(i32(t.layout)[row]))
                    g = adjoint_address(f, t, row)
                    status = _add_adjoint(f, t, source, g, layout, numel_of(layout), True)
            if status < 0:
                return status
            _close_adjoint(f, t, row)
        if not keep and flags & SAVED:
            _release_saved(t, row, flags)


@boundary
def begin(address, retain):
    """Start a sweep over a tape in a free frame; its address, or 0 where the host must add one."""
    t = tape_at(address)
    for k in range(FRAME_LIMIT):
        place = t.frames + k * _FRAME_BYTES
        f = frame_at(place)
        if f.adj == 0:
            return int64(0)
        if f.busy == 0:
            f.retain = retain
            f.n_results = 0
            f.busy = 1
            f.top = t.n - 1
            f.passed = 0
            f.allowed = 0
            t.running += 1
            return place
    return int64(0)


@boundary
def count_results(address):
    """Number of leaves that a sweep has reached."""
    return frame_at(address).n_results


@boundary
def result_row(address, k):
    """Row of the leaf that a sweep reached as number `k`."""
    return int64(i32(frame_at(address).results)[k])


@boundary
def result_leaf(address, k):
    """Handle of the leaf that a sweep reached as number `k`; 0 where no tensor object has it."""
    f = frame_at(address)
    handle = int64(i32(tape_at(f.tape).in0)[i32(f.results)[k]])
    return handle if i64(engine().h_object)[handle] != 0 else int64(0)


@boundary
def close_frame(address):
    """End a sweep, also one that failed: nothing stays pending."""
    f = frame_at(address)
    t = tape_at(f.tape)
    while True:
        row = highest(f, f.top)
        if row == 0:
            break
        f.top = row
        _close_adjoint(f, t, row)
    for k in range(f.n_results):
        row = int64(i32(f.results)[k])
        if i64(f.adj)[row] != 0:
            if numel_of(i32(t.layout)[row]) != 1:
                release_block(i64(f.adj)[row], max(_adjoint_bytes(t, row), int64(8)))
            i64(f.adj)[row] = 0
    f.busy = 0
    t.running -= 1
    return int64(0)


@boundary
def give_adjoint(address, row, handle):
    """Add a tensor (dense, of the row's shape and dtype) to the adjoint of a row."""
    c = enter()
    f = frame_at(address)
    t = tape_at(f.tape)
    source = tape_at(i64(c.h_tape)[handle])
    value = int64(i32(c.h_row)[handle])
    dtype = dtype_of(i32(t.layout)[row])
    if i64(c.reverse)[_ADD * 3 * N_DTYPES + dtype] == 0:
        c.error_row = 0
        return int64(_KERNEL)
    if row > f.top:
        f.top = row
    layout = i32(source.layout)[value]
    return _add_adjoint(f, t, row, value_address(source, value), layout, int64(0), True)


@boundary
def take_adjoint(address, row):
    """Turn the adjoint of a row into a tensor without a graph; a handle, or a negative status."""
    c = enter()
    f = frame_at(address)
    t = tape_at(f.tape)
    to = tape_at(c.tape)
    if not has_room(to, int64(1)):
        return int64(_ROOM)
    own = i32(t.layout)[row]
    layout = row_major(own, dtype_of(own))
    if layout < 0:
        return layout
    # The value word: the adjoint itself, or the storage that takes its block over.
    word = i64(f.adj)[row]
    inline = numel_of(layout) == 1
    if not inline:
        nbytes = max(_adjoint_bytes(t, row), int64(8))
        word = adopt_block(word, nbytes, int64(OWN), int64(0))
        if word == 0:
            return int64(_TABLE)
    new = append_row(
        to, int64(_CONST), int64(0), int64(0), int64(0), layout, int64(INLINE if inline else 0)
    )
    i64(to.val)[new] = word
    i64(f.adj)[row] = 0
    if is_pending(f, row):
        leave_row(f, row)
    return _handle_or_undo(to, new)


@boundary
def finish_rule(address, row):
    """After the host ran the rule of a row: let go of what the row saved."""
    f = frame_at(address)
    t = tape_at(f.tape)
    flags = int64(u16(t.flags)[row])
    if f.retain == 0 and flags & SAVED:
        _release_saved(t, row, flags)
    return int64(0)


@boundary
def seed_one(address, row):
    """Give a root of one element the adjoint 1."""
    f = frame_at(address)
    t = tape_at(f.tape)
    if dtype_of(i32(t.layout)[row]) == _FLOAT64:
        f64(f.adj)[row] += 1.0
    else:
        f32(f.adj + 8 * row)[0] += float32(1.0)
    if row > f.top:
        f.top = row
    await_row(f, row)
    return int64(0)


@boundary
def backward_object(thing, retain):
    """Sweep from a tensor of one element on the global tape, up to where the host is needed.

    Gives the frame, to be closed by the host, or 0 where this is not such a case. Where the sweep
    has not ended, the context's `stopped` says why.
    """
    c = enter()
    c.stopped = int64(_HOST)
    if i64(thing)[1] != c.tensor_type or c.watched != 0:
        return int64(0)
    handle = i64(thing)[2]
    if handle == 0 or i64(c.h_tape)[handle] != c.default_tape or c.tape != c.default_tape:
        return int64(0)
    row = current_row(handle)
    if row < 0:
        return int64(0)
    t = tape_at(c.tape)
    if u16(t.flags)[row] & REQUIRES_GRAD == 0 or numel_of(i32(t.layout)[row]) != 1:
        return int64(0)
    frame = begin(c.tape, retain)
    if frame == 0:
        return int64(0)
    seed_one(frame, row)
    c.stopped = run_sweep(frame)
    return frame


@boundary
def take_result(address, k):
    """Tensor object of the adjoint of a sweep's leaf number `k`; 0: Python error."""
    handle = take_adjoint(address, result_row(address, k))
    if handle < 0:
        return long_from(handle)
    return new_object(handle)
