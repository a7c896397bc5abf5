#!/usr/bin/env python3
"""Computes GGUF files of every block format with Apus and compares the logits.

    pip install gguf numpy llama-cpp-python
    formats.py --apus apus [--types Q5_0,Q4_K_M]

llama.cpp quantizes small random models. Logits of Apus are compared with those of the same weights
as F32 (`gguf`'s dequantizer), and with those of llama.cpp. Prints normalised mean squared errors;
ends with 1 when one is out of bounds.
"""
import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from llama_oracle import (VOCABULARY, Shape, apus_logits, error, formats, llama_logits,
                          llama_quantize, write_dequantized, write_random)

SHAPES = [Shape("dense"), Shape("odd rows", width=96, hidden=160, heads=3, key_heads=1, tied=True),
          Shape("experts", experts=4, layers=4)]
TYPES = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K_M", "Q4_K_M",
         "Q5_K_M", "Q6_K", "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_M", "IQ3_XXS", "IQ3_M",
         "IQ4_NL", "IQ4_XS", "MXFP4"]
# Activations are rounded to eight bits once a matrix, here 7 or more times a layer; at eight layers
# of random weights that is 1e-3 at most. Weights of plain floats meet exact activations; llama.cpp
# rounds keys, values and, with 16-bit weights, activations to 16 bits.
BOUND = 3e-3
FLOATS = {"F32": 1e-9, "F16": 1e-9, "BF16": 1e-9}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", required=True)
    parser.add_argument("--types", default=",".join(TYPES))
    a = parser.parse_args()
    tokens = [1] + list(np.random.default_rng(3).integers(3, VOCABULARY, 47))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        source, packed, plain = (Path(folder) / name for name in ("f32", "packed", "plain"))
        print("model     type     of F32   llama.cpp's of F32  of llama.cpp  formats")
        for shape in SHAPES:
            write_random(source, shape)
            for kind in a.types.split(","):
                llama_quantize(source, packed, kind)
                write_dequantized(packed, plain)
                exact = apus_logits(a.apus, plain, tokens)
                own = apus_logits(a.apus, packed, tokens)
                other = llama_logits(packed, tokens)
                errors = error(exact, own), error(exact, other), error(other, own)
                good = errors[0] <= FLOATS.get(kind, BOUND) and errors[2] <= 2 * BOUND
                wrong += not good
                found = sorted(set(formats(packed).values()))
                print(f"{shape.name:9} {kind:8} {errors[0]:.1e}  {errors[1]:.1e}"
                      f"             {errors[2]:.1e}       {' '.join(found)}"
                      + ("" if good else "  WRONG"), flush=True)
    print(f"{wrong} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
