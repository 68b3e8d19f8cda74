"""In-place elementwise ops as functions: ``exp_(x)`` is ``x.exp_()``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tapegrad.ops.arguments import check_tensor
from tapegrad.ops.elementwise_methods import ElementwiseMethods

if TYPE_CHECKING:
    from tapegrad._tensor import Tensor

__all__ = [
    "abs_",
    "acos_",
    "acosh_",
    "arccos_",
    "arccosh_",
    "arcsin_",
    "arcsinh_",
    "arctan_",
    "arctanh_",
    "asin_",
    "asinh_",
    "atan_",
    "atanh_",
    "ceil_",
    "clamp_",
    "clamp_max_",
    "clamp_min_",
    "clip_",
    "cos_",
    "cosh_",
    "erf_",
    "erfc_",
    "exp_",
    "expm1_",
    "fill_",
    "fix_",
    "floor_",
    "log1p_",
    "log2_",
    "log10_",
    "log_",
    "neg_",
    "negative_",
    "reciprocal_",
    "relu_",
    "round_",
    "rsqrt_",
    "sigmoid_",
    "sin_",
    "sinh_",
    "sqrt_",
    "square_",
    "tan_",
    "tanh_",
    "trunc_",
    "zero_",
]


def _function(name: str) -> Callable[..., Tensor]:
    method: Any = getattr(ElementwiseMethods, name)

    @functools.wraps(method)
    def call(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_tensor(name, input, "input", 1)
        made: Tensor = method(input, *args, **kwargs)
        return made

    return call


abs_: Final = _function("abs_")
acos_: Final = _function("acos_")
acosh_: Final = _function("acosh_")
arccos_: Final = _function("arccos_")
arccosh_: Final = _function("arccosh_")
arcsin_: Final = _function("arcsin_")
arcsinh_: Final = _function("arcsinh_")
arctan_: Final = _function("arctan_")
arctanh_: Final = _function("arctanh_")
asin_: Final = _function("asin_")
asinh_: Final = _function("asinh_")
atan_: Final = _function("atan_")
atanh_: Final = _function("atanh_")
ceil_: Final = _function("ceil_")
clamp_: Final = _function("clamp_")
clamp_max_: Final = _function("clamp_max_")
clamp_min_: Final = _function("clamp_min_")
clip_: Final = _function("clip_")
cos_: Final = _function("cos_")
cosh_: Final = _function("cosh_")
erf_: Final = _function("erf_")
erfc_: Final = _function("erfc_")
exp_: Final = _function("exp_")
expm1_: Final = _function("expm1_")
fill_: Final = _function("fill_")
fix_: Final = _function("fix_")
floor_: Final = _function("floor_")
log1p_: Final = _function("log1p_")
log2_: Final = _function("log2_")
log10_: Final = _function("log10_")
log_: Final = _function("log_")
neg_: Final = _function("neg_")
negative_: Final = _function("negative_")
reciprocal_: Final = _function("reciprocal_")
relu_: Final = _function("relu_")
round_: Final = _function("round_")
rsqrt_: Final = _function("rsqrt_")
sigmoid_: Final = _function("sigmoid_")
sin_: Final = _function("sin_")
sinh_: Final = _function("sinh_")
sqrt_: Final = _function("sqrt_")
square_: Final = _function("square_")
tan_: Final = _function("tan_")
tanh_: Final = _function("tanh_")
trunc_: Final = _function("trunc_")
zero_: Final = _function("zero_")
