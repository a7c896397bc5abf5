import Foundation
import TestSupport
import Testing

@testable import ApusChat

@Suite struct MarkupFuzzTests {
    static let rounds = ProcessInfo.processInfo.environment["APUS_FUZZ"].flatMap { Int($0) } ?? 40

    /// An answer of the format with some bytes changed, parts repeated, left out or put elsewhere.
    static func mutation(of text: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = text
        for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
            let first = Int.random(in: 0..<bytes.count, using: &random)
            let last = min(first + Int.random(in: 1...30, using: &random), bytes.count)
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[first] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(first..<last)
            case 2: bytes.insert(contentsOf: bytes[first..<last], at: place)
            case 3: bytes.removeLast(bytes.count - first)
            default:
                let letters = Array("<>|\"'\\{}[](),:= \n/".utf8)
                bytes.insert(letters.randomElement(using: &random) ?? 0, at: place)
            }
        }
        return bytes
    }

    /// A text cut anywhere.
    static func pieces(of bytes: [UInt8], _ random: inout SplitMix64) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 0...12, using: &random)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    /// The bytes that came out as something other than a call.
    static func rest(_ parts: [ScannedPart]) -> [UInt8] {
        parts.flatMap { part -> [UInt8] in
            switch part {
            case .text(let bytes), .thinking(let bytes), .brokenCall(let bytes): bytes
            case .callStart, .callArguments, .callEnd: []
            }
        }
    }

    static func isSubsequence(_ part: [UInt8], of whole: [UInt8]) -> Bool {
        var rest = part[...]
        for byte in whole where rest.first == byte { rest.removeFirst() }
        return rest.isEmpty
    }

    @Test(arguments: Markup.transcripts.indices)
    func anythingIsReadTheSameInAnyPieces(_ index: Int) {
        let (name, syntax, text) = Markup.transcripts[index]
        var random = SplitMix64(seed: UInt64(index))
        for round in 0..<Self.rounds {
            let bytes = Self.mutation(of: Array((text + "\n" + text).utf8), &random)
            let whole = Markup.parts(syntax, [bytes])
            let (items, problem) = Markup.items(whole)
            let shown = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(problem == nil, "\(name), round \(round): \(shown)")
            for pieces in [bytes.map { [$0] }, Self.pieces(of: bytes, &random)] {
                let cut = Markup.parts(syntax, pieces)
                #expect(Markup.items(cut).items == items, "\(name), round \(round): \(shown)")
                #expect(Markup.items(cut).problem == nil, "\(name), round \(round): \(shown)")
            }
            let rest = Self.rest(whole)
            #expect(Self.isSubsequence(rest, of: bytes), "\(name), round \(round): \(shown)")
            let hasCall = whole.contains { if case .callEnd = $0 { true } else { false } }
            if !hasCall, name != "harmony" {
                #expect(rest == bytes, "\(name), round \(round): \(shown)")
            }
        }
    }
}
