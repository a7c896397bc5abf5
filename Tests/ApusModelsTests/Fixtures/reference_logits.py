#!/usr/bin/env python3
"""Unpack llama.cpp's reference logits for the architectures that the tests cover.

    pip install numpy
    reference_logits.py DATA/architectures/reference-logits.npz OUTPUT_FOLDER

For each model NAME it writes NAME.tokens.i32 (int32 [24]) and NAME.logits.f32
(float32 [24, 128], row by row), little-endian, without a header.
"""
import pathlib
import sys

import numpy as np

NAMES = ["llama-dense", "llama-moe", "qwen3moe-moe"]

source, target = np.load(sys.argv[1]), pathlib.Path(sys.argv[2])
for name in NAMES:
    source[f"{name}/tokens"].astype("<i4").tofile(target / f"{name}.tokens.i32")
    source[f"{name}/logits"].astype("<f4").tofile(target / f"{name}.logits.f32")
