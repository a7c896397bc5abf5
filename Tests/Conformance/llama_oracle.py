"""Random models as GGUF files, and llama.cpp (PyPI's `llama-cpp-python`) as a quantizer and a
computer of logits. For quantize.py and formats.py; needs `gguf`, `numpy` and `llama-cpp-python`.
"""
import ctypes
import subprocess
import tempfile
from dataclasses import dataclass

import llama_cpp
import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import GGUFReader, GGUFValueType, GGUFWriter, TokenType
from gguf.quants import dequantize

VOCABULARY = 320


@dataclass
class Shape:
    """Sizes of a random model of the architecture `llama`."""
    name: str
    width: int = 256
    hidden: int = 512
    layers: int = 8
    heads: int = 4
    key_heads: int = 2
    experts: int = 0
    tied: bool = False


def write_random(path, shape, seed=5):
    """Writes a model of F32 weights."""
    rng = np.random.default_rng(seed)
    writer = GGUFWriter(str(path), "llama")
    head = shape.width // shape.heads
    writer.add_uint32("general.file_type", 0)
    writer.add_block_count(shape.layers)
    writer.add_context_length(512)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(head)
    writer.add_vocab_size(VOCABULARY)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        # All of them: near a draw, rounding would choose other experts.
        writer.add_expert_used_count(shape.experts)
    add_vocabulary(writer)

    def matrix(name, *dimensions):
        values = rng.normal(0, dimensions[-1] ** -0.5, dimensions)
        writer.add_tensor(name, values.astype(np.float32))

    def ones(name):
        writer.add_tensor(name, np.ones(shape.width, np.float32))

    matrix("token_embd.weight", VOCABULARY, shape.width)
    ones("output_norm.weight")
    if not shape.tied:
        matrix("output.weight", VOCABULARY, shape.width)
    stack = (shape.experts,) if shape.experts else ()
    kind = "_exps" if shape.experts else ""
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        ones(f"{block}.attn_norm.weight")
        matrix(f"{block}.attn_q.weight", shape.width, shape.width)
        matrix(f"{block}.attn_k.weight", shape.key_heads * head, shape.width)
        matrix(f"{block}.attn_v.weight", shape.key_heads * head, shape.width)
        matrix(f"{block}.attn_output.weight", shape.width, shape.width)
        ones(f"{block}.ffn_norm.weight")
        if shape.experts:
            matrix(f"{block}.ffn_gate_inp.weight", shape.experts, shape.width)
        matrix(f"{block}.ffn_gate{kind}.weight", *stack, shape.hidden, shape.width)
        matrix(f"{block}.ffn_up{kind}.weight", *stack, shape.hidden, shape.width)
        matrix(f"{block}.ffn_down{kind}.weight", *stack, shape.width, shape.hidden)
    finish(writer)


def add_vocabulary(writer):
    """SentencePiece with a token for every byte."""
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [TokenType.UNKNOWN] + 2 * [TokenType.CONTROL] + 256 * [TokenType.BYTE]
    more = VOCABULARY - len(tokens)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens + [f"word{index}" for index in range(more)])
    writer.add_token_scores([0.0] * len(tokens) + [-1.0 - index for index in range(more)])
    writer.add_token_types(kinds + more * [TokenType.NORMAL])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_dequantized(source, path):
    """Writes a file's weights as F32, as `gguf` reads them."""
    reader = GGUFReader(str(source))
    writer = GGUFWriter(str(path), "llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        value = 0 if field.name == "general.file_type" else field.contents()
        writer.add_key_value(field.name, value, kind, sub_type=inner)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        shape = [int(size) for size in reversed(tensor.shape)]
        writer.add_tensor(tensor.name, values.astype(np.float32).reshape(shape))
    finish(writer)


def llama_quantize(source, path, kind):
    """Quantizes as llama.cpp does; `kind` is a name such as Q4_K_M."""
    parameters = llama_cpp.llama_model_quantize_default_params()
    name = {"F32": "ALL_F32", "MXFP4": "MOSTLY_MXFP4_MOE"}.get(kind, f"MOSTLY_{kind}")
    parameters.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_{name}")
    parameters.nthread = 2
    if kind.startswith(("IQ1", "IQ2", "IQ3_XXS")):  # llama.cpp refuses them without importances
        importances = equal_importances(source)
        parameters.imatrix = importances
    silence()
    code = llama_cpp.llama_model_quantize(
        str(source).encode(), str(path).encode(), ctypes.byref(parameters))
    if code != 0:
        raise RuntimeError(f"llama.cpp cannot quantize {source} to {kind}")


def equal_importances(path):
    """Importance 1 for all columns of all matrices."""
    entries = []
    for tensor in GGUFReader(str(path)).tensors:
        if len(tensor.shape) > 1:
            size = int(tensor.shape[0]) * (int(tensor.shape[2]) if len(tensor.shape) > 2 else 1)
            ones = (ctypes.c_float * size)(*[1.0] * size)
            entries.append(llama_cpp.llama_model_imatrix_data(tensor.name.encode(), ones, size))
    end = llama_cpp.llama_model_imatrix_data(None, None, 0)
    return (llama_cpp.llama_model_imatrix_data * (len(entries) + 1))(*entries, end)


def llama_logits(path, tokens):
    """[tokens][vocabulary], computed by llama.cpp."""
    silence()
    model = llama_cpp.Llama(str(path), n_ctx=512, n_threads=2, logits_all=True, verbose=False)
    model.eval(list(tokens))
    logits = np.array(model.scores[:len(tokens)], np.float64)
    model.close()
    return logits


def apus_logits(apus, path, tokens):
    """[tokens][vocabulary], computed by Apus."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([apus, "eval", "logits", str(path), "--out", out.name, "--tokens",
                        ",".join(str(token) for token in tokens)], check=True)
        return np.fromfile(out.name, "<f4").reshape(len(tokens), -1).astype(np.float64)


def error(expected, actual):
    """Normalised mean squared error."""
    return float(np.mean((expected - actual) ** 2) / np.mean(expected ** 2))


def formats(path):
    """The block format of each tensor, by name."""
    return {tensor.name: tensor.tensor_type.name for tensor in GGUFReader(str(path)).tensors}


@ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
def _ignore(_level, _text, _data):
    pass


def silence():
    llama_cpp.llama_log_set(_ignore, ctypes.c_void_p())
