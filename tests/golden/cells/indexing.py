"""Reading through indices."""

# %% ints
x = torch.arange(24.0).view(2, 3, 4)
x[0]
x[-1]
x[1, 2]
x[1][2]
x[1, 2, 3]
x[-1, -1, -1]
x[(0, 1)]
x[np.int64(1), np.int32(2)]
x[torch.tensor(1)]
x[torch.tensor(1), torch.tensor(-1)]
x[torch.tensor(0, dtype=torch.int32)]
x[1].data_ptr() - x.data_ptr()
x[torch.tensor(1)].data_ptr() - x.data_ptr()
x[2]
x[-3]
x[0, 3]
x[0, 0, 4]
x[0, 0, 0, 0]
x[0][0][0][0]
x[1.0]
x["a"]
x[b"a"]
x[{}]
x[1j]
x[object]
x[0, "a"]
x[0, 1.0]
x[np.float64(1.0)]
x[torch.tensor(1.0)]
x[2**40]
x[2**70]
x[np.array(1)]
x[np.uint8(1)]
torch.tensor(1)[0]
torch.tensor(1)[()]
torch.tensor(1)[...]
torch.tensor(1)[None]
torch.tensor(1)[:]
torch.tensor(1)[0, 0]
torch.tensor(1)[torch.tensor(0)]
torch.zeros(0)[0]
torch.zeros(0, 2)[0]
torch.zeros(2, 0)[0]
x[()].data_ptr() == x.data_ptr()
x[()] is x

# %% slices
x = torch.arange(12).view(3, 4)
x[:]
x[1:]
x[:, 1]
x[1:, 2:]
x[::2]
x[:, ::3]
x[1:2, 1:2]
x[-2:]
x[:-1]
x[5:]
x[2:1]
x[:100]
x[-100:2]
x[1:][1:]
x[:, 1:].stride()
x[::2, ::2].stride()
x[2:].storage_offset()
x[5:].storage_offset()
x[:, 5:].storage_offset()
x[5:].stride()
x[::-1]
x[::0]
x[::-2, 0]
x[1.0:]
x["a":]
x[::1.0]
x[torch.tensor(1):]
x[torch.tensor(1):torch.tensor(3)]
x[:torch.tensor(2)]
x[::torch.tensor(2)]
x[torch.tensor([0, 1]):]
x[torch.tensor(1.0):]
x[np.int64(1):]
x[None:None:None]
x[slice(1, 2)]
x[slice(None), slice(1, None)]
x[True:]
x[:, :, :]
x[2**63:]
x[:2**63]

# %% None and Ellipsis
x = torch.arange(6).view(2, 3)
x[None]
x[:, None]
x[None, :, None, 0]
x[..., 0]
x[0, ...]
x[...]
x[..., None]
x[None, ...]
x[..., 0, 0]
x[0, ..., 0]
x[..., :, :]
x[..., 0, 0, 0]
x[..., ...]
x[0, ..., ...]
x[None, None].stride()
x[:, None].stride()
x[..., None].stride()
x[None, 0, None].stride()
x.t()[None].stride()
x.t()[:, None].stride()
x[:, ::2][..., None].stride()

# %% bools
x = torch.arange(3)
x[True]
x[False]
x[True, 0]
x[0, True]
x[True, True]
x[True, False]
x[True, [0, 1]]
x[None, True]
x[..., True]
x[True, ...]
x[:, True]
torch.tensor(5)[True]
torch.tensor(5)[False]
torch.tensor(5)[torch.tensor(True)]
torch.tensor(5)[torch.tensor(False)]
x[torch.tensor(True)]
x[torch.tensor(False)]
x[torch.tensor([True])]
x[torch.tensor([True, False, True])]
x[[True, False, True]]
x[[True, False]]
x[(True, False, True)]
x[np.array([True, False, True])]
x[np.True_]
x[True].data_ptr() == x.data_ptr()
x.view(1, 3)[torch.tensor([[True, True, False]])]
x.view(1, 3)[:, torch.tensor([True, True, False])]
x.view(1, 3)[torch.tensor([True])]
x.view(1, 3)[torch.tensor([False])]
x.view(1, 3)[torch.tensor([True, True])]
x.view(1, 3)[torch.tensor([[True, True]])]
x.view(1, 3)[torch.tensor([[[True]]])]
x.view(1, 3)[0, torch.tensor([True, False, True])]
x.view(1, 3)[torch.tensor([True]), torch.tensor([True, False, True])]
x.view(1, 3)[torch.tensor([True]), torch.tensor([True, False, True]), 0]
x[x > 0]
x[x > 5]
x[(x > 0) & (x < 2)]
x[x.bool()]
x[~x.bool()]

# %% arrays
x = torch.arange(24.0).view(2, 3, 4)
x[[0]]
x[[1, 0]].shape
x[[0, 1], [1, 2]]
x[[0, 1], 1]
x[1, [0, 2]]
x[:, [0, 2]].shape
x[:, [0, 2]][0]
x[..., [3, 0]]
x[[0], :, [1]]
x[[0, 1], :, [1, 2]]
x[:, [0, 1], [1, 2]]
x[0, :, [1, 2]]
x[[0, 1], 0, [1, 2]]
x[[[0, 1], [1, 0]]]
x[[[0, 1]]].shape
x[[0, 1], [[0], [1]]].shape
x[torch.tensor([0, 1])].shape
x[torch.tensor([[0, 1], [1, 1]])].shape
x[torch.tensor([[0], [1]]), torch.tensor([0, 2])]
x[torch.tensor([0, 1]), None].shape
x[None, torch.tensor([0, 1])].shape
x[torch.tensor([0, 1]), None, torch.tensor([0, 1])].shape
x[:, None, [0, 1], None].shape
x[[0, 1], ..., [0, 1]]
x[torch.tensor([-1])]
x[torch.tensor([1], dtype=torch.int32)].shape
x[np.array([1, 0])].shape
x[np.array([1, 0], np.int32), 0]
x[np.array([[0, 1]])].shape
x[range(2)].shape
x[(0, 1), (1, 2)]
x[0, (1, 2)]
x[[]]
x[[], []]
x[torch.tensor([], dtype=torch.int64)].shape
x[torch.zeros(0, 2, dtype=torch.int64)].shape
x[torch.tensor([])]
x[[0, 1]].stride()
x[:, [0, 1]].stride()
x[..., [0, 1]].stride()
x.transpose(0, 2)[[0, 1]].stride()
x[[0, 1], 1:].shape
x[[0, 1], :2, 1].shape
x[1:, [0, 1], ::2].shape
x[slice(0, 1), [2]].shape
x[[0, 2]]
x[[0], [3]]
x[:, [0, 3]]
x[[-3]]
x[torch.tensor([5])]
x[[0, 1], [0, 1, 2]]
x[[0, 1, 0], torch.tensor([[0, 1]])]
x[[0.5]]
x[[0, 1.0]]
x[["a"]]
x[[None]].shape
x[[slice(1)]].shape
x[[0, slice(1)]].shape
x[[0], [0], [0], [0]]
x[torch.tensor([0.5])]
x[torch.tensor([0], dtype=torch.float64)]
x[np.array([0.5])]
x[np.array(["a"])]  # words differ: fewer dtypes to list
x[np.array([0.5], dtype=object)]  # words differ: fewer dtypes to list
x[[[0, 1], [0]]]
x[[torch.tensor(0), torch.tensor(1)]].shape
x[[[torch.tensor(0), torch.tensor(1)]]].shape
x[[np.int64(1)]].shape
x[[True, False]].shape
x[[[True, False, True], [False, False, True]]]
x[torch.ones(2, 3, dtype=torch.bool)].shape
x[:, torch.ones(3, 4, dtype=torch.bool)].shape
x[torch.ones(2, dtype=torch.bool), torch.tensor([1, 1])].shape
x[torch.ones(2, dtype=torch.bool), :, 0].shape
x[torch.ones(2, 2, dtype=torch.bool)]
x[torch.ones(3, dtype=torch.bool)]
x[0, torch.ones(2, dtype=torch.bool)]
x[{0, 1}]
torch.zeros(0)[[0]]
torch.zeros(0)[[]]
torch.zeros(2, 0)[[0]]
torch.zeros(2, 0)[:, []]
torch.tensor(1)[[0]]
torch.tensor(1)[torch.tensor([0])]
x[[0]].data_ptr() == x.data_ptr()
x[torch.tensor([0, 1], requires_grad=False), 0].shape

# %% gradients of reading
x = torch.arange(6.0, requires_grad=True)
m = x.view(2, 3)
m[0]
m[:, 1:]
m[None]
m[..., 0]
m[0, None, 1:]
m[[0]]
m[m > 2]
m[True]
m[0, [1, 2]]
m[()].detach()
m[...].detach()
m[:]
m[1, 1]
(m[[0, 1, 1]] * torch.arange(9.0).view(3, 3)).sum().backward()
x.grad
x.grad = None
(x[x > 1] * torch.tensor([1.0, 2.0, 3.0, 4.0])).sum().backward()
x.grad
x.grad = None
(x.view(2, 3)[:, [0, 0, 2]] * torch.arange(6.0).view(2, 3)).sum().backward()
x.grad
x.grad = None
(x.view(2, 3)[1, ::2] * x.view(2, 3)[0, :2]).sum().backward()
x.grad
x.grad = None
x.view(2, 3)[[1, 1], [0, 0]].sum().backward()
x.grad
x.grad = None
x[[]].sum().backward()
x.grad
x.grad = None
x[[0, -6]].prod().backward()
x.grad
