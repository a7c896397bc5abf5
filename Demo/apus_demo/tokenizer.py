"""Byte-level BPE with the pre-tokenizer of Qwen2, built so that copying is easy.

In an ordinary byte-level BPE the word after a space and the same word after a quote are cut
into different tokens ("Ġpar" "is" against "par" "is"), so that copying a name from a question
into JSON means to re-spell it. Here merges are learnt on words *without* the character before
them, and a merge of the space with a whole frequent word may only come last. A rare word is
therefore cut the same way wherever it stands. The result is still a plain list of ranked
merges that every GPT-2 style tokenizer reads.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

#: The pre-tokenizer that GGUF calls `qwen2`.
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
#: The same, with every word cut from the character before it; used for learning only.
LEARNING = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
USER_DEFINED = [
    "<think>",
    "</think>",
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
    "<tools>",
    "</tools>",
]
SPECIAL = CONTROL + USER_DEFINED


def split_by(pattern: str) -> pre_tokenizers.PreTokenizer:
    """The pre-tokenizer for a pattern, followed by the byte alphabet."""
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def assemble(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    """A tokenizer from its tables; the special tokens take the ids at the end."""
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = split_by(QWEN2)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in CONTROL])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in USER_DEFINED])
    return tokenizer


def learn(texts: list[str], size: int, spaced_words: int) -> Tokenizer:
    """Learns a vocabulary of `size` tokens, `spaced_words` of them whole words after a space."""
    plain = size - spaced_words - len(SPECIAL)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = split_by(LEARNING)
    trainer = trainers.BpeTrainer(
        vocab_size=plain, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    bodies = [t for text in texts for t in cut_special(text)]
    tokenizer.train_from_iterator(bodies, trainer)
    state = json.loads(tokenizer.to_str())["model"]
    vocabulary: dict[str, int] = state["vocab"]
    merges = [tuple(m) for m in state["merges"]]
    counts: Counter[str] = Counter()
    for body in bodies:
        for piece, _ in split_by(QWEN2).pre_tokenize_str(body):
            if piece[0] == "Ġ" and piece[1:].isalpha() and piece[1:] in vocabulary:
                counts[piece] += 1
    for piece, _ in counts.most_common(spaced_words):
        vocabulary[piece] = len(vocabulary)
        merges.append(("Ġ", piece[1:]))
    return assemble(vocabulary, merges)


def cut_special(text: str) -> list[str]:
    """The text between special tokens."""
    for token in SPECIAL:
        text = text.replace(token, "\0")
    return [t for t in text.split("\0") if t]


def pieces(tokenizer: Tokenizer) -> list[str]:
    """The tokens that are two or more plain letters: material for made-up words."""
    return sorted(t for t in tokenizer.get_vocab() if len(t) >= 2 and t.isascii() and t.isalpha())


def main() -> None:
    from .data import mixture
    from .rendering import render

    parser = argparse.ArgumentParser(
        description="Learns the tokenizer from generated conversations."
    )
    parser.add_argument("--output", type=Path, required=True, help="tokenizer.json to write")
    parser.add_argument("--size", type=int, default=2048, help="all tokens")
    parser.add_argument(
        "--spaced-words", type=int, default=420, help="tokens that are a space and a word"
    )
    parser.add_argument(
        "--conversations", type=int, default=20000, help="number of conversations to learn from"
    )
    options = parser.parse_args()
    texts = []
    for seed in range(options.conversations):
        # Tool definitions and their fixed frame would otherwise be most of the text.
        c = mixture.conversation(mixture.words(-1 - seed, seed % 6 == 0, []))
        texts.append(render(c.messages, c.tools if seed % 4 == 0 else None))
    tokenizer = learn(texts, options.size, options.spaced_words)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(options.output))
    counted = [len(tokenizer.encode(t).ids) for t in texts[:4000]]
    print(f"{tokenizer.get_vocab_size()} tokens; mean length {sum(counted) / len(counted):.1f}")


if __name__ == "__main__":
    main()
