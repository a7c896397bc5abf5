extension TokenTable {
    /// The vocabulary of a `tokenizer.model` of SentencePiece, for an embedding of `rows` rows.
    ///
    /// A protocol buffer: pieces are field 1 (text 1, score 2, kind 3), the trainer's settings
    /// field 2 (kind of model 3), the normalizer's field 3 (map 2, space before the text 3, extra
    /// spaces removed 4). Source: `sentencepiece_model.proto`.
    /// - Throws: `ConversionError` `badTokenizer`.
    init(sentencePiece bytes: [UInt8], rows: Int) throws(ConversionError) {
        var pieces: [(text: String, score: Float, kind: Int32)] = []
        var (isUnigram, map) = (true, [UInt8]())
        var flags = ["add_space_prefix": true, "remove_extra_whitespaces": true]
        for field in try ProtocolBuffer.fields(bytes[...]) {
            switch (field.number, field.value) {
            case (1, .bytes(let piece)): pieces.append(try Self.piece(piece))
            case (2, .bytes(let trainer)):
                for field in try ProtocolBuffer.fields(trainer) where field.number == 3 {
                    guard case .integer(let kind) = field.value, kind == 1 || kind == 2 else {
                        throw ProtocolBuffer.wrong("its model is neither unigram nor byte-pair")
                    }
                    isUnigram = kind == 1
                }
            case (3, .bytes(let normalizer)):
                for field in try ProtocolBuffer.fields(normalizer) {
                    switch (field.number, field.value) {
                    case (2, .bytes(let bytes)): map = Array(bytes)
                    case (3, .integer(let flag)): flags["add_space_prefix"] = flag != 0
                    case (4, .integer(let flag)): flags["remove_extra_whitespaces"] = flag != 0
                    default: break
                    }
                }
            default: break
            }
        }
        self.init(model: isUnigram ? "t5" : "llama", rows: rows)
        for (id, piece) in pieces.enumerated() {
            try set(id, piece.text, kind: piece.kind, score: piece.score)
        }
        unknown = pieces.firstIndex { $0.kind == Self.unknownKind }
        if !isUnigram {
            guard map.isEmpty, flags.removeValue(forKey: "remove_extra_whitespaces") == false else {
                throw ProtocolBuffer.wrong("it normalizes text, which byte-pair models may not")
            }
        }
        self.flags = flags
        characterMap = isUnigram ? map : []
        addsBeginning = !isUnigram
        addsEnd = isUnigram
    }

    private static func piece(
        _ bytes: ArraySlice<UInt8>
    ) throws(ConversionError) -> (text: String, score: Float, kind: Int32) {
        var piece = (text: "", score: Float(0), kind: Self.normal)
        for field in try ProtocolBuffer.fields(bytes) {
            switch (field.number, field.value) {
            case (1, .bytes(let text)): piece.text = String(decoding: text, as: UTF8.self)
            case (2, .word(let bits)): piece.score = Float(bitPattern: bits)
            // The kinds have the numbers of GGUF, which took them over.
            case (3, .integer(let kind)): piece.kind = Int32(clamping: kind)
            default: break
            }
        }
        return piece
    }
}

/// Fields of a protocol buffer, without knowing what they mean.
///
/// Source: the wire format's description at protobuf.dev.
enum ProtocolBuffer {
    /// A field's content by its wire type.
    enum Value {
        case integer(UInt64)
        case word(UInt32)
        case bytes(ArraySlice<UInt8>)
        case other
    }

    /// The fields of a message, in order.
    ///
    /// - Throws: `ConversionError` `badTokenizer` for bytes that are no message.
    static func fields(
        _ bytes: ArraySlice<UInt8>
    ) throws(ConversionError) -> [(number: UInt64, value: Value)] {
        var rest = bytes
        var fields: [(number: UInt64, value: Value)] = []
        while !rest.isEmpty {
            let tag = try integer(&rest)
            let value: Value
            switch tag & 7 {
            case 0: value = .integer(try integer(&rest))
            case 1:
                _ = try take(8, from: &rest)
                value = .other
            case 2:
                let count = try integer(&rest)
                value = .bytes(try take(Int(clamping: count), from: &rest))
            case 5:
                let word = try take(4, from: &rest)
                value = .word(word.reversed().reduce(0) { $0 << 8 | UInt32($1) })
            default: throw wrong("it is no protocol buffer")
            }
            fields.append((tag >> 3, value))
        }
        return fields
    }

    static func wrong(_ text: String) -> ConversionError {
        ConversionError(.badTokenizer, "File 'tokenizer.model' cannot be converted: \(text).")
    }

    private static func integer(_ rest: inout ArraySlice<UInt8>) throws(ConversionError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw wrong("it is no protocol buffer")
    }

    private static func take(
        _ count: Int,
        from rest: inout ArraySlice<UInt8>
    ) throws(ConversionError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw wrong("it ends too early") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
