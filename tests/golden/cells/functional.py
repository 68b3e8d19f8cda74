"""torch.nn.functional: arguments, reductions, shapes, bad input."""

# %% activations
F = torch.nn.functional
x = torch.tensor([-1.5, 0.0, 2.0])
F.relu(x), F.relu(input=x, inplace=False), F.sigmoid(x), F.tanh(x), F.logsigmoid(x), F.softplus(x), F.softplus(x, 2), F.softplus(x, beta=2, threshold=1), F.softplus(x, 0.5, 20)
F.relu(torch.tensor([-1, 2])), F.sigmoid(torch.tensor([0, 1])), F.tanh(torch.tensor([0]))
F.relu(torch.tensor([True]))
F.softplus(torch.tensor([1]))
F.logsigmoid(torch.tensor([1]))
F.relu(3)
F.relu([1.0])
F.relu(None)
F.relu(x, inplace=True)
x
F.relu_(torch.tensor([-1.0, 1.0]))
w = torch.tensor([-1.0, 1.0], requires_grad=True)
F.relu(w, inplace=True)
F.relu(w * 1, True).detach()
F.softmax(torch.tensor([1.0, 2.0]), 0), F.softmax(torch.tensor([[1.0, 2.0]]), dim=1), F.softmax(torch.tensor([1.0]), -1, dtype=torch.float64), F.log_softmax(torch.tensor([1.0, 2.0]), dim=0)
F.softmax(torch.tensor([1.0, 2.0]))
F.softmax(torch.zeros(2, 2))
F.softmax(torch.zeros(1, 2, 2))
F.log_softmax(torch.zeros(2, 2))
F.softmax(torch.tensor([1, 2]), 0)
F.softmax(torch.tensor([1, 2]), 0, dtype=torch.float32)
F.softmax(torch.zeros(2), 1)
F.softmax(torch.zeros(2), "a")
F.softplus(torch.tensor([19.0, 25.0, 100.0])), F.softplus(torch.tensor([25.0], dtype=torch.float64), 2)
F.logsigmoid(torch.tensor([-100.0, 50.0, float("nan"), float("-inf"), float("inf")]))
F.softplus(x, "a")
F.softplus(x, threshold=None)

# %% linear
F = torch.nn.functional
x, w, b = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([1.0, 2.0, 3.0])
F.linear(x, w), F.linear(x, w, b), F.linear(x[0], w, b), F.linear(x[None], w, b), F.linear(x, w[0]), F.linear(x[0], w[0]), F.linear(input=x, weight=w, bias=b), F.linear(x[0], w), F.linear(x, w, None)
F.linear(x, w.t())
F.linear(x, w, b[:2])
F.linear(x, w.double())
F.linear(x, w, b.double())
F.linear(x, 1)
F.linear(1, w)
F.linear(x)
F.linear(x, w, 1.0)
F.linear(torch.tensor(1.0), w)
F.linear(x, torch.tensor(1.0))
F.linear(x.long(), w.long(), b.long()), F.linear(torch.zeros(0, 2), w, b).shape, F.linear(torch.zeros(4, 0, 2), w, b).shape, F.linear(torch.zeros(2, 0), torch.zeros(3, 0), b)
F.linear(torch.zeros(2, 3, 4), torch.zeros(5, 3))
F.linear(torch.zeros(3), torch.zeros(5, 4))

# %% mse_loss
F = torch.nn.functional
x, y = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0.0, 2.0, 2.0])
F.mse_loss(x, y), F.mse_loss(x, y, reduction="sum"), F.mse_loss(x, y, reduction="none"), F.mse_loss(input=x, target=y), F.mse_loss(x, y, reduction="mean", weight=torch.tensor([1.0, 1.0, 2.0])), F.mse_loss(x, y, reduction="none", weight=torch.tensor([1.0, 1.0, 2.0]))
F.mse_loss(x, y, size_average=False)  # differs: the warning is at the caller's line
F.mse_loss(x, y, reduce=False)  # differs: the warning is at the caller's line
F.mse_loss(x, y, True, True)  # differs: the warning is at the caller's line
F.mse_loss(x, y, reduction="avg")
F.mse_loss(x, y, reduction=None)
F.mse_loss(x, y, reduction="elementwise_mean")  # differs: the warning is at the caller's line
F.mse_loss(x, torch.zeros(1))
F.mse_loss(x, torch.zeros(3, 1))
F.mse_loss(x, torch.zeros(2))
F.mse_loss(x, 1.0)  # differs: the argument is named
F.mse_loss(1.0, x)  # differs: the argument is named
F.mse_loss(x, None)  # differs: the argument is named
F.mse_loss(x)
F.mse_loss(x, y.double()).dtype, F.mse_loss(x, torch.tensor([0, 2, 2])).dtype
F.mse_loss(torch.tensor([1]), torch.tensor([2]))
F.mse_loss(torch.zeros(0), torch.zeros(0)), F.mse_loss(torch.zeros(0), torch.zeros(0), reduction="sum"), F.mse_loss(torch.tensor(1.0), torch.tensor(3.0)), F.mse_loss(torch.zeros(0), torch.zeros(0), reduction="none")
F.mse_loss(x, y, weight=torch.ones(2))
F.mse_loss(torch.tensor([1.0, float("nan")]), torch.zeros(2)), F.mse_loss(torch.tensor([1e30]), torch.zeros(1))

# %% nll_loss
F = torch.nn.functional
p, t = torch.tensor([[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.5]]), torch.tensor([0, 2])
w = torch.tensor([1.0, 2.0, 3.0])
F.nll_loss(p, t), F.nll_loss(p, t, w), F.nll_loss(p, t, reduction="sum"), F.nll_loss(p, t, reduction="none"), F.nll_loss(p, t, w, reduction="none"), F.nll_loss(p, t, ignore_index=0), F.nll_loss(p[0], t[0]), F.nll_loss(p[0], t[:1]), F.nll_loss(input=p, target=t, weight=w, ignore_index=-100, reduction="mean")
F.nll_loss(p, torch.tensor([0, 3]))
F.nll_loss(p, torch.tensor([0, -1]))
F.nll_loss(p, torch.tensor([0]))
F.nll_loss(p, torch.tensor([[0, 1]]))
F.nll_loss(p, torch.tensor([0.0, 1.0]))
F.nll_loss(p, t.int())
F.nll_loss(p.long(), t)
F.nll_loss(p, t, w[:2])
F.nll_loss(p, t, w.double())
F.nll_loss(p, 1)
F.nll_loss(1, t)
F.nll_loss(p)
F.nll_loss(torch.tensor(1.0), torch.tensor(0))
F.nll_loss(p[0], t)
F.nll_loss(p, t, reduction="x")
F.nll_loss(p, torch.tensor([-100, -100])), F.nll_loss(p, torch.tensor([-100, 0]), reduction="none"), F.nll_loss(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64))
F.nll_loss(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64), reduction="sum")
q = torch.arange(12.0).reshape(1, 3, 2, 2)
F.nll_loss(q, torch.tensor([[[0, 1], [2, 0]]])), F.nll_loss(q, torch.tensor([[[0, 1], [2, 0]]]), w), F.nll_loss(q[..., 0], torch.tensor([[0, 1]]), reduction="none")
F.nll_loss(q, torch.tensor([[0, 1]]))
F.nll_loss(q, torch.tensor([[[0, 1], [2, 3]]]))

# %% cross_entropy
F = torch.nn.functional
x, t = torch.tensor([[1.0, 2.0, 0.5], [3.0, 0.0, 1.0]]), torch.tensor([1, 0])
w = torch.tensor([1.0, 2.0, 3.0])
F.cross_entropy(x, t), F.cross_entropy(x, t, w), F.cross_entropy(x, t, reduction="sum"), F.cross_entropy(x, t, reduction="none"), F.cross_entropy(x, t, label_smoothing=0.1), F.cross_entropy(x, t, w, label_smoothing=0.1), F.cross_entropy(x, t, ignore_index=1), F.cross_entropy(x[0], t[0]), F.cross_entropy(x, t, label_smoothing=0.1, reduction="none"), F.cross_entropy(x, t, ignore_index=1, label_smoothing=0.2)
s = torch.tensor([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])
F.cross_entropy(x, s), F.cross_entropy(x, s, w), F.cross_entropy(x, s, reduction="none"), F.cross_entropy(x, s, reduction="sum", label_smoothing=0.1), F.cross_entropy(x[0], s[0])
F.cross_entropy(x, torch.tensor([1, 3]))
F.cross_entropy(x, torch.tensor([1]))
F.cross_entropy(x, torch.tensor([[1, 0]]))
F.cross_entropy(x, torch.tensor([1.0, 0.0]))
F.cross_entropy(x, t.int())
F.cross_entropy(x.long(), t)
F.cross_entropy(x, s.long())
F.cross_entropy(x, s, ignore_index=0)
F.cross_entropy(x, s.double())
F.cross_entropy(x, t, w[:2])
F.cross_entropy(x, t, w.double())
F.cross_entropy(x, t, label_smoothing=1.5)
F.cross_entropy(x, t, reduction="x")
F.cross_entropy(x, 1)
F.cross_entropy(1, t)
F.cross_entropy(x)
F.cross_entropy(torch.tensor(1.0), torch.tensor(0))
F.cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.int64))
F.cross_entropy(x, t, size_average=False)  # differs: the warning is at the caller's line
F.cross_entropy(torch.zeros(1, 3, 2), torch.tensor([[0, 2]])), F.cross_entropy(torch.zeros(1, 3, 2), torch.tensor([[0, 2]]), reduction="none"), F.cross_entropy(torch.zeros(1, 3, 2), torch.full((1, 3, 2), 0.5))
F.cross_entropy(torch.zeros(1, 3, 2), torch.tensor([[0, 1, 2]]))
F.cross_entropy(torch.tensor([[1000.0, -1000.0]]), torch.tensor([1])), F.cross_entropy(torch.tensor([[float("inf"), 0.0]]), torch.tensor([0]))
g = x.clone().requires_grad_()
F.cross_entropy(g, t, w).backward()
g.grad
