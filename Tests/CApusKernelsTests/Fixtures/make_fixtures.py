"""Writes blocks of every weight format with the floats they stand for, as the Python package
`gguf` (pip install gguf numpy; made with gguf 0.19.0, numpy 2.4.6) sees them.

FORMAT.unpack.bin  packed blocks with random bytes, then their values as little-endian float32
FORMAT.pack.bin    float32 values, then the blocks that gguf packs them to (formats it can pack)
"""

from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type, GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

HERE = Path(__file__).parent
# Offsets of the half floats in a block; random bytes there would often be NaN.
SCALES = {"F16": [0], "BF16": [], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
          "IQ1_S": [0], "IQ1_M": [], "IQ2_XXS": [0], "IQ2_XS": [0], "IQ2_S": [0], "IQ3_XXS": [0],
          "IQ3_S": [0], "Q8_0": [0], "IQ4_NL": [0], "MXFP4": [], "Q2_K": [80, 82], "Q3_K": [108],
          "IQ4_XS": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}

for name in SCALES:
    kind = Type[name]
    rng = np.random.default_rng([20, kind])
    values, size = GGML_QUANT_SIZES[kind]
    count = 64 if values == 1 else 6
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    for offset in SCALES[name]:
        halves = rng.normal(0, 0.1, count).astype(np.float16)
        blocks[:, offset : offset + 2] = halves.view(np.uint8).reshape(count, 2)
    if name == "IQ1_M":  # the half float begins in the last byte
        blocks[:, -1] = blocks[:, -1] & 0x0F | 0x20
    if name == "BF16":
        floats = rng.normal(0, 1, count).astype(np.float32)
        blocks = floats.view(np.uint8).reshape(count, 4)[:, 2:].copy()
    packed = blocks.reshape(-1)
    unpacked = dequantize(packed, kind).astype(np.float32).reshape(-1)
    assert unpacked.size == count * values
    (HERE / f"{name}.unpack.bin").write_bytes(packed.tobytes() + unpacked.tobytes())
    if name == "MXFP4":  # the same values with neighbours in one byte
        nibbles = np.concatenate([blocks[:, 1:] & 15, blocks[:, 1:] >> 4], axis=1)
        blocks[:, 1:] = nibbles[:, 0::2] | nibbles[:, 1::2] << 4
        (HERE / "MXFP4_PAIRS.unpack.bin").write_bytes(blocks.tobytes() + unpacked.tobytes())

for name in ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]:
    kind = Type[name]
    rng = np.random.default_rng([21, kind])
    x = rng.normal(0, 1, 8 * 32).astype(np.float32)
    x[32:64] = 0
    x[64] = -40
    (HERE / f"{name}.pack.bin").write_bytes(x.tobytes() + quantize(x, kind).tobytes())
