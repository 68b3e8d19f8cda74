"""What holds of nodes beside what the records of PyTorch state."""

from __future__ import annotations

import gc

import pytest

import tapegrad
from tapegrad.autograd.node import state_of
from tapegrad.tape import default_tape

OPS = {
    "product": lambda x, y: x * y,
    "quotient": lambda x, y: x / y,
    "power": lambda x, y: x**y,
    "same twice": lambda x, y: x * x,
    "unary": lambda x, y: x.sin(),
    "lerp": lambda x, y: x.lerp(y, x),
    "broadcast": lambda x, y: x * y[..., :1] if y.ndim else x * y,
    "sum": lambda x, y: x.sum(),
    "view": lambda x, y: x.reshape(-1),
    "where": lambda x, y: tapegrad.where(x > 1, x, y),
    "clamp": lambda x, y: x.clamp(y, y + 1),
    "flip": lambda x, y: x.flip(0) if x.ndim else x.flip(()),
}


def gradients(op, shape, hooked):
    x = (tapegrad.arange(1.0, 1.0 + 3).reshape(shape) if shape else tapegrad.tensor(1.5)) / 2
    y = x * 0.75 + 0.3
    x.requires_grad_()
    y.requires_grad_()
    out = op(x, y)
    seen = []
    if hooked:
        out.grad_fn.register_hook(lambda inputs, outputs: seen.append(len(inputs)))
    (out * 2).sum().backward()
    assert len(seen) == hooked
    return [None if t.grad is None else t.grad.tolist() for t in (x, y)]


@pytest.mark.parametrize("shape", [(), (3,), (3, 1)], ids=str)
@pytest.mark.parametrize("name", OPS)
def test_a_hook_that_looks_changes_nothing(name, shape):
    assert gradients(OPS[name], shape, True) == gradients(OPS[name], shape, False)


def test_hooks_in_a_loop_leave_nothing():
    x = tapegrad.tensor(0.5, requires_grad=True)
    gc.collect()
    rows = []
    for k in range(3000):
        y = (x.sin() * 2).exp()
        y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 1,))
        y.backward()
        if k > 1000:
            rows.append(len(default_tape))
    del y
    gc.collect()
    assert max(rows) <= rows[0]
    assert len(default_tape.states) < 3000


def test_a_rule_belongs_to_its_row():
    """What a dead row left under a number is not taken for another row's."""
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x.reshape(2, 1).cumsum(0)
    row = tapegrad.engine.core.row_info(tapegrad.engine.core.handle_of(y))
    state = state_of(default_tape, row)
    state.rule = lambda step: pytest.fail("not this row's")
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 1.0]
    assert y.grad_fn.name() == "CumsumBackward0"
    state.rule = None


def test_nodes_of_a_graph_that_moved():
    """Compaction renumbers rows; nodes, hooks and outputs follow."""
    x = tapegrad.arange(6.0).requires_grad_()
    dead = [x * 2 for _ in range(2000)]
    parts = x.split(2)
    node, seen = parts[2].grad_fn, []
    y = (parts[2] * 3).sum()
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append(1))
    del dead
    for _ in range(20_000):
        x + 1
    kept = [x + 1 for _ in range(20_000)]
    assert parts[0].grad_fn is node
    product = y.grad_fn.next_functions[0][0]
    assert product.next_functions[0] == (node, 2)
    y.backward()
    assert seen == [1]
    assert x.grad.tolist() == [0.0, 0.0, 0.0, 0.0, 3.0, 3.0]
    del kept


def test_calling_a_node_refuses_overwritten_values():
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    factor = tapegrad.tensor([3.0, 4.0])
    y = x * factor
    factor.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.grad_fn(tapegrad.ones(2))


def test_nodes_of_tensors_of_another_tape():
    x = tapegrad.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    with tapegrad.Tape():
        z = y + 1
        assert z.grad_fn.next_functions[0][0] is y.grad_fn
        leaf = (x + 1).grad_fn.next_functions[0][0]
        assert leaf.variable is x
