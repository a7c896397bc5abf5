"""Writes GGUF files for tests, whole or in parts as llama.cpp's gguf-split names and marks them.

Knows just enough of the format (versions 2 and 3, little-endian) to take a file apart; shares nothing
with Apus.
"""

import array
import os
import random
import struct

SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
UINT16, UINT32, INT32, STRING, ARRAY = 2, 4, 5, 8, 9


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def pair(key, kind, value):
    """One key and its value, encoded."""
    form = {UINT16: "<H", UINT32: "<I", INT32: "<i"}
    body = text(value) if kind == STRING else struct.pack(form[kind], value)
    return text(key) + struct.pack("<I", kind) + body


def padded(data, alignment=32):
    return data + bytes(-len(data) % alignment)


def encode(pairs, tensors):
    """A file of encoded pairs and tensors (name, dimensions, type, data)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(pairs)) + b"".join(pairs)
    offset = 0
    for name, dimensions, kind, data in tensors:
        head += text(name) + struct.pack("<I", len(dimensions))
        head += b"".join(struct.pack("<Q", size) for size in dimensions)
        head += struct.pack("<IQ", kind, offset)
        offset += len(padded(data))
    return padded(head) + b"".join(padded(data) for *_, data in tensors)


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def number(self, form):
        size = struct.calcsize(form)
        value = struct.unpack_from(form, self.data, self.at)[0]
        self.at += size
        return value

    def string(self):
        size = self.number("<Q")
        self.at += size
        return self.data[self.at - size:self.at].decode("utf-8", "replace")

    def skip(self, kind):
        if kind == STRING:
            self.string()
        elif kind == ARRAY:
            kind, count = self.number("<I"), self.number("<Q")
            if kind == STRING:
                for _ in range(count):
                    self.string()
            else:
                self.at += SIZES[kind] * count
        else:
            self.at += SIZES[kind]


def decode(data):
    """The encoded pairs and the tensors of a file; no key may be called general.alignment."""
    reader = Reader(data)
    reader.at = 8
    tensor_count, pair_count = reader.number("<Q"), reader.number("<Q")
    pairs = []
    for _ in range(pair_count):
        start = reader.at
        assert reader.string() != "general.alignment"
        reader.skip(reader.number("<I"))
        pairs.append(data[start:reader.at])
    places = []
    for _ in range(tensor_count):
        name = reader.string()
        dimensions = [reader.number("<Q") for _ in range(reader.number("<I"))]
        places.append((name, dimensions, reader.number("<I"), reader.number("<Q")))
    start = reader.at + -reader.at % 32
    ends = sorted(place[3] for place in places) + [len(data) - start]
    return pairs, [(name, dimensions, kind,
                    data[start + offset:start + ends[ends.index(offset) + 1]])
                   for name, dimensions, kind, offset in places]


def split(data, count):
    """The parts of a file, as many as `count`; only the first has the metadata."""
    pairs, tensors = decode(data)
    parts = []
    for number in range(count):
        own = tensors[len(tensors) * number // count:len(tensors) * (number + 1) // count]
        marks = [pair("split.no", UINT16, number), pair("split.count", UINT16, count),
                 pair("split.tensors.count", INT32, len(tensors))]
        parts.append(encode((pairs if number == 0 else []) + marks, own))
    return parts


def part_name(stem, number, count):
    return f"{stem}-{number:05}-of-{count:05}.gguf"


def write_parts(data, count, folder, stem):
    """Writes the parts of a file; gives their paths."""
    os.makedirs(folder, exist_ok=True)
    paths = []
    for number, part in enumerate(split(data, count), 1):
        paths.append(os.path.join(folder, part_name(stem, number, count)))
        with open(paths[-1], "wb") as file:
            file.write(part)
    return paths


def noise(size, seed, tensors=6):
    """A model of random weights that can be stored and not run, of about so many bytes."""
    chance = random.Random(seed)
    pairs = [pair("general.architecture", STRING, "llama"), pair("llama.block_count", UINT32, 1)]
    return encode(pairs, [(f"blk.0.t{index}.weight", [size // tensors // 4], 0,
                           chance.randbytes(size // tensors // 4 * 4)) for index in range(tensors)])


def small(seed, layers=3):
    """A model of F32 weights from -1 to 1 that can be quantized and not run."""
    chance = random.Random(seed)

    def weights(count):
        return array.array("f", [chance.uniform(-1, 1) for _ in range(count)]).tobytes()

    pairs = [pair("general.architecture", STRING, "llama"), pair("general.file_type", UINT32, 0),
             pair("llama.block_count", UINT32, layers)]
    tensors = [("token_embd.weight", [256, 32], 0, weights(256 * 32))]
    for layer in range(layers):
        tensors += [(f"blk.{layer}.attn_norm.weight", [256], 0, weights(256)),
                    (f"blk.{layer}.ffn_down.weight", [256, 16], 0, weights(256 * 16))]
    return encode(pairs, tensors)
