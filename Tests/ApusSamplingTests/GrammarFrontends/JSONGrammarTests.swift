import Foundation
import TestSupport
import Testing

@testable import ApusSampling

@Suite struct JSONGrammarTests {
    static let value: Grammar = {
        var grammar = Grammar()
        grammar.root = grammar.jsonValue()
        return grammar
    }()

    @Test(arguments: [
        "{}", "[]", "{ }", "[\n]", "{\n  \"a\": 1,\n  \"b\": [1, 2]\n}", #"{"a":{"b":[{}]}}"#,
        "\"\"",
        "\"é😀\u{7f}\u{2028}\"", #""\"\\\/\b\f\n\r\t""#, #""\u0041\u00e9\uABCD\ud7ff\uE000\uffff""#,
        #""\ud83d\ude00""#, #""\uD83D\uDE00x""#, #""\u0000""#, "0", "-0", "1", "-12", "1.5", "0.10",
        "1e5", "1E+05", "-1.25e-7", "123456789012345678", "0.12345678901234567", "true", "false",
        "null", "[true,false,null]", "[1, \"a\", {}]", "[\n\t1,\n\t2\n]", #"{"a":1,"a":2}"#,
    ])
    func accepts(text: String) throws {
        #expect(NaiveMatcher.matches(Self.value, text))
        let data = Data(text.utf8)
        #expect(throws: Never.self) {
            try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        }
    }

    @Test(arguments: [
        "", " ", " {}", "{} ", "{", "}", "[", "[,]", "[1,]", "[1 2]", "[1,,2]", "{,}", #"{"a"}"#,
        #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{"a" :1}"#,
        #"{"a":1 ,"b":2}"#,
        "{  }", "[\n\n]", "[\r\n]", "[1]]", "\"", "\"a", "a\"", "\"\n\"", "\"\t\"", "\"\u{1f}\"",
        #""\a""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#,
        #""\ud800\\dc00""#, #""\uD83D\ud83d""#, #""\ud83dx""#, "01", "-", "+1", "--1", ".5", "1.",
        "-.5",
        "1.e5", "1e", "1e+", "1e5.5", "1e123", "1234567890123456789", "0x1", "00", "-01", "NaN",
        "Infinity", "True", "nul", "truefalse", "1.123456789012345678", "// a\n1", "1//", "[1]x",
    ])
    func refuses(text: String) {
        #expect(!NaiveMatcher.matches(Self.value, text))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC3], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0xAF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3, 0x28], [0xE2, 0x82],
        ] as [[UInt8]]
    )
    func refusesMalformedUTF8(bytes: [UInt8]) {
        #expect(!NaiveMatcher.matches(Self.value, [0x22] + bytes + [0x22]))
    }

    @Test func indentationIsBounded() {
        let text = { (width: Int) in "[\n" + String(repeating: " ", count: width) + "1]" }
        #expect(NaiveMatcher.matches(Self.value, text(40)))
        #expect(!NaiveMatcher.matches(Self.value, text(41)))
    }

    @Test func modeTakesObjectsOnly() {
        #expect(NaiveMatcher.matches(.json(), #"{"a": [null]}"#))
        for text in ["[]", "1", "\"a\"", "null", "", " {}", "{}\n"] {
            #expect(!NaiveMatcher.matches(.json(), text))
        }
    }

    @Test func integersHaveNoFraction() {
        var grammar = Grammar()
        grammar.root = grammar.jsonInteger()
        for text in ["0", "-0", "7", "-999999999999999999"] {
            #expect(NaiveMatcher.matches(grammar, text))
        }
        for text in ["", "-", "1.0", "1e2", "01", "1234567890123456789"] {
            #expect(!NaiveMatcher.matches(grammar, text))
        }
    }

    @Test func rulesAreAddedOnce() {
        var grammar = Grammar()
        let first = grammar.jsonValue()
        let count = grammar.rules.count
        #expect(grammar.jsonValue() == first)
        _ = (grammar.jsonObject(), grammar.jsonArray(), grammar.jsonString(), grammar.jsonNumber())
        _ = grammar.jsonSpace()
        #expect(grammar.rules.count == count)
        #expect(Set(grammar.rules.map(\.name)).count == count)
    }

    @Test func automataAreDeterministicAndHaveNoDeadEnds() {
        for automaton in [
            JSONAutomata.space, JSONAutomata.integer, JSONAutomata.number, JSONAutomata.string,
        ] {
            expectDeterministic(automaton)
        }
    }

    /// Random walks through the automata are values that a strict reader takes.
    @Test func everythingGeneratedIsRead() throws {
        var random = SplitMix64(seed: 7)
        for automaton in [JSONAutomata.number, JSONAutomata.string] {
            for _ in 0..<200 {
                let data = Data(try #require(walk(automaton, &random)))
                let read = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
                if let number = read as? NSNumber { #expect(number.doubleValue.isFinite) }
            }
        }
    }

    private func walk(_ automaton: ByteAutomaton, _ random: inout SplitMix64) -> [UInt8]? {
        var bytes: [UInt8] = []
        var state = 0
        while bytes.count < 10_000 {
            let now = automaton.states[state]
            if now.isAccepting,
                now.transitions.isEmpty || Int.random(in: 0..<5, using: &random) == 0
            {
                return bytes
            }
            guard let move = now.transitions.randomElement(using: &random) else { return nil }
            bytes.append(UInt8.random(in: move.bytes, using: &random))
            state = move.target
        }
        return nil
    }
}

/// Expects ordered transitions that do not overlap, and an accepting state ahead of every state.
func expectDeterministic(
    _ automaton: ByteAutomaton,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for state in automaton.states {
        let moves = state.transitions
        let isOrdered = zip(moves, moves.dropFirst()).allSatisfy {
            $0.bytes.upperBound < $1.bytes.lowerBound
        }
        #expect(isOrdered, sourceLocation: sourceLocation)
        #expect(
            moves.allSatisfy { automaton.states.indices.contains($0.target) },
            sourceLocation: sourceLocation
        )
    }
    var alive = Set(automaton.states.indices.filter { automaton.states[$0].isAccepting })
    var grew = true
    while grew {
        let count = alive.count
        for (index, state) in automaton.states.enumerated()
        where state.transitions.contains(where: { alive.contains($0.target) }) {
            alive.insert(index)
        }
        grew = alive.count > count
    }
    #expect(alive.count == automaton.states.count, sourceLocation: sourceLocation)
}
