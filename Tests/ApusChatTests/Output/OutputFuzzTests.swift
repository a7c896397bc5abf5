import ApusConversation
import ApusSampling
import FoundationEssentials
import TestSupport
import Testing

@testable import ApusChat

/// Whatever a model writes, in every format, nothing traps, nothing depends on how it is cut, and
/// nothing is lost.
///
/// Every byte of an output is in a text, in reasoning or in a broken call, or it belongs to a call
/// that was read; white space next to markers excepted. `APUS_FUZZ` sets how many outputs are tried
/// in all.
@Suite(.serialized) struct OutputFuzzTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["APUS_FUZZ"].flatMap(Int.init) ?? 600

    private static let formats = CallGrammarTests.formats
    private static let tools = OutputTranscript.tools(["f", "get_weather", "python"])

    /// Texts of which outputs are put together, besides those of the format.
    private static let pieces = [
        #"{"name":"f"}"#, #"{"name": "f", "#, #""arguments": {"a": "#, #""parameters": {"#,
        #""tool_name": "get_weather", "#, #"{"a":"x\n\u00e9"}"#, "{}", "}}", "}", "{", "[", "]",
        "\"",
        "\\", "\n", " ", ",", ";", ":", "a", "é", "😀", "<", ">", "|", "f", "get_weather", "python",
        "1", "-0.5e3", "null", "true", "```", "```json", "(", ")", "a=", "'x'", "</", "<|", "|>",
        "<think>", "</think>", "\u{0}", "call:f{", "=",
    ]

    /// A random output, half of them a correct one with random changes.
    private static func output(
        _ format: ToolCallFormat,
        _ sampler: inout GrammarSampler,
        _ calls: GrammarExpression,
        _ random: inout SplitMix64
    ) -> [UInt8] {
        if Bool.random(using: &random) {
            let own = format.syntax.openings + format.syntax.markers
            var output: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let isOwn = Int.random(in: 0..<3, using: &random) == 0
                output += ((isOwn ? own : pieces).randomElement(using: &random) ?? "").utf8
            }
            return output
        }
        var output = sampler.text(calls)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !output.isEmpty {
            let place = Int.random(in: 0..<output.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: output.remove(at: place)
            case 1: output[place] = UInt8.random(in: 0...255, using: &random)
            case 2:
                output.insert(
                    contentsOf: (pieces.randomElement(using: &random) ?? "").utf8,
                    at: place
                )
            default: output.removeSubrange(place...)
            }
        }
        return output
    }

    /// What an output was taken apart into, whatever the pieces were in which it came.
    private struct Parts: Equatable {
        var parts: [ScannedPart] = []
        /// Bytes that came out again.
        var text: [UInt8] = []
        var problem: String?
        private var name: String?
        private var arguments: [UInt8] = []

        init(_ scanner: any ToolCallScanner, _ pieces: [ArraySlice<UInt8>]) {
            var scanner = scanner
            for piece in pieces { for part in scanner.feed(Array(piece)) { add(part) } }
            for part in scanner.finish() { add(part) }
            if name != nil { problem = "a call is left open" }
            if !scanner.finish().isEmpty { problem = "more comes after the end" }
        }

        private mutating func add(_ part: ScannedPart) {
            switch part {
            case .text(let bytes):
                if name != nil { problem = "text in a call" }
                text += bytes
                if case .text(let before) = parts.last {
                    parts[parts.count - 1] = .text(before + bytes)
                } else {
                    parts.append(part)
                }
            case .thinking(let bytes):
                text += bytes
                if case .thinking(let before) = parts.last {
                    parts[parts.count - 1] = .thinking(before + bytes)
                } else {
                    parts.append(part)
                }
            case .callStart(let start):
                if name != nil { problem = "a call in a call" }
                (name, arguments) = (start, [])
                parts.append(part)
            case .callArguments(let bytes):
                if name == nil { problem = "arguments without a call" }
                arguments += bytes
            case .callEnd(let value):
                if name == nil { problem = "an end without a call" }
                if (try? JSONParser.parse(arguments)) != value { problem = "pieces differ" }
                if value.objectValue == nil { problem = "arguments are no object" }
                name = nil
                parts.append(part)
            case .brokenCall(let bytes):
                // How much of a call was out before it broke is left open.
                (name, arguments) = (nil, [])
                text += bytes
                parts.append(part)
            }
        }

        var hasCalls: Bool {
            parts.contains { if case .callEnd = $0 { true } else { false } }
        }

    }

    /// What is left of an output when the parts that came out are taken from it; nil when they are
    /// not in it, in this order.
    private static func rest(_ output: [UInt8], _ text: [UInt8]) -> [UInt8]? {
        var rest: [UInt8] = []
        var position = 0
        for byte in output {
            if position < text.count, text[position] == byte {
                position += 1
            } else {
                rest.append(byte)
            }
        }
        return position == text.count ? rest : nil
    }

    @Test(arguments: formats.indices)
    func outputsAreTakenApart(place: Int) throws {
        let format = Self.formats[place]
        var random = SplitMix64(seed: UInt64(place))
        var grammar = Grammar()
        let calls = try format.syntax.calls(of: Self.tools, isParallel: true, in: &grammar)
        var sampler = GrammarSampler(grammar, seed: UInt64(place))
        let scanner = format.syntax.scanner(for: Self.tools)
        for round in 0..<max(1, Self.rounds / Self.formats.count) {
            let output = Self.output(format, &sampler, calls, &random)
            let shown = "\(format.name), round \(round): \(String(decoding: output, as: UTF8.self))"
            let whole = Parts(scanner, [output[...]])
            #expect(whole.problem == nil, "\(whole.problem ?? "") \(shown)")
            let bytes = Parts(scanner, output.indices.map { output[$0...$0] })
            #expect(bytes == whole, "byte by byte: \(shown)")
            let cut = Int.random(in: 0...output.count, using: &random)
            let halves = Parts(scanner, [output[..<cut], output[cut...]])
            #expect(halves == whole, "cut at \(cut): \(shown)")
            let rest = Self.rest(output, whole.text)
            #expect(rest != nil, "something came out that is not in \(shown)")
            // Formats with marked answers leave these marks out.
            let isMarked = format.syntax.answer(containing: .empty) != .empty
            if let rest, !whole.hasCalls, !isMarked {
                let isSpace = rest.allSatisfy { $0.isJSONSpace }
                #expect(isSpace, "lost \(rest) of \(shown)")
            }
        }
    }

    /// Texts that make a scanner wait for something that never comes.
    @Test(arguments: formats.indices)
    func longWaitsEnd(place: Int) throws {
        let format = Self.formats[place]
        var grammar = Grammar()
        let calls = try format.syntax.calls(of: Self.tools, isParallel: false, in: &grammar)
        var sampler = GrammarSampler(grammar, seed: 3)
        let call = sampler.text(calls)
        let opening = format.syntax.openings.first ?? ""
        let starts = [
            Array(opening.utf8), Array((opening + #"{"name":"f","arguments":{"a":""#).utf8),
            Array(call.prefix(call.count / 2)),
        ]
        let fillings =
            [" ", "[", opening, String(opening.dropLast())] + format.syntax.markers.suffix(1)
        for start in starts {
            for filling in fillings where !filling.isEmpty {
                let count = 4096 / filling.utf8.count
                let text = start + Array(String(repeating: filling, count: count).utf8)
                let pieces = stride(from: 0, to: text.count, by: 16).map {
                    text[$0..<min($0 + 16, text.count)]
                }
                let parts = Parts(format.syntax.scanner(for: Self.tools), pieces)
                #expect(parts.problem == nil, "\(format.name): \(filling.debugDescription)")
                #expect(Self.rest(text, parts.text) != nil)
            }
        }
    }
}
