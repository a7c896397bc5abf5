import ApusConversation
import Testing

@testable import ApusChat

@Suite struct MarkupValueTests {
    /// Values of parameters, and what the schema of `write` makes of them.
    static let values: [(parameter: String, text: String, json: String)] = [
        ("path", "a b", #""a b""#), ("path", "12", #""12""#), ("path", "true", #""true""#),
        ("path", "", #""""#), ("path", "\n", #""""#), ("path", "\n\n\n", #""\n""#),
        ("path", "null", "null"), ("path", "NULL", "null"), ("path", "nul", #""nul""#),
        ("path", "nulls", #""nulls""#), ("path", " null", #"" null""#),
        ("path", #"C:\n "q""#, #""C:\\n \"q\"""#), ("path", "a</parameter", #""a</parameter""#),
        ("mode", "new", #""new""#), ("mode", "7", #""7""#),
        ("force", "true", "true"), ("force", "False", "false"), ("force", "yes", #""yes""#),
        ("weight", "1.5", "1.5"), ("weight", "-3", "-3"), ("weight", "1e3", "1000.0"),
        ("weight", "heavy", #""heavy""#), ("weight", "1e999", #""1e999""#),
        ("limit", "5", "5"), ("limit", "5.0", "5"), ("limit", "5.5", #""5.5""#),
        ("limit", "Null", "null"), ("limit", "99999999999999999999", "100000000000000000000"),
        ("lines", #"["a", "</parameter>", 1]"#, #"["a","</parameter>",1]"#),
        ("lines", "['a', 'b',]", #"["a","b"]"#), ("lines", "[1", #""[1""#),
        ("lines", "\n[1]\n", "[1]"), ("lines", "{}", #""{}""#),
        ("options", #"{"z": 1, "a": {"b": null}}"#, #"{"z":1,"a":{"b":null}}"#),
        ("options", "{'x': True, 'y': None}", #"{"x":true,"y":null}"#),
        ("target", "7", "7"), ("target", "seven", #""seven""#), ("target", "[1]", "[1]"),
        ("target", "true", #""true""#), ("note", "7", #""7""#), ("note", "{}", #""{}""#),
        ("place", #"{"x": 1}"#, #"{"x":1}"#),
        ("else", "7", "7"), ("else", "true", "true"), ("else", "[1]", "[1]"),
        ("else", "{}", "{}"), ("else", "text", #""text""#), ("else", "'text'", #""'text'""#),
    ]

    @Test(arguments: values.indices)
    func valuesHaveTheirTypes(_ index: Int) throws {
        let (parameter, text, json) = Self.values[index]
        let start = "<tool_call><function=write><parameter=\(parameter)>"
        let items = Markup.scan(Markup.qwen, start + text + "</parameter></function></tool_call>")
        let value = try JSONValue(json: json).jsonText()
        #expect(items == [.call("write", #"{"\#(parameter)":\#(value)}"#)])
    }

    @Test func keysKeepTheirOrderAndTheLastValueCounts() {
        let text =
            "<tool_call>write\n<arg_key>z</arg_key><arg_value>1</arg_value>"
            + "<arg_key>a</arg_key><arg_value>2</arg_value>"
            + "<arg_key>z</arg_key>\n<arg_value>3</arg_value></tool_call>"
        #expect(Markup.scan(Markup.glm, text) == [.call("write", #"{"z":3,"a":2}"#)])
    }

    @Test func gemmaValuesNest() {
        let text =
            #"<|tool_call>call:write{path:<|"|>a,b}:{<|"|>,options:{k:[1,<|"|>]}<|"|>,"#
            + #"{}],"j,":"x}",<|"|>q<|"|>:true},limit:null,force:true,weight:1.5,lines:[]}<tool_call|>"#
        let arguments =
            #"{"path":"a,b}:{","options":{"k":[1,"]}",{}],"j,":"x}","q":true},"#
            + #""limit":null,"force":true,"weight":1.5,"lines":[]}"#
        #expect(Markup.scan(Markup.gemma4, text) == [.call("write", arguments)])
    }

    @Test func gemmaValuesAreTypedWhereTheQuotesAreWrong() {
        let text = "<start_function_call>call:weather{city:Bern,days:<escape>3<escape>}"
        let calls = [Markup.Item.call("weather", #"{"city":"Bern","days":3}"#)]
        #expect(Markup.scan(Markup.functionGemma, text) == calls)
    }

    static let literals: [(python: String, json: String?)] = [
        ("'a'", #""a""#), (#""it's""#, #""it's""#), (#"'it\'s'"#, #""it's""#), ("''", #""""#),
        (#"'\x41\u00e9\U0001F600\ud83d\ude00\d\/'"#, #""Aé😀😀\\d/""#),
        ("'\\\n\\ud800'", #""\ufffd""#), ("'''a'b\n'''", #""a'b\n""#), (#""""""""#, "\"\""),
        ("1_000", "1000"), ("-2", "-2"), ("+2", "2"), (".5", "0.5"), ("1e3", "1000.0"),
        ("inf", nil),
        ("--1", nil), ("0x10", nil), ("1e999", nil), ("12a", nil), ("-", nil),
        ("True", "true"), ("False", "false"), ("None", "null"), ("true", "true"), ("null", "null"),
        ("[]", "[]"), ("[1, 'b', [],]", #"[1,"b",[]]"#), ("[,]", nil), ("[1 2]", nil), ("[1", nil),
        ("()", "[]"), ("(1)", "1"), ("(1,)", "[1]"), ("(1, 2)", "[1,2]"), ("(1]", nil),
        ("{}", "{}"), ("{'a': 1, 'b': {'c': None},}", #"{"a":1,"b":{"c":null}}"#),
        ("{1: 2}", #"{"1":2}"#), ("{[]: 2}", nil), ("{'a' 1}", nil), ("{'a'}", nil),
        ("f(1)", nil), ("'a' 'b'", nil), ("", nil), ("'a", nil), ("1 + 2", nil),
    ]

    @Test(arguments: literals.indices)
    func pythonLiteralsAreRead(_ index: Int) throws {
        let (python, json) = Self.literals[index]
        let value = PythonLiteral.parse(Array(python.utf8))?.jsonText()
        let expected = try json.map { try JSONValue(json: $0).jsonText() }
        #expect(value == expected, "\(python)")
    }

    @Test func deepValuesAreRefusedNotFollowed() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(PythonLiteral.parse(Array(deep.utf8)) == nil)
        #expect(BraceLiteral.parse(Array(deep.utf8), quote: Array("<escape>".utf8)) == nil)
        let closed = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(PythonLiteral.parse(Array(closed.utf8)) != nil)
    }

    /// A string that is written as it comes is the same as one that is read as a whole.
    @Test func streamedPythonStringsAreWholeStrings() {
        for (python, _) in Self.literals where python.hasPrefix("'") || python.hasPrefix("\"") {
            guard let value = PythonLiteral.parse(Array(python.utf8)) else { continue }
            let text = "<|tool_call_start|>[now(a=\(python), b=\(python))]<|tool_call_end|>"
            let json = value.jsonText()
            let items = Markup.scan(Markup.lfm2, text)
            #expect(items == [.call("now", #"{"a":\#(json),"b":\#(json)}"#)], "\(python)")
        }
    }
}
