"""Writes weights, and how much of them ggml's own K quantizers lose.

    pip install numpy
    cc -O2 -fPIC -shared -Iinclude -Isrc src/ggml-quants.c -o libquants.so -lm \
        -Wl,--unresolved-symbols=ignore-all        # in a checkout of ggml
    python make_errors.py libquants.so

K.weights.bin: 4096 little-endian floats: normal, heavy-tailed, and with an offset per 32.
K.errors.txt: format and root mean square error, a line each.
"""
import ctypes
import os
import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type, GGML_QUANT_SIZES
from gguf.quants import dequantize

HERE = Path(__file__).parent
rng = np.random.default_rng(7)
normal = rng.standard_normal(2048) * 0.02
heavy = rng.standard_normal(1024) ** 3 * 0.02
offset = (rng.standard_normal((32, 32)) * 0.01 + rng.uniform(-0.05, 0.05, (32, 1))).reshape(-1)
x = np.concatenate([normal, heavy, offset]).astype("<f4")
(HERE / "K.weights.bin").write_bytes(x.tobytes())

library = ctypes.CDLL(sys.argv[1], mode=os.RTLD_LAZY)
lines = []
for name in ("Q4_K", "Q5_K", "Q6_K"):
    values, size = GGML_QUANT_SIZES[Type[name]]
    packed = np.zeros(x.size // values * size, np.uint8)
    quantize = getattr(library, f"quantize_row_{name.lower().replace('_k', '_K')}_ref")
    quantize(x.ctypes.data_as(ctypes.c_void_p), packed.ctypes.data_as(ctypes.c_void_p),
             ctypes.c_int64(x.size))
    y = dequantize(packed, Type[name])
    error = float(np.sqrt(np.mean((x.astype(np.float64) - y) ** 2)))
    lines.append(f"{name} {error:.9g}\n")
(HERE / "K.errors.txt").write_text("".join(lines))
