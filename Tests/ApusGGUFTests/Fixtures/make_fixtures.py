#!/usr/bin/env python3
"""Make the files in this folder with Python's `gguf` package as the oracle.

    pip install gguf==0.19.0
    make_fixtures.py [CONFORMANCE_FOLDER]

types.gguf          every metadata type, every array type, tensors of several formats
types.json          what the package reads from types.gguf
split-0000N-of-00003.gguf, split.json   the same for a model in three parts
conformance.json    what the package reads from the files of the conformance folder
"""
import json
import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import GGUFReader, GGUFValueType as V, GGUFWriter

HERE = Path(__file__).parent
NAMES = {V.UINT8: "u8", V.INT8: "i8", V.UINT16: "u16", V.INT16: "i16", V.UINT32: "u32",
         V.INT32: "i32", V.UINT64: "u64", V.INT64: "i64", V.FLOAT32: "f32", V.FLOAT64: "f64",
         V.BOOL: "bool", V.STRING: "str", V.ARRAY: "arr"}


def text(value):
    """A value as exact text; JSON numbers would round 64-bit integers."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def describe_value(key, field):
    kind = field.types[0]
    if kind != V.ARRAY:
        return {"key": key, "type": NAMES[kind], "element": NAMES[kind], "count": 1,
                "first": [text(field.contents())], "last": text(field.contents())}
    count = len(field.data)
    element = NAMES[field.types[-1]] if count else None   # the reader drops an empty array's type
    first = [text(field.contents(i)) for i in range(min(3, count))]
    last = text(field.contents(-1)) if count else ""
    return {"key": key, "type": "arr", "element": element, "count": count,
            "first": first, "last": last}


def describe(path, name, tensors=None, scalars=None):
    """What the package reads from `path`; at most so many tensors and single values are listed."""
    reader = GGUFReader(path)
    listed = reader.tensors[:tensors]
    values = [describe_value(k, f) for k, f in reader.fields.items() if not k.startswith("GGUF.")]
    single = [v for v in values if v["type"] != "arr"][:scalars]
    return {
        "file": name,
        "version": int(reader.fields["GGUF.version"].parts[-1][0]),
        "valueCount": len(values),
        "values": [v for v in values if v["type"] == "arr" or v in single],
        "tensorCount": len(reader.tensors),
        "totalBytes": int(sum(t.n_bytes for t in reader.tensors)),
        "tensors": [{
            "name": t.name, "format": t.tensor_type.name,
            "shape": [int(n) for n in reversed(t.shape)],
            "offset": int(t.data_offset), "bytes": int(t.n_bytes),
            "head": bytes(t.data.reshape(-1).view(np.uint8)[:8]).hex(),
        } for t in listed],
    }


def write_types(path):
    w = GGUFWriter(path, "tiny")
    scalars = [
        (V.UINT8, 255), (V.INT8, -128), (V.UINT16, 65535), (V.INT16, -32768),
        (V.UINT32, 2**32 - 1), (V.INT32, -2**31), (V.UINT64, 2**64 - 1), (V.INT64, -2**63),
        (V.FLOAT32, 0.1), (V.FLOAT64, 0.1), (V.BOOL, True), (V.STRING, "gr\u00fc\u00df \U0001f99a"),
    ]
    for kind, value in scalars:
        w.add_key_value("scalar." + NAMES[kind], value, kind)
        w.add_key_value("array." + NAMES[kind], [value, value], V.ARRAY, sub_type=kind)
    w.add_key_value("scalar.empty", "", V.STRING)
    w.add_custom_alignment(64)
    rng = np.random.default_rng(7)
    w.add_tensor("vector.weight", rng.standard_normal(3, dtype=np.float32))
    w.add_tensor("half.weight", rng.standard_normal((5, 7)).astype(np.float16))
    w.add_tensor("experts.weight", rng.standard_normal((2, 3, 4, 5), dtype=np.float32))
    w.add_tensor("ids.weight", np.arange(6, dtype=np.int32))
    for kind, columns, size in [(T.Q4_0, 64, 36), (T.Q8_0, 32, 34), (T.Q4_K, 256, 144),
                                (T.Q6_K, 512, 420), (T.MXFP4, 64, 34), (T.BF16, 3, 6)]:
        raw = rng.integers(0, 256, (2, size), dtype=np.uint8)
        w.add_tensor(kind.name.lower() + ".weight", raw, raw_dtype=kind)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file(progress=False)
    w.close()


def write_split(path):
    w = GGUFWriter(path, "tiny", split_max_tensors=2)
    w.add_block_count(2)
    for i in range(5):
        w.add_tensor(f"blk.{i}.weight", np.full((2, 8), i + 1, np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file(progress=False)
    w.close()


def save(name, files):
    """One line a value or tensor, so that a difference can be read."""
    text = json.dumps(files, ensure_ascii=True)
    (HERE / name).write_text(text.replace('{"', '\n{"') + "\n")


def main():
    write_types(HERE / "types.gguf")
    save("types.json", [describe(HERE / "types.gguf", "types.gguf")])
    for old in HERE.glob("split-*.gguf"):
        old.unlink()
    write_split(HERE / "split.gguf")
    save("split.json", [describe(p, p.name) for p in sorted(HERE.glob("split-*.gguf"))])
    if len(sys.argv) > 1:
        root = Path(sys.argv[1])
        files = sorted(root.glob("*/*.gguf"))
        save("conformance.json", [describe(p, str(p.relative_to(root)), 4, 12) for p in files])


if __name__ == "__main__":
    main()
