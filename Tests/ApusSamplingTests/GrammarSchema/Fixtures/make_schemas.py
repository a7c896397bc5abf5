"""Judges texts by schemas, for SchemaConformanceTests.

    python3 -m venv venv && venv/bin/pip install "jsonschema[format]==4.26.0"
    venv/bin/python make_schemas.py > schemas.json

Every case is a schema and texts; what is stored with a text is whether Python's jsonschema (draft
2020-12, formats checked) finds it valid. `narrow` are valid texts that the grammar leaves out on
purpose: closed objects, another order of keys, another spelling.
"""

import json
import sys

from jsonschema import Draft202012Validator

CASES = []


def case(schema, texts, narrow=()):
    CASES.append((schema, list(texts), list(narrow)))


# Types, values
case({"type": "string"}, ['"x"', '""', '"\\n"', "1", "null", "[]", '"é"', '"\\u0000"'])
case({"type": ["integer", "null"]}, ["1", "-7", "0", "null", "1.5", '"1"', "true"], ["1.0", "1e2"])
case({"type": "boolean"}, ["true", "false", "0", "null"])
case({"enum": ["a", 1, None, True, [1, {"k": "v"}], 2.5, 'q"\\'], "type": ["string", "array", "number"]},
     ['"a"', "1", "null", "true", '[1,{"k":"v"}]', '[ 1, {"k": "v"} ]', "2.5", '"q\\"\\\\"', '"b"', "2", "[1]"])
case({"const": {"a": [], "b": {}}}, ['{"a":[],"b":{}}', '{"a": [], "b": {}}', '{"a":[]}', "{}"],
     ['{"b":{},"a":[]}'])
case({"enum": [1, 2, 3, 4, 5], "minimum": 3, "multipleOf": 2}, ["4", "2", "3", "5"])
case(True, ["1", "[]", '{"a":{}}', "nul"])

# Numbers
case({"type": "integer", "minimum": -12, "maximum": 305},
     ["-12", "-13", "-9", "0", "-0", "9", "12", "305", "306", "299", "1000", "30", "01"], ["-0"])
case({"type": "integer", "exclusiveMinimum": 0}, ["0", "1", "10", "-1", "99999999999"])
case({"type": "integer", "maximum": -100}, ["-100", "-99", "-1000", "0", "-101", "100"])
case({"type": "integer", "minimum": 1.5, "maximum": 3.5}, ["1", "2", "3", "4"])
case({"type": "integer", "multipleOf": 7, "minimum": 0}, ["0", "7", "14", "15", "-7", "7000"])
case({"type": "integer", "multipleOf": 1000000}, ["0", "1000000", "-3000000", "500000", "1000001"])
case({"type": "number", "minimum": 0, "exclusiveMaximum": 1},
     ["0", "0.5", "0.999", "1", "1.0", "-0.1", "0.0"], ["1e-3"])
case({"type": "number", "minimum": -2.5, "maximum": 2.25},
     ["-2.5", "-2.51", "2.25", "2.250", "2.2500001", "-0.1", "0", "2.3", "-3", "-2.4999"])
case({"type": "number", "multipleOf": 0.25}, ["0.25", "1", "1.5", "1.3", "-0.75", "0.125"])
case({"type": "number", "minimum": 1e20}, ["100000000000000020000", "99999999999999999999", "1"],
     ["100000000000000000000"])

# Texts
case({"type": "string", "minLength": 2, "maxLength": 3},
     ['"a"', '"ab"', '"abc"', '"abcd"', '"é\\n"', '"\U0001f600\U0001f600"', '"\U0001f600"'])
case({"type": "string", "pattern": "^[a-c]+$", "maxLength": 3}, ['"abc"', '"abca"', '""', '"d"'])
case({"type": "string", "pattern": "b.d"}, ['"abcde"', '"bd"', '"b\\"d"'])
case({"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "z$"}]}, ['"az"', '"a"', '"a-z"', '"z"'])
case({"type": "string", "format": "date"},
     ['"2024-02-29"', '"2023-02-29"', '"1900-02-29"', '"2000-02-29"', '"2024-04-31"', '"2024-12-31"',
      '"2024-13-01"', '"0000-01-01"', '"24-01-01"', '"2024-1-1"'])
case({"type": "string", "format": "date-time"},
     ['"2024-02-29T23:59:59Z"', '"2024-01-01T00:00:00.25+02:00"', '"2024-01-01T24:00:00Z"',
      '"2024-01-01 00:00:00Z"', '"2024-01-01T00:00:00"'])
case({"type": "string", "format": "time"}, ['"12:00:00Z"', '"12:60:00Z"', '"12:00"'])
case({"type": "string", "format": "duration"}, ['"P1D"', '"PT1H30M"', '"P1Y2M"', '"P2W"', '"P"', '"1D"', '"PT"'])
case({"type": "string", "format": "email"}, ['"a@b.org"', '"a.b"', '"a b"', '"x+y.z@mail.example.com"'])
case({"type": "string", "format": "hostname"}, ['"example.com"', '"localhost"', '"-a.b"', '"a_b"', '"a..b"'])
case({"type": "string", "format": "ipv4"}, ['"127.0.0.1"', '"256.0.0.1"', '"1.2.3"', '"01.2.3.4"'])
case({"type": "string", "format": "ipv6"}, ['"::1"', '"::"', '"fe80::1:2"', '"1:2:3:4:5:6:7:8"', '"1:2"', '"1::2::3"', '"12345::"'])
case({"type": "string", "format": "uuid"}, ['"123e4567-e89b-12d3-a456-426614174000"', '"123e4567e89b12d3a456426614174000"', '"x"'])
case({"type": "string", "format": "uri"},
     ['"https://example.com/a?b=c#d"', '"mailto:a@b.c"', '"/relative"', '"http://a b"', '"urn:isbn:1"', '"http://u@h:80"'])
case({"type": "string", "format": "uri-reference"}, ['"/a/b"', '"a?b"', '"#f"', '""', '"https://x"', '"\\\\\\\\"'])
case({"type": "string", "format": "json-pointer"}, ['""', '"/a~1b"', '"a"', '"/~2"'])

# Objects
PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "tags": {
    "type": "array", "items": {"type": "string"}}}, "required": ["name"]}
case(PERSON, ['{"name":"x"}', '{"name": "x", "age": 3}', '{"name":"x","tags":[]}', '{"age":1}', '{"name":1}',
              '{\n  "name": "x",\n  "age": 3,\n  "tags": ["a", "b"]\n}', "{}", '{"name":"x",}', '{"name":"x","age":"3"}'],
     ['{"name":"x","other":1}', '{"age":1,"name":"x"}'])
case({**PERSON, "additionalProperties": {"type": "boolean"}},
     ['{"name":"x","k":true}', '{"name":"x","k":1}', '{"k":true}', '{"name":"x","age":2,"k":true,"l":false}',
      '{"name":"x","tags":true}', '{"name":"x","t":true}', '{"name":"x","tagss":false}'])
case({"type": "object"}, ["{}", '{"a":[1,{"b":null}]}', "[]"])
case({"type": "object", "properties": {}}, ["{}", '{ }'], ['{"a":1}'])
case({"type": "object", "properties": {"a": {}, "b": {}, "c": {}}},
     ["{}", '{"a":1}', '{"b":1}', '{"c":1}', '{"a":1,"c":1}', '{"b":1,"c":1}', '{"a":1,"b":1,"c":1}', '{,"b":1}', '{"a":1"b":1}'])
case({"type": "object", "properties": {k: {"type": "null"} for k in "abcd"}, "minProperties": 2, "maxProperties": 3},
     ["{}", '{"a":null}', '{"a":null,"d":null}', '{"b":null,"c":null,"d":null}', '{"a":null,"b":null,"c":null,"d":null}'])
case({"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 2, "minProperties": 1},
     ["{}", '{"a":1}', '{"a":1,"b":2}', '{"a":1,"b":2,"c":3}', '{"a":""}'])
case({"type": "object", "patternProperties": {"^n_": {"type": "integer"}, "_s$": {"type": ["string", "integer"]}},
      "additionalProperties": False},
     ['{"n_a":1}', '{"n_a":"x"}', '{"a_s":"x"}', '{"n_s":1}', '{"n_s":"x"}', '{"other":1}', "{}"])
case({"type": "object", "propertyNames": {"pattern": "^[a-z]{1,3}$"}, "additionalProperties": True},
     ['{"abc":1}', '{"abcd":1}', '{"A":1}', "{}"])
case({"type": "object", "propertyNames": {"enum": ["x", "y"]}, "additionalProperties": {"type": "integer"}, "minProperties": 2},
     ['{"x":1,"y":2}', '{"x":1}', '{"x":1,"z":2}'], ['{"y":1,"x":2}'])
case({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "dependentRequired": {"a": ["b"]}},
     ["{}", '{"a":"x"}', '{"b":"x"}', '{"a":"x","b":"y"}'])

# Arrays
case({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
     ["[]", "[1]", "[1,2,3]", "[1, 2]", "[1,2,3,4]", '["a"]', "[1,]"])
case({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {"type": "boolean"}},
     ["[]", '["a"]', '["a",1]', '["a",1,true,false]', "[1]", '["a",1,2]'])
case({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2},
     ['["a",1]', '["a"]'], ['["a",1,2]'])
case({"type": "array", "contains": {"const": 1}, "items": {"type": "integer"}, "maxItems": 3},
     ["[]", "[1]", "[2]", "[2,1]", "[1,2,3]", "[2,3,1]", "[2,3,4]", "[2,3,4,1]"])
case({"type": "array", "contains": {"type": "string"}, "minContains": 1, "maxContains": 2},
     ["[]", '["a"]', '["a","b",1]', '["a","b","c"]', "[1,2]"])
case({"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b", 1]}, "minItems": 1},
     ["[]", '["a"]', '["b","a"]', '[1,"a","b"]', '["a","a"]', "[1,1]"])
case({"type": "array", "uniqueItems": True, "items": {"enum": list("abcdefg")}},
     ["[]", '["a","c","g"]', '["a","a"]', '["b","c","b"]'], ['["c","a"]'])

# Combinations
case({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "integer"}, False]}, ['"a"', '"ab"', "1", "null"])
case({"oneOf": [{"properties": {"kind": {"const": "a"}, "x": {"type": "integer"}}, "required": ["kind", "x"]},
                {"properties": {"kind": {"const": "b"}, "y": {"type": "string"}}, "required": ["kind"]}], "type": "object"},
     ['{"kind":"a","x":1}', '{"kind":"b"}', '{"kind":"b","y":"z"}', '{"kind":"a"}', '{"kind":"c"}'],
     ['{"kind":"a","x":1,"y":"z"}'])
case({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
      "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, ['{"a":1}', '{"b":1}', '{"a":1,"b":1}', "{}"])
case({"oneOf": [{"type": "integer", "maximum": 3}, {"type": "integer", "minimum": 4}, {"type": "null"}]}, ["3", "4", "null", "3.5"])
case({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"properties": {"a": {"minimum": 5}, "b": {"type": "null"}}, "required": ["b"]}]},
     ['{"a":5,"b":null}', '{"a":4,"b":null}', '{"a":5}'])
case({"not": {"type": ["string", "object", "array", "number"]}}, ["null", "true", "1", '"x"', "1.5"])
case({"type": "string", "not": {"enum": ["no", "never"]}}, ['"no"', '"never"', '"yes"', '"non"', '""'])
case({"type": "integer", "not": {"const": 0}}, ["0", "1", "-1", "10"])
case({"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "x": {"type": "integer"}}, "required": ["kind"],
      "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"properties": {"x": False}}},
     ['{"kind":"a","x":1}', '{"kind":"a"}', '{"kind":"b"}', '{"kind":"b","x":1}'])

# References
case({"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {
    "value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    "required": ["value"]}}},
     ['{"value":1}', '{"value":1,"children":[{"value":2,"children":[]}]}', '{"value":1,"children":[{}]}'])
case({"properties": {"a": {"$ref": "#/definitions/s~1t", "maxLength": 2}}, "definitions": {"s/t": {"type": "string"}},
      "type": "object"}, ['{"a":"xy"}', '{"a":"xyz"}', '{"a":1}'])
case({"type": "array", "items": {"$ref": "#id"}, "$defs": {"x": {"$anchor": "id", "type": "integer"}}}, ["[1]", '["x"]'])
case({"$id": "http://x.org/root.json", "type": "object", "properties": {"a": {"$ref": "item.json"}},
      "$defs": {"i": {"$id": "item.json", "$ref": "#/$defs/n", "$defs": {"n": {"type": "null"}}}}},
     ['{"a":null}', '{"a":1}'])
case({"type": "object", "properties": {"a": {"type": "integer"}}, "allOf": [{"properties": {"b": {"type": "integer"}}}],
      "unevaluatedProperties": False}, ['{"a":1,"b":2}', '{"b":2}', '{"c":1}'])


def main():
    cases = []
    for schema, texts, narrow in CASES:
        validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

        def is_valid(text):
            try:
                value = json.loads(text)
            except json.JSONDecodeError:
                return False
            return validator.is_valid(value)

        assert all(is_valid(text) for text in narrow), (schema, narrow)
        cases.append({
            "schema": schema,
            "valid": [text for text in texts if is_valid(text) and text not in narrow],
            "invalid": [text for text in texts if not is_valid(text)],
            "narrow": narrow,
        })
    sys.stdout.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]\n")


main()
