"""Writes pre_tokenizers.json: how Hugging Face tokenizers cut texts by the rules of known models.

    pip install tokenizers regex
    python3 make_pre_tokenizers.py > pre_tokenizers.json

A rule is a list of regular expressions as they stand in the models' tokenizer.json or tiktoken
pattern, applied one after the other ("Split", "Isolated"). Oniguruma (tokenizers) does the
matching; the Python module `regex` must agree. For each rule and text the file has the lengths
of the pieces in Unicode scalars.
"""
import json
import random
import sys

import regex
from tokenizers import Regex, pre_tokenizers

CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
PREFIX = r"[^\r\n\p{L}\p{N}]?"
SYMBOLS = r" ?[^\s\p{L}\p{N}]+"
TAIL = r"\s+(?!\S)|\s+"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def words(digits, letters=r"\p{L}+", symbols=SYMBOLS + r"[\r\n]*", lines=r"\s*[\r\n]+", tail=TAIL):
    return "|".join([CONTRACTION, PREFIX + letters, r"\p{N}" + digits, symbols, lines, tail])


UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"


def cased(digits, upper=UPPER, lower=LOWER, contraction=CONTRACTION + "?", after=r"[\r\n/]*"):
    return "|".join([
        PREFIX + upper + "*" + lower + "+" + contraction,
        PREFIX + upper + "+" + lower + "*" + contraction,
        r"\p{N}" + digits, SYMBOLS + after, r"\s*[\r\n]+", TAIL])


PUNCTUATED = (
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"""
    r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+")
CHINESE_KANA = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"
CJK = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
CASED_LETTERS = (
    "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af"
    "\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1"
    "\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd"
    "\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d"
    "\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4"
    "\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec"
    "\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128"
    "\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b"
    "\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787"
    "\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a"
    "\U00010400-\U0001044f\U000104b0-\U000104d3\U000104d8-\U000104fb\U00010c80-\U00010cb2"
    "\U00010cc0-\U00010cf2\U000118a0-\U000118df\U0001e900-\U0001e943")
BLOOM = r" ?[^(\s|.,!?…。，、।۔،)]+"
DIGIT_GROUPS = r"\d{1,3}(?=(?:\d{3})*\b)"
HAN = r"&&[^\p{Han}]]"

RULES = {
    "default": [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", r"[0-9][0-9][0-9]"],
    "gpt-2": [GPT2],
    "falcon": [r"[\p{P}\$\+<=>\^~\|`]+", GPT2, r"[0-9][0-9][0-9]"],
    "starcoder": [r"\p{N}", GPT2],
    "chameleon": [r"([\t\n]|    |  )", r"\p{N}", r"[\p{P}!-/:-@\[-`{-~]", GPT2],
    "bloom": [BLOOM],
    "viking": [BLOOM, r"\p{N}"],
    "superbpe": [r"\p{N}+", r"(?=(\d{3})+(?!\d))"],
    "gemma4": [r"[^\n]+|[\n]+"],
    "llama-bpe": [words("{1,3}")],
    "qwen2": [words("")],
    "qwen35": [words("", r"[\p{L}\p{M}]+", r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*")],
    "minicpm5": [r"\p{N}{1,3}", words("+")],
    "ufakzeka": [words("")[len(CONTRACTION) + 1:]],
    "laguna": [r"[^\n]+|[\n]+", words("")],
    "jais-2": [words("{1,3}", tail="|".join(
        r"\s{%d}(?!\S)" % n for n in (512, 256, 128, 64, 32, 16, 8, 4))
        + r"|\s{1,2}(?!\S)|\s{1}")],
    "bailingmoe": [
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"
        r"|\s*[\r\n]|\s+(?!\S)|\s+"],
    "seed-coder": [words("{1}", symbols=r" ?[^\s\p{L}\p{N}\r\n]+")],
    "exaone-moe": [words(
        "", r"(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+", SYMBOLS + r"[\r\n/]?", r"\s*[\r\n]")],
    "gpt-4o": [cased("{1,3}")],
    "tekken": [cased("", contraction="")],
    "minimax-m2": [cased(
        "{1,3}", r"((?=[\p{L}])([^a-z]))", r"((?=[\p{L}])([^A-Z]))")],
    "tiny_aya": [DIGIT_GROUPS, cased("{1,3}")],
    "kimi-k2": [r"[\p{Han}]+|" + cased(
        "{1,3}", UPPER[:-1] + HAN, LOWER[:-1] + HAN, after=r"[\r\n]*")],
    "youtu": [
        "[\uac00-\ud7a3\u3131-\u318e]+|[！…“”‘’—：；，\u3001-\u303f\ufe30-\ufe4f]+|[\u3105-\u312f]+|"
        + CHINESE_KANA, cased("")],
    "deepseek-v3": [
        r"\p{N}{1,3}", CHINESE_KANA,
        PUNCTUATED + r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|" + TAIL],
    "spark2_5": [
        r"\p{N}{1,3}", CHINESE_KANA, PUNCTUATED + r"| ?[\p{P}\p{S}]+|[\r\n]|" + TAIL, r"\p{N}"],
    "afmoe": [
        DIGIT_GROUPS,
        "[一-鿿㐀-䶿\uf900-\ufaff぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-៿က-႟ꩠ-ꩿꧠ-꧿가-힯ᄀ-ᇿ]+",
        PUNCTUATED + r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|" + TAIL],
    "deepseek-coder": ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", CJK, r"\p{N}"],
    "deepseek-llm": [
        "[\r\n]", r"\s?[" + CASED_LETTERS + "]+",
        "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+", r"\s+$", CJK, r"\p{N}+"],
    "whitespace": [r"\S+"],
}

TEXTS = [
    "", " ", "  ", "\n", "\n\n \n", "\t\t", " \r\n  x", "Hello, world! I'm here; you're there, we'LL see.",
    "it'S 'tis O'Neill's don't DON'T she'd they've 'ſ rock'n'roll ''s",
    "camelCase HTTPServer iPhone15Pro XMLHttpRequest ÀÉÎõü ÀB'S ǅungla",
    "1 12 123 1234 12345 1234567890 3.14159 1,000,000 ½ ⅷ ²³ ٣٤٥٦ 12ab 1234th a1b22c333 ४५६७",
    "def f(x):\n    if x  ==  3:\n\t\treturn x**2  # 注释\n\n\n", "   leading and trailing   ",
    "path/to/file.txt https://example.com/?q=a%20b&c=d#e //\n/// \n",
    "我想在apple工作1314151天～ 你好，世界。「こんにちは」カタカナ ｶﾅ 々〇 가나다 한국어 ㄱㄴ ㄅㄆ",
    "नमस्ते दुनिया। हिन्दी ไทยภาษา ភាសាខ្មែរ မြန်မာ বাংলা தமிழ் اَلسَّلامُ عَلَيْكُمْ، كيف۔ עִבְרִית",
    "e\u0301clair na\u0308ive \u0301\u0302 a\u0301\u0302\u0303 Z\u0351a", "🚀 😶‍🌫️ 👩‍👩‍👧 ✅ ☺️ 🇩🇪",
    "$100 + €5 = £3 <tag> ^_^ ~~ `code` a|b {x} [y] \\z @me #tag %d & * __init__",
    "нещо на Български ПРИВЕТ Привет ქართული ᲥᲐᲠ ΑΒΓ αβγ ﬁ ﬀ K Ω",
    "\u00a0nbsp\u2003em\u3000ideographic\u2028line\u0085next\u200bzero\u200d\ufeffbom",
    "x\x00y\x01z \x7f\u0080 \ue000\uf8ff \U000f0000", "a b c d  e f\ng h ı İ ß ẞ ŉ",
    " " * 3 + "a" + " " * 9 + "b" + " " * 70 + "c" + " " * 600, "\n" * 5 + " " * 5 + "\n" + " " * 3 + "z",
    "<sentinel:12> IMGIMGABZ <|im_end|> [INST] </s>", "!!!???... ---- ====\n\n====\r\n  ::",
]
POOL = (
    "aabcdefgstmlrveABCDZSTé ÀñßıſЖжΩω" "'''''" "      " "\n\n\r\t\u00a0\u3000" "0123456789½ⅷ٣"
    ".,;:!?-_/\\()[]{}<>=+*&^%$#@|~`\"" "中文的漢々〇ひカｶ가한ㄱㄅ，。！「—…" "नि्ไท်ម្اَم"
    "\u0301\u0308\u200d\ufe0f😀🚀€×" "ǅʰªˇ")


def pieces_onig(patterns, text):
    splits = [pre_tokenizers.Split(Regex(p), "isolated") for p in patterns]
    found = pre_tokenizers.Sequence(splits).pre_tokenize_str(text) if text else []
    return [end - start for _, (start, end) in found if end > start]


def pieces_regex(patterns, text):
    pieces = [text] if text else []
    for pattern in patterns:
        result = []
        for piece in pieces:
            last = 0
            for match in pattern.finditer(piece):
                result += [piece[last:match.start()], match.group()]
                last = match.end()
            result.append(piece[last:])
        pieces = [piece for piece in result if piece]
    return [len(piece) for piece in pieces]


def main():
    random.seed(20)
    texts = TEXTS + ["".join(random.choices(POOL, k=random.randint(3, 48))) for _ in range(120)]
    rules = {}
    for name, patterns in RULES.items():
        compiled = [regex.compile(p, regex.V1) for p in patterns]
        rules[name] = [pieces_onig(patterns, text) for text in texts]
        for text, lengths in zip(texts, rules[name]):
            other = pieces_regex(compiled, text)
            if other != lengths:
                print("%s: engines differ on %r:\n %s\n %s" % (name, text, lengths, other), file=sys.stderr)
    json.dump({"texts": texts, "rules": rules}, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
