"""Bad input of every kind to every function, and an engine that works on after it.

What single statements do is recorded in golden/cells, mostly in its files bad_input_*.py; here is
what PyTorch's records cannot say.
"""

from __future__ import annotations

import copy
import gc
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import tapegrad as torch
from tapegrad.nn import functional as F
from tapegrad.tape import default_tape
from tapegrad.testing.census import engine_census

#: What a public function may raise for arguments that make no sense.
REFUSALS = (TypeError, ValueError, RuntimeError, IndexError, OverflowError, BufferError)
#: These change the state of the process, or are no functions of tensors.
NOT_CALLED = (
    "Tape", "enable_grad", "inference_mode", "layout", "manual_seed", "memory_format", "no_grad",
    "printoptions", "seed", "set_default_device", "set_default_dtype", "set_default_tensor_type",
    "set_grad_enabled", "set_printoptions", "set_rng_state", "set_warn_always",
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


#: Statements that PyTorch accepts, or refuses in words that we do not follow.
REFUSED = {
    "torch.ones([1] * 40)": (RuntimeError, "tensors have at most 32 dimensions, got 40"),
    "torch.empty(2**40)": (torch.OutOfMemoryError, "not enough memory: you tried to allocate"),
    "torch.arange(0, 2**62)": (torch.OutOfMemoryError, "elements does not fit in memory"),
    "torch.from_numpy(np.array(['a']))": (
        TypeError,
        "can't convert np.ndarray of type numpy.str_. The only supported types are: float64, "
        "float32, int64, int32, and bool.",
    ),
    "torch.from_numpy(np.zeros(2, np.float16))": (TypeError, "of type numpy.float16. The only"),
    "torch.from_numpy(np.zeros(2, complex))": (TypeError, "of type numpy.complex128. The only"),
    "torch.from_numpy(np.zeros(2, np.uint8))": (TypeError, "of type numpy.uint8. The only"),
    "x.grad = torch.ones(2, 2, dtype=torch.float64)": (
        RuntimeError,
        "attempting to assign a gradient with dtype 'tapegrad.float64' to a tensor with dtype "
        "'tapegrad.float32'.",
    ),
    "x.shape = (4,)": (AttributeError, "property 'shape' of 'Tensor' object has no setter"),
    "x.grad_fn = None": (AttributeError, "property 'grad_fn' of 'Tensor' object has no setter"),
    "del c[0]": (TypeError, "Tensor does not support deleting items"),
    "x.item(1)": (TypeError, "item() takes 1 positional argument but 2 were given"),
    "torch.Tensor.__add__(1, x)": (TypeError, "requires a 'tapegrad.TensorBase' object but"),
    "torch.Tensor.numel(None)": (TypeError, "expected a Tensor, but got NoneType"),
    "torch.Tensor.clone(3)": (TypeError, "argument 'input' (position 1) must be Tensor, not int"),
    "torch.Tensor.sum('a')": (TypeError, "must be Tensor, not str"),
    "object.__new__(torch.Tensor)": (TypeError, "object.__new__(Tensor) is not safe"),
    "y[0].detach_()": (RuntimeError, "Can't detach views in-place. Use detach() instead."),
    "torch.bernoulli(torch.tensor([2.0]))": (RuntimeError, "Expected p_in >= 0 && p_in <= 1"),
    "torch.autograd.Variable(c, bogus=1)": (TypeError, "unexpected keyword argument 'bogus'"),
    "x.copy_(src=c)": (TypeError, "copy_() got an unexpected keyword argument 'src'"),
    "torch.frombuffer(bytearray(8))": (TypeError, "missing 1 required keyword-only argument"),
    "float(x)": (ValueError, "a Python float cannot hold 4 elements"),
}


@pytest.mark.filterwarnings("ignore:Converting a tensor")
@pytest.mark.parametrize("code", REFUSED)
def test_refused(code):
    kind, text = REFUSED[code]
    with pytest.raises(kind, match=re.escape(text)):
        run(code)


def attempt(action):
    """Run what may be refused, but then with a message."""
    text = None
    try:
        action()
    except REFUSALS as error:
        text = str(error)
    except AssertionError as error:  # PyTorch's exception for a missing device
        text = str(error)
        if "compiled with CUDA" not in text:
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


@pytest.mark.filterwarnings("ignore")
@pytest.mark.filterwarnings("ignore:tapegrad.range is deprecated")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_unknown_keyword(name):
    says = r"bogus|argument|takes no|dtype|parameter|cannot create"
    with pytest.raises((TypeError, RuntimeError), match=says):
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


def test_subclasses_cannot_be_made_without_a_value():
    class Mine(torch.Tensor):
        pass

    assert type(copy.deepcopy(Mine([1.0]))) is Mine
    assert type(copy.copy(Mine([1.0]))) is Mine
    with pytest.raises(TypeError, match="is not safe"):
        object.__new__(Mine)


def test_copies_of_storages_are_found_by_their_memo():
    """A storage that died while a copy was made must not be taken for a new one of its number."""
    memo = {}
    for k in range(50):
        made = copy.deepcopy(torch.full((3,), float(k)), memo)
        assert made.tolist() == [k] * 3


def test_attributes_that_hold_the_tensor_are_copied():
    x = torch.ones(2)
    x.me = x
    for made in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
        assert made.me is made
        del made.me
    assert copy.copy(x).me is x
    del x.me


def test_copied_memory_is_given_back():
    x = torch.ones(1000, requires_grad=True)
    for _ in range(3):
        pickle.loads(pickle.dumps([x, x[1:]]))
        copy.deepcopy({"x": x, "part": x.detach()[3:]})
        copy.copy(x)


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
