"""Every cell of the notebook that the project started from, with what it displays.

The cells are as they were written for PyTorch; only the two import lines name tapegrad. The random
numbers are those that PyTorch 2.13 draws after `manual_seed(0)`.
"""

import re
import warnings

import numpy as np
import pytest

import tapegrad
from tapegrad.demo import run_cell

CELLS = [
    ("import tapegrad as torch", ""),
    (
        "# 创建一个尺寸为（5，3）的二阶张量\nx = torch.rand(5, 3)\nx",
        """\
tensor([[0.4963, 0.7682, 0.0885],
        [0.1320, 0.3074, 0.6341],
        [0.4901, 0.8964, 0.4556],
        [0.6323, 0.3489, 0.4017],
        [0.0223, 0.1689, 0.2939]])
""",
    ),
    (
        "# 创建一个尺寸为（5, 3），内容全是1的张量\ny = torch.ones(5, 3)\ny",
        """\
tensor([[1., 1., 1.],
        [1., 1., 1.],
        [1., 1., 1.],
        [1., 1., 1.],
        [1., 1., 1.]])
""",
    ),
    (
        "# 创建一个三维的张量，尺寸为（2,5,3），内容全是0\nz = torch.zeros(2, 5, 3)\nz",
        """\
tensor([[[0., 0., 0.],
         [0., 0., 0.],
         [0., 0., 0.],
         [0., 0., 0.],
         [0., 0., 0.]],

        [[0., 0., 0.],
         [0., 0., 0.],
         [0., 0., 0.],
         [0., 0., 0.],
         [0., 0., 0.]]])
""",
    ),
    (
        "# 访问张量z中的第一个元素\nz[0]",
        """\
tensor([[0., 0., 0.],
        [0., 0., 0.],
        [0., 0., 0.],
        [0., 0., 0.],
        [0., 0., 0.]])
""",
    ),
    ("# 访问张量x中第2行第3列的数字\nx[1, 2]", "tensor(0.6341)\n"),
    (
        "# 还可以使用切片的方法来访问张量，访问张量x中第3列的全部元素\nx[:, 2]",
        "tensor([0.0885, 0.6341, 0.4556, 0.4017, 0.2939])\n",
    ),
    (
        "# 相加\nz = x + y\nz",
        """\
tensor([[1.4963, 1.7682, 1.0885],
        [1.1320, 1.3074, 1.6341],
        [1.4901, 1.8964, 1.4556],
        [1.6323, 1.3489, 1.4017],
        [1.0223, 1.1689, 1.2939]])
""",
    ),
    (
        "# 两个二维张量的矩阵乘法（需要调用PyTorch的matrix multiply命令）\nq = x.mm(y.t())\nq",
        """\
tensor([[1.3530, 1.3530, 1.3530, 1.3530, 1.3530],
        [1.0735, 1.0735, 1.0735, 1.0735, 1.0735],
        [1.8422, 1.8422, 1.8422, 1.8422, 1.8422],
        [1.3829, 1.3829, 1.3829, 1.3829, 1.3829],
        [0.4851, 0.4851, 0.4851, 0.4851, 0.4851]])
""",
    ),
    (
        "import numpy as np\n\n"
        "# x_tensor是一个尺寸为(2, 3)的随机向量\nx_tensor = torch.randn(2, 3)\n"
        "# y_numpy是一个尺寸为(2, 3)的随机矩阵\ny_numpy = np.random.randn(2, 3)",
        "",
    ),
    (
        "# 将张量转换为NumPy\nx_numpy = x_tensor.numpy()\nx_numpy",
        """\
array([[ 0.60354304,  0.81098187, -0.04508151],
       [ 0.87969464,  1.0482062 , -0.04450047]], dtype=float32)
""",
    ),
    (
        "# 将NumPy转换为张量\ny_tensor = torch.from_numpy(y_numpy)\ny_tensor",
        """\
tensor([[ 1.7641,  0.4002,  0.9787],
        [ 2.2409,  1.8676, -0.9773]], dtype=tapegrad.float64)
""",
    ),
    ("torch.cuda.is_available()", "False\n"),
    (
        "# 导入PyTorch中自动微分变量的包\n"
        "from tapegrad.autograd import Variable\n"
        "# 创建一个叫作x的自动微分变量，它包含了一个尺寸为(2, 2)的张量，取值为1\n"
        "x = Variable(torch.ones(2, 2), requires_grad=True)\nx",
        "tensor([[1., 1.],\n        [1., 1.]], requires_grad=True)\n",
    ),
    (
        "y = x + 2\ny",
        "tensor([[3., 3.],\n        [3., 3.]], grad_fn=<AddBackward0>)\n",
    ),
    (
        "# 通过y.data查看y中存储的数值\ny.data",
        "tensor([[3., 3.],\n        [3., 3.]])\n",
    ),
    ("# 查看y的grad_fn（其实就是计算图中的箭头）\ny.grad_fn", "<AddBackward0 object at 0x*>\n"),
    (
        "# 再进行运算y * y\nz = y * y\n# 通过z.grad_fn查看Variable z的grad_fn属性\nz.grad_fn",
        "<MulBackward0 object at 0x*>\n",
    ),
    (
        "# 再加一步计算\n# 对z求平均，即对矩阵的每个元素求和再除以元素的个数\nt = torch.mean(z)\nt",
        "tensor(9., grad_fn=<MeanBackward0>)\n",
    ),
    ("# 通过.backward()进行自动求导计算\nt.backward()", ""),
    (
        "print(z.grad)\nprint(y.grad)\n"
        "# 只有计算图上的叶节点才可以通过.backward()获得梯度信息\n"
        "# z和y不是叶节点，所以都没有梯度信息\nprint(x.grad)",
        "None\nNone\ntensor([[1.5000, 1.5000],\n        [1.5000, 1.5000]])\n",
    ),
    (
        "# 创建一个1 * 2的自动微分变量（1维向量）s\n"
        "s = Variable(torch.FloatTensor([[0.01, 0.02]]), requires_grad = True)\n"
        "# 再创建一个2 * 2的矩阵型自动微分变量x\n"
        "x = Variable(torch.ones(2, 2), requires_grad = True)",
        "",
    ),
    (
        "# 用s反复乘以x（矩阵乘法）10次，注意s始终是自动微分变量\n"
        "for i in range(10):\n    s = s.mm(x)\n"
        "# 对s中的各个元素求均值，得到一个尺寸为（1，1）的张量\nz = torch.mean(s)",
        "",
    ),
    (
        "# 计算叶子节点变量的梯度信息\nz.backward()\nprint(x.grad)\nprint(s.grad)",
        "tensor([[37.1200, 37.1200],\n        [39.6800, 39.6800]])\nNone\n",
    ),
]
#: Lines that read `.grad` of a tensor that is no leaf.
WARNED = ["print(z.grad)", "print(y.grad)", "print(s.grad)"]


@pytest.fixture(scope="module")
def run():
    """Run all cells in one namespace, as the notebook does: their outputs and warnings."""
    state = np.random.get_state()  # noqa: NPY002  (the notebook draws from this one)
    tapegrad.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002
    namespace, shown = {}, []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number, (source, _) in enumerate(CELLS):
            shown.append(run_cell(source, namespace, f"<cell {number}>"))
    np.random.set_state(state)  # noqa: NPY002
    return namespace, shown, caught


@pytest.mark.parametrize("number", range(len(CELLS)))
def test_cell_displays_what_the_notebook_shows(run, number):
    shown = re.sub(r"0x[0-9a-f]+", "0x*", run[1][number])
    assert shown == CELLS[number][1]


def test_grad_of_non_leaves_warns_at_the_line_of_the_cell(run):
    caught = run[2]
    assert all(w.category is UserWarning for w in caught)
    assert all("not a leaf Tensor is being accessed" in str(w.message) for w in caught)
    last_lines = [
        warnings.formatwarning(w.message, w.category, w.filename, w.lineno).splitlines()[-1]
        for w in caught
    ]
    assert last_lines == ["  " + line for line in WARNED]


def test_values_behind_the_display(run):
    namespace = run[0]
    assert namespace["z"].shape == ()
    assert namespace["z"].item() == pytest.approx(15.36, rel=1e-6)
    np.testing.assert_allclose(namespace["x"].grad.numpy(), [[37.12] * 2, [39.68] * 2], rtol=1e-6)
    assert np.shares_memory(namespace["x_numpy"], namespace["x_tensor"].numpy())
    assert np.shares_memory(namespace["y_numpy"], namespace["y_tensor"].numpy())
