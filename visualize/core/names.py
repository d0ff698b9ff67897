"""Names of functions and classes that have a word in other languages.

Figures and reports write an operation by the name that code has for it; names that are not listed
here stay as they are in every language.
"""

from __future__ import annotations

from visualize.core.phrases import phrase

NAMES = (
    phrase("max pool"), phrase("avg pool"), phrase("lp pool"), phrase("fractional max pool"),
    phrase("slice"), phrase("split"), phrase("add"), phrase("multiply"), phrase("concat"),
    phrase("divide"), phrase("subtract"), phrase("stack"), phrase("pad"), phrase("matmul"),
    phrase("hard sigmoid"), phrase("hard swish"), phrase("sigmoid"), phrase("softmax"),
    phrase("dropout"), phrase("stochastic depth"), phrase("identity"), phrase("channel shuffle"),
    phrase("flatten"), phrase("unflatten"), phrase("reshape"), phrase("view"), phrase("permute"),
    phrase("transpose"), phrase("squeeze"), phrase("unsqueeze"), phrase("expand"), phrase("roll"),
    phrase("pixel unshuffle"), phrase("grid sample"), phrase("sum"), phrase("max"), phrase("min"),
    phrase("clamp"), phrase("exp"), phrase("log"), phrase("sqrt"), phrase("pow"), phrase("where"),
    phrase("neg"), phrase("rsqrt"), phrase("normalize"), phrase("shifted window attention"),
    phrase("real part"), phrase("imaginary part"), phrase("roi align"), phrase("roi pool"),
    phrase("argmax"), phrase("argmin"), phrase("abs"), phrase("gather"), phrase("index select"),
    phrase("masked fill"), phrase("maximum"), phrase("minimum"), phrase("cumsum"), phrase("topk"),
    phrase("sort"), phrase("repeat"), phrase("tile"), phrase("round"), phrase("floor"),
    phrase("ceil"), phrase("sign"), phrase("reciprocal"), phrase("interpolate"),
    phrase("outer"), phrase("logical and"), phrase("logical or"), phrase("logical not"),
    phrase("select"), phrase("amax"), phrase("amin"), phrase("aminmax"), phrase("flip"),
    phrase("var"), phrase("std"), phrase("prod"), phrase("diff"), phrase("norm"),
    phrase("linalg vector norm"), phrase("linalg norm"), phrase("bmm"), phrase("mm"), phrase("mv"),
    phrase("baddbmm"), phrase("addmm"), phrase("dot"), phrase("cdist"), phrase("triu"),
    phrase("tril"), phrase("diagonal"), phrase("diag embed"), phrase("unfold"), phrase("fold"),
    phrase("fft rfft"), phrase("fft irfft"), phrase("fft fft"), phrase("fft ifft"),
    phrase("fft rfft2"), phrase("fft irfft2"), phrase("fft fft2"), phrase("fft ifft2"),
    phrase("fft rfftn"), phrase("fft irfftn"), phrase("fft fftn"), phrase("fft ifftn"),
    phrase("fft fftshift"), phrase("fft ifftshift"), phrase("stft"), phrase("istft"),
    phrase("index add"), phrase("index copy"), phrase("index put"), phrase("scatter"),
    phrase("scatter add"), phrase("scatter reduce"), phrase("masked select"),
    phrase("masked scatter"), phrase("take along dim"), phrase("repeat interleave"),
    phrase("nonzero"), phrase("one hot"), phrase("cumprod"), phrase("argsort"), phrase("median"),
    phrase("quantile"), phrase("sin"), phrase("cos"), phrase("square"), phrase("erf"),
    phrase("log1p"), phrase("expm1"), phrase("log2"), phrase("logsumexp"), phrase("floor divide"),
    phrase("remainder"), phrase("fmod"), phrase("lerp"), phrase("cross"), phrase("kron"),
    phrase("meshgrid"), phrase("view as complex"), phrase("view as real"), phrase("polar"),
    phrase("cosine similarity"), phrase("pairwise distance"), phrase("nan to num"),
    phrase("log softmax"), phrase("all"), phrase("any"), phrase("deform conv2d"),
    phrase("L2 norm"),  phrase("int"), phrase("float"), phrase("half"),
    phrase("long"), phrase("bool"), phrase("type"), phrase("type as"),
    phrase("floordiv"), phrase("histc"), phrase("bincount"), phrase("grouped mm"),
    phrase("setitem"), phrase("index fill"), phrase("unique"), phrase("searchsorted"),
    phrase("bucketize"), phrase("arange"), phrase("zeros like"), phrase("ones like"),
    phrase("full like"), phrase("rand like"), phrase("randn like"), phrase("empty like"),
    phrase("multinomial"), phrase("bernoulli"), phrase("isnan"), phrase("isinf"),
    phrase("tensor split"), phrase("hstack"), phrase("vstack"), phrase("swapaxes"),
    phrase("movedim"), phrase("broadcast to"), phrase("contiguous"), phrase("clone"),
    phrase("detach"), phrase("chunk"), phrase("narrow"), phrase("unbind"), phrase("rot90"),
    phrase("inverse"), phrase("linalg inv"), phrase("linalg solve"), phrase("linalg svd"),
    phrase("linalg eigh"), phrase("linalg qr"), phrase("cholesky"), phrase("linalg cholesky"),
    phrase("matrix exp"), phrase("trace"), phrase("atan2"), phrase("tan"), phrase("acos"),
    phrase("asin"), phrase("atan"), phrase("sinh"), phrase("cosh"), phrase("angle"),
    phrase("conj"), phrase("complex"), phrase("hypot"), phrase("logaddexp"),
    phrase("digamma"), phrase("lgamma"), phrase("logit"), phrase("cummax"), phrase("kthvalue"),
    phrase("mode"), phrase("nansum"), phrase("nanmean"), phrase("var mean"), phrase("std mean"),
    phrase("count nonzero"), phrase("affine grid"), phrase("max unpool"), phrase("bitwise and"),
    phrase("bitwise or"), phrase("logical xor"), phrase("invert"), phrase("isclose"),
    phrase("cross entropy"), phrase("mse loss"), phrase("nms"), phrase("ps roi align"),
    # Classes of blocks with a name in papers.
    phrase("BasicBlock"), phrase("Bottleneck"),
)  # fmt: skip
