"""Writes JSONCases.json: what Python's json module makes of tricky texts and numbers.

Run in this folder: python3 make_json_cases.py

Where RFC 8259 leaves a choice, the hooks below make Python choose as JSONParser documents:
whole numbers beyond 64 bits become doubles, numbers beyond a double's range and NaN are refused,
lone surrogates become U+FFFD.
"""
import json
import math
import random
import re
import struct

texts = r'''
[]|{}|[ ]| { } |null|true|false|"x"|0|-0|-0.0|1|-1|10|9223372036854775807|-9223372036854775808
9223372036854775808|-9223372036854775809|123456789012345678901234567890|0.1|1.0|1e5|1E5|1e+5|1e-5
1.5e300|5e-324|1e-400|1e308|1e309|-1e400|1e0001|0e1|0.0000001|1e16|1e22|123456789.123456789
[1,2,3]|[1,]|[,1]|[1,,2]|[1 2]|[1|[|]|{|}|{"a"}|{"a":}|{"a":1,}|{,}|{"a":1 "b":2}|{"a" 1}|{1:2}|{a:1}
{"a":1,"b":2,"a":3}|{"b":1,"a":2}|{"":0}|{"a":{"b":[{}]}}|[[[[[]]]]]|['a']|"|"a|"\|"\"|"\\"|"\/"
"\b\f\n\r\t"|"\u0041"|"\u00e9"|"\ud83d\ude00"|"\ud83d"|"\ude00"|"\ud83dx"|"\ud83d\u0041"|"\ud83d\n"
"\ud83d\ud83d\ude00"|"\u12"|"\u12G4"|"\U0041"|"\x41"|"\a"|"\'"|"\u0000"|"\uFFFF"|"\u002F"|"\ud83d\u"
01|-01|00|1.|.5|-.5|-|+1|1e|1e+|1.e1|0x10|1_000|1a|--1|- 1|1.2.3|1e5.5|NaN|Infinity|-Infinity|nan
tru|True|nul|NULL|truee|nulll|true false|[true]x|//|/* */1|1 //x|[1]]|{}}|""""|"a" "b"|,|:|{"a":1:2}
"é"|"日本語"|"😀"|{"é":"e"}|["a","b"]| [1] |[1.0,1e2,-2.5e-3]|{"a":[1,{"b":null}],"c":"d"}|[-]|[1e]
"0123456\"7"|"01234567\n"|"012345678901234567890123456789é0123456789"|"\u00e9\u0301"|[""]|["\\\\"]|\u0061
'''.strip()

cases = []


def refuse(text):
    raise ValueError(text)


def to_float(text):
    value = float(text)
    return value if math.isfinite(value) else refuse(text)


def to_int(text):
    value = int(text)
    return value if -(2**63) <= value < 2**63 else to_float(text)


def add(data):
    try:
        value = json.loads(
            data.decode("utf-8"), parse_int=to_int, parse_float=to_float, parse_constant=refuse)
        text = re.sub("[\ud800-\udfff]", "\ufffd", json.dumps(value, ensure_ascii=False))
    except ValueError:
        text = None
    cases.append({"hex": data.hex(), "result": text})


for line in texts.split("\n"):
    for text in line.split("|"):
        add(text.encode())
for data in [
    b"", b" ", b"\n", b"\xef\xbb\xbf{}", b'"\xff"', b'"\xc3"', b'"\xc0\xaf"', b'"\xed\xa0\x80"',
    b'"\xf4\x90\x80\x80"', b'"\xf0\x9f\x98\x80"', b'"a\x00b"', b'"a\x1fb"', b'"a\nb"', b'"\x7f"',
    b'"abcdefgh\xe9jklmnop"', b'"12345678\x0112345678"', b"\x00", b"[1]\x00", b"\xa0[1]", b"\x0c[1]",
    b"[1\xff]", b"\t[\r\n1 ]\t", b'{"a\xff":1}', b'"\\u0000\xff"', b'"\\\xc3\xa9"', b'"\\', b'"\\u',
    b'{"|":"|"}', b'["|"]', b"[" * 100 + b"]" * 100,
]:
    add(data)
add(json.dumps({f"key{n}": n for n in range(40)} | {"key7": "again"}).encode())
add(("{" + ",".join(f'"k{n % 20}":{n}' for n in range(45)) + "}").encode())

random.seed(7)
doubles = [0.0, -0.0, 1.0, 0.1, 1e-4, 1e-5, 9.99e-5, 1e15, 1e16, 1.2e16, 123456789012345680.0, 1e21,
           1e22, 1e23, 5e-324, 1.7976931348623157e308, 2.0**53, 2.0**54, 2.0**63, 0.3, 1 / 3, 100.0]
while len(doubles) < 300:
    value = struct.unpack("<d", random.randbytes(8))[0]
    if math.isfinite(value):
        doubles.append(value)
    doubles.append(float(f"{random.random():.5g}") * 10.0 ** random.randint(-8, 25))

value = {"a": [1, 2.5, [], {}], "b": {"c": "é\u2028<>&\"\\\x01\x7f😀"}, "": None, "A": [True, False]}
json.dump({
    "cases": cases,
    "doubles": [[struct.pack(">d", v).hex(), repr(v)] for v in doubles],
    "value": value,
    "dumps": {
        "python": json.dumps(value, ensure_ascii=False),
        "ascii": json.dumps(value),
        "compact": json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        "indented": json.dumps(value, ensure_ascii=False, indent=2),
        "sorted": json.dumps(value, ensure_ascii=False, sort_keys=True),
    },
}, open("JSONCases.json", "w"), indent=1)
