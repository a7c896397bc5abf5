import ApusTokenizers
import FoundationEssentials

/// Reads the vocabulary of a GGUF file: enough of the format for conformance tests on files that
/// are known to be good.
struct MetadataReader {
    enum Value {
        case number(Double)
        case text(String)
        case array([Value])
    }

    private let bytes: [UInt8]
    private var position = 0
    private(set) var values: [String: Value] = [:]

    init(contentsOf url: URL) throws {
        bytes = try [UInt8](Data(contentsOf: url))
        position = 8
        _ = integer(8)
        let count = integer(8)
        for _ in 0..<count {
            let key = string()
            values[key] = value(UInt32(integer(4)))
        }
    }

    private mutating func integer(_ size: Int) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 8 * size {
            value |= UInt64(bytes[position]) << shift
            shift += 8
            position += 1
        }
        return value
    }

    private mutating func string() -> String {
        let count = Int(integer(8))
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    private mutating func value(_ type: UInt32) -> Value {
        switch type {
        case 0, 7: return .number(Double(integer(1)))
        case 1: return .number(Double(Int8(truncatingIfNeeded: integer(1))))
        case 2: return .number(Double(integer(2)))
        case 3: return .number(Double(Int16(truncatingIfNeeded: integer(2))))
        case 4: return .number(Double(integer(4)))
        case 5: return .number(Double(Int32(truncatingIfNeeded: integer(4))))
        case 6: return .number(Double(Float(bitPattern: UInt32(integer(4)))))
        case 8: return .text(string())
        case 9:
            let element = UInt32(integer(4))
            let count = integer(8)
            return .array((0..<count).map { _ in value(element) })
        default: return .number(Double(integer(8)))
        }
    }

    func text(_ key: String) -> String? {
        if case .text(let text) = values[key] { text } else { nil }
    }

    func number(_ key: String) -> Double? {
        if case .number(let number) = values[key] { number } else { nil }
    }

    func numbers(_ key: String) -> [Double] {
        guard case .array(let values) = values[key] else { return [] }
        return values.map { if case .number(let number) = $0 { number } else { .nan } }
    }

    func texts(_ key: String) -> [String] {
        guard case .array(let values) = values[key] else { return [] }
        return values.map { if case .text(let text) = $0 { text } else { "" } }
    }
}

extension MetadataReader {
    func vocabulary() throws -> Vocabulary {
        func id(_ role: String) -> Int? {
            number("tokenizer.ggml.\(role)_token_id").map { Int($0) }
        }
        func flag(_ name: String) -> Bool? { number("tokenizer.ggml.\(name)").map { $0 != 0 } }
        let model = try Vocabulary.Model(metadata: text("tokenizer.ggml.model") ?? "")
        var vocabulary = Vocabulary(model: model, tokens: texts("tokenizer.ggml.tokens"))
        vocabulary.preTokenizer = text("tokenizer.ggml.pre") ?? ""
        vocabulary.scores = numbers("tokenizer.ggml.scores").map { Float($0) }
        vocabulary.kinds = numbers("tokenizer.ggml.token_type").map { Int32($0) }
        vocabulary.merges = texts("tokenizer.ggml.merges")
        vocabulary.special.beginning = id("bos")
        vocabulary.special.end = id("eos")
        vocabulary.special.endOfTurn = id("eot")
        vocabulary.special.unknown = id("unknown")
        vocabulary.special.separator = id("seperator")
        vocabulary.special.padding = id("padding")
        vocabulary.addsBeginning = flag("add_bos_token")
        vocabulary.addsEnd = flag("add_eos_token")
        vocabulary.addsSpacePrefix = flag("add_space_prefix")
        vocabulary.removesExtraWhitespace = flag("remove_extra_whitespaces")
        vocabulary.characterMap = numbers("tokenizer.ggml.precompiled_charsmap")
            .map { UInt8(truncatingIfNeeded: Int($0)) }
        vocabulary.modelName = text("general.name") ?? ""
        vocabulary.architecture = text("general.architecture") ?? ""
        return vocabulary
    }
}
