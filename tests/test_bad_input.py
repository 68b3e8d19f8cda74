"""Bad and odd input: PyTorch's exception, a clear message, and an engine that works on after it."""

from __future__ import annotations

import builtins
import copy
import gc
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from bad_input_cases import REFUSED

import tapegrad as torch
from tapegrad.nn import functional as F
from tapegrad.tape import default_tape
from tapegrad.testing.census import engine_census

#: What a public function may raise for arguments that make no sense.
REFUSALS = (TypeError, ValueError, RuntimeError, IndexError, OverflowError, BufferError)
#: These change the state of the process, or are no functions of tensors.
NOT_CALLED = (
    "Tape", "enable_grad", "inference_mode", "manual_seed", "no_grad", "printoptions", "seed",
    "set_default_dtype", "set_grad_enabled", "set_printoptions", "set_rng_state",
)  # fmt: skip
FUNCTIONS = {
    name: getattr(torch, name)
    for name in torch.__all__
    if callable(getattr(torch, name))
    and name not in NOT_CALLED
    and not (isinstance(getattr(torch, name), type) and issubclass(getattr(torch, name), Exception))
} | {"F." + name: getattr(F, name) for name in F.__all__}


def raiser(gradient):
    raise ValueError("from the hook")


def namespace():
    """Names that the statements of the tables use."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    return {
        "Decimal": Decimal,
        "F": F,
        "Fraction": Fraction,
        "c": torch.ones(2, 2),
        "copy": copy,
        "i": torch.tensor([0, 1]),
        "np": np,
        "pickle": pickle,
        "raiser": raiser,
        "s": torch.tensor(2.0, requires_grad=True),
        "torch": torch,
        "v": torch.tensor([1.0, 2.0, 3.0], requires_grad=True),
        "x": x,
        "y": x * 2,
    }


def run(code):
    """Run statements; gives what they bind to `r`, if anything."""
    names = namespace()
    try:
        exec(compile(code, "<case>", "exec"), names)
        return names.get("r")
    finally:
        names.clear()  # hooks hold it


def program():
    """Gradient of a program with views, an in-place write, host and compiled rules."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    v = x * 2
    v[0].mul_(3)
    joined = torch.cat([x, x.t()])
    ((v.mm(x) + v.sin()).sum() + joined.prod() / 96).backward()
    return x.grad.tolist()


def expected_gradient():
    """The same from the closed form, in float64."""
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    scale = np.array([[6.0, 6.0], [2.0, 2.0]])
    v = x * scale
    ones = np.ones((2, 2))
    return scale * (ones @ x.T + np.cos(v)) + v.T @ ones + 2 * 576 / 96 / x


WANTED = expected_gradient()


def assert_unharmed():
    assert torch.is_grad_enabled()
    assert torch.current_tape() is default_tape
    assert int(default_tape.columns.record[0]["running"]) == 0
    np.testing.assert_allclose(program(), WANTED, rtol=1e-5)


@pytest.fixture(scope="module", autouse=True)
def _young_heap():
    """Keep the collections of the census short: what is alive now is not looked at again."""
    program()
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _unharmed(request):
    """After every test: nothing is left over and gradients are right."""
    before = engine_census()
    yield
    if request.function is not test_keyboard_interrupts:  # which counts for itself
        assert engine_census() == before
    assert_unharmed()


def refused():
    lines = [line for line in REFUSED.split("\n") if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\n +->", " ->", "\n".join(lines)).split("\n")
    for line in joined:
        code, _, rest = line.rpartition(" -> ")
        if rest.startswith("inf") or rest.startswith("nan"):  # the arrow is in the message
            code, _, tail = code.rpartition(" -> ")
            rest = f"{tail} -> {rest}"
        kind, _, text = rest.partition(": ")
        yield pytest.param(code, kind, text, id=code)


@pytest.mark.parametrize(("code", "kind", "text"), list(refused()))
def test_refused(code, kind, text):
    expected = getattr(builtins, kind, None) or getattr(torch, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(expected, match=re.escape(text)):
            run(code)


#: Odd input that is fine, with the value that it must give.
ACCEPTED = {
    "y.backward(torch.ones(2, 2, dtype=torch.float64)); r = x.grad.tolist()": [[2, 2], [2, 2]],
    "w = y[0]; w.mul_(2); y.sum().backward(); r = x.grad.tolist()": [[4, 4], [2, 2]],
    "z = x.clone(); z += z; z *= z; z.sum().backward(); r = x.grad.tolist()": [[8, 16], [24, 32]],
    "z = x.clone(); z[0] = z[1]; z[1] += z[0]; z.sum().backward(); r = x.grad.tolist()": (
        [[0, 0], [3, 3]]
    ),
    "z = x * 1; z[1:] = z[:-1] * 2; z.sum().backward(); r = x.grad.tolist()": [[3, 3], [0, 0]],
    "x.grad = x.detach().clone(); (x * 1).sum().backward(); r = x.grad.tolist()": (
        [[2, 3], [4, 5]]
    ),
    "g = torch.ones(2, 2); (x * 1).backward(g); x.grad.add_(5); r = g.tolist()": [[1, 1], [1, 1]],
    "(x + v[0]).sum().backward(); x.grad.mul_(5); r = v.grad.tolist()": [4, 0, 0],
    "(x * 3).sum().backward(); del x.grad; (x * 2).sum().backward(); r = x.grad.tolist()": (
        [[2, 2], [2, 2]]
    ),
    "y.register_hook(lambda g: g.zero_()); y.sum().backward(); r = x.grad.tolist()": (
        [[0, 0], [0, 0]]
    ),
    "h = y.register_hook(raiser); h.remove(); y.sum().backward(); r = x.grad.tolist()": (
        [[2, 2], [2, 2]]
    ),
    "y.register_hook(lambda g: x.sum().backward()); (3 * y).sum().backward();"
    "r = x.grad.tolist()": (
        [[7, 7], [7, 7]]
    ),
    "r = torch.cat([torch.empty(0), x]).tolist()": [[1, 2], [3, 4]],
    "r = torch.from_numpy(np.zeros((0, 3))).tolist()": [],
    "r = torch.from_numpy(np.array(1.0)).tolist()": 1.0,
    "r = torch.from_numpy(np.arange(4.0).reshape(2, 2).T).tolist()": [[0, 2], [1, 3]],
    "r = torch.from_numpy(np.ones((4, 4))[::2, 1:3]).stride()": (8, 1),
    "r = torch.from_numpy(np.ma.masked_array([1.0, 2.0], [True, False])).tolist()": [1, 2],
    "a = np.lib.stride_tricks.as_strided(np.arange(6.0), (5, 2), (8, 8));"
    "t = torch.from_numpy(a); q = t.clone().requires_grad_(); (q * t).sum().backward();"
    "r = q.grad.tolist()": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]],
    "a = np.ones(4); t = torch.from_numpy(a); del a; t.add_(1); b = t.numpy(); del t; b += 1;"
    "r = b.tolist()": [3, 3, 3, 3],
    "r = torch.tensor(np.float16(1.5).item()).item()": 1.5,
    "r = copy.deepcopy(x).requires_grad": True,
    "r = pickle.loads(pickle.dumps(x)).tolist()": [[1, 2], [3, 4]],
    "r = pickle.loads(pickle.dumps(torch.ones(1).expand(3))).tolist()": [1, 1, 1],
    "r = torch.empty(0, 3).mm(torch.empty(3, 0)).shape": (0, 0),
    "r = torch.empty(3, 0).mm(torch.empty(0, 2)).tolist()": [[0, 0], [0, 0], [0, 0]],
    "r = torch.ones([1] * 32, requires_grad=True).sum().item()": 1.0,
    "r = torch.ones([2] * 12).permute(*range(11, -1, -1)).sum().item()": 4096.0,
    "r = (s[None].shape, s[...].shape, s.view(1, 1).shape)": ((1,), (), (1, 1)),
    "r = torch.tensor([float('inf'), 1.0]).softmax(0).isnan().tolist()": [True, True],
    "r = torch.tensor([1.0, float('nan')]).argmax().item()": 1,
    "r = torch.tensor([float('-inf')] * 2).logsumexp(0).item()": float("-inf"),
    "r = i == None": False,
    "n = torch.tensor(2); torch.ones(n); n.add_(1); r = torch.ones(n).tolist()": [1, 1, 1],
    "n = torch.tensor(2); torch.zeros(n, n); n.sub_(1); r = torch.zeros(n, n).tolist()": [[0]],
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("code", ACCEPTED)
def test_accepted(code):
    assert run(code) == ACCEPTED[code]


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
def test_read_only_arrays_are_shared():
    a = np.arange(3.0)
    a.flags.writeable = False
    assert torch.from_numpy(a).sum().item() == 3
    assert torch.from_numpy(np.broadcast_to(np.float32(1), (3,))).sum().item() == 3


def attempt(action):
    """Run what may be refused, but then with a message."""
    text = None
    try:
        action()
    except REFUSALS as error:
        text = str(error)
    except AssertionError as error:  # PyTorch's exception for a missing device
        text = str(error)
        if "set up with CUDA" not in text:
            raise
    assert text is None or (text and "internal error" not in text)


# Every public function --------------------------------------------------------------------------

WRONG = [
    None, "a", [1], [1.0, "a"], 1j, Decimal(1), Fraction(1, 2), object(), {}, b"a", -1, 2**63, (),
    (2, 2), np.float64(1), np.int32(1), np.ones((2, 2)), torch.float64, int, print,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_arguments(name):
    function = FUNCTIONS[name]
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    calls = [(value,) for value in WRONG]
    calls += [(x, value) for value in WRONG] + [(value, x) for value in WRONG]
    calls += [(x, 0, value) for value in WRONG] + [(x, x, value) for value in WRONG]
    for args in calls:
        attempt(lambda args=args: function(*args))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_unknown_keyword(name):
    with pytest.raises((TypeError, RuntimeError), match=r"bogus|argument|takes no|dtype|parameter"):
        FUNCTIONS[name](torch.ones(2, 2), bogus=1)


SHAPES = [(), (0,), (0, 3), (3, 0), (2, 0, 2), (1,), (1, 1)]
SPECIAL = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 3e38, 1e-45]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_empty_and_zero_dimensional(name):
    function = FUNCTIONS[name]
    for kind in (torch.float32, torch.float64, torch.int64, torch.bool):
        for shape in SHAPES:
            x = torch.zeros(shape, dtype=kind, requires_grad=kind.is_floating_point)
            for args in [(x,), (x, x), (x, 0), (x, -1), (x, x, x), ([x, x],), (x, 0, x.long())]:
                swept(function, args, x)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_nan_and_infinity(name):
    x = torch.tensor([SPECIAL, SPECIAL[::-1]], requires_grad=True)
    for args in [(x,), (x, x), (x, x.t()), (x, 0), (x, x, x), ([x, x],)]:
        swept(FUNCTIONS[name], args, x)


def swept(function, args, x):
    """Call a function and differentiate what it gives; it may refuse."""
    x.grad = None

    def sweep():
        made = function(*args)
        for r in made if isinstance(made, tuple | list) else [made]:
            if isinstance(r, torch.Tensor) and r.requires_grad and r is not x:
                r.sum().backward()

    attempt(sweep)
    assert x.grad is None or (x.grad.shape, x.grad.dtype) == (x.shape, x.dtype)


# Objects ------------------------------------------------------------------------------------------


def test_subclasses():
    class Mine(torch.Tensor):
        def __add__(self, other):
            return "mine"

    made = Mine([1.0, 2.0])
    assert (made * 2).tolist() == [2, 4]
    t = torch.ones(2, requires_grad=True)
    t.__class__ = Mine
    assert t + 1 == "mine"
    (t * 3).sum().backward()
    assert t.grad.tolist() == [3, 3]
    with pytest.raises(TypeError, match="is not safe"):
        object.__new__(Mine)


def test_inputs_deleted_before_backward():
    x = torch.ones(2, requires_grad=True)
    a = x * 2
    b = a.exp()
    v = b[0]
    del a, b
    gc.collect()
    v.backward()
    np.testing.assert_allclose(x.grad.tolist(), [2 * np.e**2, 0], rtol=1e-6)


def test_leaf_in_a_cycle():
    for _ in range(20):
        x = torch.ones(2, requires_grad=True)
        x.me = x
        y = (x * 2).sum()
        del x
        y.backward()


@pytest.mark.parametrize(
    "code",
    [
        "sys.kept = torch.ones(5, requires_grad=True) * 2",
        "sys.kept = torch.ones(5); sys.kept.me = sys.kept",
        "class A: pass\na = A(); a.me = a; a.t = torch.ones(5).numpy(); sys.kept = a",
        "with torch.Tape(): sys.kept = torch.ones(5, requires_grad=True) * 2",
        "y = torch.ones(2); y.requires_grad_(); import atexit\n"
        "atexit.register(lambda: (y * 2).sum().backward())",
    ],
)
def test_tensors_that_outlive_the_modules(code):
    code = "import sys, tapegrad as torch\n" + code
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


# Size ---------------------------------------------------------------------------------------------


def test_deep_graphs():
    x = torch.tensor(1.0, requires_grad=True)
    z = x
    for _ in range(100_000):
        z = z * 1.0
    z.backward()
    assert x.grad.item() == 1
    del z
    z = torch.ones(2, requires_grad=True)
    for _ in range(100_000):
        z = z + 1.0
    del z  # without backward


def test_long_chains_of_views():
    base = torch.zeros(4)
    z = base
    for _ in range(5000):
        z = z[:]
    z.add_(1)
    assert base.tolist() == [1, 1, 1, 1]


def test_wide_graphs():
    leaves = [torch.tensor([1.0], requires_grad=True) for _ in range(5000)]
    (torch.cat(leaves) * torch.arange(5000.0)).sum().backward()
    assert [leaves[k].grad.item() for k in (0, 17, 4999)] == [0, 17, 4999]
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    torch.cat([x] * 5000).sum().backward()
    assert x.grad.tolist() == [5000, 5000]


# Modes --------------------------------------------------------------------------------------------


def test_modes_end_with_exceptions():
    @torch.no_grad()
    def recursive(n):
        if n:
            recursive(n - 1)
        raise ValueError("deep")

    with pytest.raises(ValueError, match="deep"):
        recursive(5)
    assert torch.is_grad_enabled()
    with pytest.raises(ValueError, match="inner"), torch.no_grad(), torch.enable_grad():
        raise ValueError("inner")
    assert torch.is_grad_enabled()


def test_modes_of_decorators():
    assert not torch.no_grad(torch.is_grad_enabled)()
    assert not torch.set_grad_enabled(False)(torch.is_grad_enabled)()
    assert torch.is_grad_enabled()
    with torch.no_grad():
        assert torch.enable_grad(torch.is_grad_enabled)()
        assert not torch.is_grad_enabled()
    outer = torch.set_grad_enabled(False)
    assert not torch.is_grad_enabled()
    with outer:
        pass
    assert torch.is_grad_enabled()


def test_modes_of_generators():
    @torch.no_grad()
    def steps():
        try:
            sent = yield torch.is_grad_enabled()
        except ValueError:
            sent = "caught"
        yield sent, torch.is_grad_enabled()
        return 5

    it = steps()
    assert next(it) is False
    assert torch.is_grad_enabled()
    assert it.send(3) == (3, False)
    it = steps()
    next(it)
    assert it.throw(ValueError()) == ("caught", False)
    it.close()
    assert torch.is_grad_enabled()


# Threads, processes, interrupts -------------------------------------------------------------------


@pytest.fixture
def _switching():
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(old)


@pytest.mark.usefixtures("_switching")
def test_threads():
    wrong = []

    def work(k):
        try:
            for n in range(1, 60):
                x = torch.full((2, n % 5 + 1), 0.5 + k, requires_grad=True)
                y = torch.cat([x.softmax(1) * x, x.t().reshape(2, -1)], 1)
                y.register_hook(lambda g: g * 2)
                y.sum().backward()
                want = 2 / x.shape[1] + 2
                if not np.allclose(x.grad.tolist(), want, rtol=1e-5):
                    wrong.append((k, n, x.grad))
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork():
    child = os.fork()
    if child == 0:
        ok = False
        try:
            ok = np.allclose(program(), WANTED, rtol=1e-5)
        finally:
            os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs setitimer")
def test_keyboard_interrupts():
    """A few values that were on their way when the interrupt came may stay; nothing else may."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    def loop():
        x = torch.ones(2, 2, requires_grad=True)
        for _ in range(20_000):
            y = torch.cat([x * 1.0, x[:1].exp()])
            y.sum().backward(retain_graph=True)
            y.var().backward()
            x.grad = None

    before = engine_census()
    old = signal.signal(signal.SIGALRM, interrupt)
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()  # an interrupt in one, such as Hypothesis's, is lost
    try:
        for k in range(60):
            signal.setitimer(signal.ITIMER_REAL, 0.002 + 0.0003 * (k % 20))
            with pytest.raises(KeyboardInterrupt):
                loop()
            assert_unharmed()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
        gc.callbacks[:] = callbacks
    after = engine_census()
    assert after.frames == 0
    assert after.rows - before.rows < 300
