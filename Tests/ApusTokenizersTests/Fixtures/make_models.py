"""Writes models.json: small trained vocabularies and how their own libraries encode texts.

    pip install tokenizers regex sentencepiece
    python3 make_models.py > models.json

Each entry has a vocabulary in GGUF's terms, texts, and the token ids by Hugging Face tokenizers
or sentencepiece, without special tokens.
"""
import base64
import contextlib
import io
import json
import random
import sys
import tempfile

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from make_pre_tokenizers import POOL, RULES, TEXTS

with contextlib.redirect_stdout(None):
    import this

random.seed(7)
ZEN = "".join(this.d.get(c, c) for c in this.s)
CORPUS = [ZEN] * 3 + [t for t in TEXTS if t.strip() and "\x00" not in t]
EXTRA = ["".join(random.choices(POOL, k=random.randint(3, 40))) for _ in range(60)]
# U+2581 is a space to SentencePiece, and NUL ends its strings.
SAMPLES = [t for t in TEXTS + EXTRA + ZEN.split("\n") if "\x00" not in t]


def entry(model, tokens, texts, encode, **more):
    return dict(model=model, tokens=tokens, texts=texts, ids=[encode(t) for t in texts], **more)


def split_merges(tokenizer):
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [m if isinstance(m, str) else " ".join(m) for m in merges]


def tokens_of(tokenizer):
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.get)


def byte_pair(rule, ignores_merges):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignores_merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(p), "isolated") for p in RULES[rule]]
        + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = trainers.BpeTrainer(
        vocab_size=420, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    merges = split_merges(tokenizer)
    if ignores_merges:
        # Words that no merge leads to, so that the flag makes a difference.
        state = json.loads(tokenizer.to_str())
        for word in ["Ġbeautiful", "Ġis", "Hello"]:
            state["model"]["vocab"].setdefault(word, len(state["model"]["vocab"]))
        tokenizer = Tokenizer.from_str(json.dumps(state))
    return entry(
        "gpt2", tokens_of(tokenizer), SAMPLES, lambda t: tokenizer.encode(t).ids,
        pre=rule, merges=merges)


def character_pair():
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[^\n]+|[\n]+"), "isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=560, show_progress=False,
        special_tokens=["<unk>"] + ["<0x%02X>" % b for b in range(256)])
    tokenizer.train_from_iterator([ZEN.replace(" ", "▁")] * 2, trainer)
    state = json.loads(tokenizer.to_str())
    state["added_tokens"] = []
    tokenizer = Tokenizer.from_str(json.dumps(state))
    return entry(
        "gemma4", tokens_of(tokenizer), SAMPLES, lambda t: tokenizer.encode(t).ids,
        merges=split_merges(tokenizer), kinds=[2] + [6] * 256 + [1] * (len(tokens_of(tokenizer)) - 257))


# A small map of characters: one to one, one to many, many to one, and to nothing.
RULES_TSV = "".join("%s\t%s\n" % (" ".join("%X" % ord(c) for c in a), " ".join("%X" % ord(c) for c in b))
                    for a, b in [
    ("ﬁ", "fi"), ("½", "1/2"), ("A", "a"), ("B", "b"), ("HTTP", "http"), ("e\u0301", "é"),
    ("\u0301", ""), ("\t", " "), ("\n", " "), ("\u3000", " "), ("\u00a0", " "), ("！", "!"),
    ("，", ", "), ("…", "..."), ("İ", "i̇"), ("ab", "c"), ("abc", "d")])


def sentence_piece(kind, fallback, normalization, lean):
    file = io.BytesIO()
    rules = tempfile.NamedTemporaryFile("w", suffix=".tsv")
    rules.write(RULES_TSV)
    rules.flush()
    how = ({"normalization_rule_tsv": rules.name} if normalization == "tsv"
           else {"normalization_rule_name": normalization})
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter([l for t in [ZEN] * 20 + CORPUS for l in t.split("\n") if l.strip()]),
        model_writer=file, model_type=kind, vocab_size=600, byte_fallback=fallback,
        character_coverage=0.98, hard_vocab_limit=False, **how,
        remove_extra_whitespaces=lean, allow_whitespace_only_pieces=True, minloglevel=2)
    processor = spm.SentencePieceProcessor(model_proto=file.getvalue())
    proto = model_pb2.ModelProto()
    proto.ParseFromString(file.getvalue())
    # Equal sums, as of "!!" "!" and "!" "!!", fall by rounding: sentencepiece adds floats, Hugging
    # Face tokenizers and llama.cpp doubles.
    ties = ["!!!", " " * 70] if kind == "unigram" else []
    texts = [t for t in SAMPLES if t and not any(tie in t for tie in ties)]
    return entry(
        "llama" if kind == "bpe" else "t5", [p.piece for p in proto.pieces], texts,
        processor.encode, scores=[p.score for p in proto.pieces],
        kinds=[p.type for p in proto.pieces], unknown=0, addsSpacePrefix=True,
        removesExtraWhitespace=lean,
        characterMap=base64.b64encode(proto.normalizer_spec.precompiled_charsmap).decode())


def word_piece(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=500, special_tokens=["[PAD]", "[UNK]"], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    written = [
        t if t in ("[PAD]", "[UNK]") else t[2:] if t.startswith("##") else "▁" + t
        for t in tokens_of(tokenizer)]
    # Unassigned and private scalars differ between versions of Unicode.
    texts = [t for t in SAMPLES if "\ue000" not in t] + ["한국어 Ça ÅNGSTRÖM ½ ﬁ 豈 İI", "x" * 101]
    return entry(
        "bert", written, texts, lambda t: tokenizer.encode(t).ids,
        kinds=[3, 3] + [1] * (len(written) - 2), unknown=1, lowercases=lowercase)


json.dump({
    "byte pairs, llama-bpe": byte_pair("llama-bpe", True),
    "byte pairs, gpt-4o": byte_pair("gpt-4o", False),
    "byte pairs, deepseek-v3": byte_pair("deepseek-v3", False),
    "character pairs": character_pair(),
    "sentencepiece, bytes": sentence_piece("bpe", True, "identity", False),
    "sentencepiece, unknown": sentence_piece("bpe", False, "identity", False),
    "unigram, characters mapped": sentence_piece("unigram", False, "tsv", True),
    "unigram, characters mapped, bytes": sentence_piece("unigram", True, "tsv", False),
    "unigram, identity": sentence_piece("unigram", False, "identity", False),
    "word pieces, lower case": word_piece(True),
    "word pieces, cased": word_piece(False),
}, sys.stdout, separators=(",", ":"))
print()
