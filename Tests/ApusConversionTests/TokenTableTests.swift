import ApusConversation
import Testing

@testable import ApusConversion

/// Vocabularies of other kinds; tokens of texts are compared by Tests/Conformance/convert.py.
@Suite struct TokenTableTests {
    private let words =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    private func byteLevel(_ pattern: String, ignoresMerges: Bool = false) -> JSONValue {
        [
            "model": [
                "type": "BPE", "ignore_merges": .bool(ignoresMerges), "vocab": ["a": 0, "b": 1],
                "merges": [["a", "b"]],
            ],
            "normalizer": ["type": "NFC"],
            "pre_tokenizer": [
                "type": "Sequence",
                "pretokenizers": [
                    [
                        "type": "Split", "behavior": "Isolated",
                        "pattern": ["Regex": .string(pattern)],
                    ],
                    ["type": "ByteLevel", "use_regex": false],
                ],
            ],
        ]
    }

    @Test func rulesAreFoundByTheirExpressions() throws {
        let table = try TokenTable(tokenizerFile: byteLevel(words), rows: 4)
        #expect(table.model == "gpt2")
        #expect(table.preTokenizer == "qwen2")
        #expect(table.merges == ["a b"])
        let llama = words.replacing(#"|\p{N}|"#, with: #"|\p{N}{1,3}|"#)
        for (ignores, name) in [(true, "llama-bpe"), (false, "smaug-bpe")] {
            let root = byteLevel(llama, ignoresMerges: ignores)
            #expect(try TokenTable(tokenizerFile: root, rows: 4).preTokenizer == name)
        }
        let error = #expect(throws: ConversionError.self) {
            try TokenTable(tokenizerFile: byteLevel(#"\w+"#), rows: 4)
        }
        #expect(error?.code == .badTokenizer)
        #expect(error?.message.contains(#"\w+"#) == true)
    }

    @Test(
        arguments: [
            [:], ["model": [:]], ["model": ["type": "WordLevel"]],
            ["model": ["type": "BPE", "vocab": ["a": 0], "merges": []]],
            ["model": ["type": "WordPiece", "vocab": ["a": 9]]],
            ["model": ["type": "WordPiece", "vocab": ["a": -1]]],
            ["model": ["type": "WordPiece", "vocab": ["a": "x"]]],
            ["model": ["type": "WordPiece", "vocab": [:]], "added_tokens": [["id": 0]]],
            ["model": ["type": "Unigram", "vocab": [["a"]]]],
            ["model": ["type": "Unigram", "vocab": []], "normalizer": ["type": "Lowercase"]],
            [
                "model": [
                    "type": "BPE", "byte_fallback": true, "vocab": ["a": 0, "b": 1],
                    "merges": ["a b"],
                ]
            ],
            ["model": ["type": "BPE", "byte_fallback": true, "vocab": [:], "merges": ["a b c"]]],
        ] as [JSONValue]
    )
    func brokenTokenizersAreRefused(root: JSONValue) throws {
        let error = #expect(throws: ConversionError.self) {
            try TokenTable(tokenizerFile: root, rows: 4)
        }
        #expect(error?.code == .badTokenizer)
    }

    @Test func wordPiecesAreMarkedAtTheirBeginning() throws {
        let root: JSONValue = [
            "model": ["type": "WordPiece", "vocab": ["[CLS]": 0, "a": 1, "##b": 2]],
            "added_tokens": [["id": 0, "content": "[CLS]", "special": true]],
            "normalizer": ["type": "BertNormalizer", "lowercase": false],
        ]
        let table = try TokenTable(tokenizerFile: root, rows: 3)
        #expect(table.model == "bert")
        #expect(table.tokens == ["[CLS]", "\u{2581}a", "b"])
        #expect(table.flags["normalizer.lowercase"] == false)
    }

    @Test func protocolBuffersAreReadAndDamageIsRefused() throws {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            [number << 3 | 2, UInt8(bytes.count)] + bytes
        }
        let piece = field(1, Array("<unk>".utf8)) + [0x18, 2]
        let other = field(1, Array("a".utf8)) + [0x15, 0, 0, 0x80, 0xBF]
        let file =
            field(1, piece) + field(1, other) + field(2, [0x18, 2])
            + field(3, [0x18, 0, 0x20, 0])
        let table = try TokenTable(sentencePiece: file, rows: 3)
        #expect(table.model == "llama")
        #expect(table.tokens == ["<unk>", "a", "[PAD2]"])
        #expect(table.kinds == [2, 1, 5])
        #expect(table.scores == [0, -1, 0])
        #expect(table.flags == ["add_space_prefix": false])
        for count in 1..<file.count {
            _ = try? TokenTable(sentencePiece: Array(file.prefix(count)), rows: 3)
        }
        let damaged: [[UInt8]] = [[0x0A], [0x0A, 5, 1], [0x0B], Array(repeating: 0xFF, count: 20)]
        for bytes in damaged {
            #expect(throws: ConversionError.self) {
                try TokenTable(sentencePiece: bytes, rows: 3)
            }
        }
    }
}
