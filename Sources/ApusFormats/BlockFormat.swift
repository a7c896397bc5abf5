/// A tensor's element encoding: how many weights share one block and how many bytes it takes.
///
/// The raw value is the code GGUF files carry. Cases keep ggml's spelling with its underscores,
/// because `q4_0` without them would read as "q forty". Formats that nothing here computes yet are
/// listed too, so that a file can be described, sized and refused by name.
///
/// Source: ggml's type enumeration and block structures (`ggml.h`, `ggml-common.h`).
// swift-format-ignore: AlwaysUseLowerCamelCase
package enum BlockFormat: UInt32, CaseIterable, Hashable, Sendable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    /// MXFP4 with neighbouring weights in one byte, as Ollama's first gpt-oss files store it;
    /// `mxfp4` keeps weights `i` and `i + 16` together. ggml's own use of code 4 (Q4_2) ended in
    /// 2023, before GGUF.
    case mxfp4_PAIRS = 4
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q8_1 = 9
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq2_XXS = 16
    case iq2_XS = 17
    case iq3_XXS = 18
    case iq1_S = 19
    case iq4_NL = 20
    case iq3_S = 21
    case iq2_S = 22
    case iq4_XS = 23
    case i8 = 24
    case i16 = 25
    case i32 = 26
    case i64 = 27
    case f64 = 28
    case iq1_M = 29
    case bf16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    case mxfp4 = 39
    case nvfp4 = 40
    case q1_0 = 41
    case q2_0 = 42

    /// The format with this GGUF code, or nil when no such format exists.
    package init?(code: UInt32) {
        self.init(rawValue: code)
    }

    /// The format with this name, in any case: `Q4_K` and `q4_k` are the same.
    package init?(name: some StringProtocol) {
        let wanted = name.uppercased()
        guard let found = Self.allCases.first(where: { $0.name == wanted }) else { return nil }
        self = found
    }

    /// The code GGUF files carry.
    package var code: UInt32 { rawValue }

    /// ggml's name in capitals, such as `Q4_K`.
    package var name: String { layout.name }

    /// Weights that share one block; 1 for plain numbers.
    package var blockSize: Int { layout.elements }

    /// Bytes one block takes.
    package var blockBytes: Int { layout.bytes }

    /// Whether decoding a weight needs more than reading one number.
    package var isQuantized: Bool { blockSize > 1 }

    /// Storage per weight, scales included, in bits.
    package var bitsPerWeight: Double { Double(blockBytes * 8) / Double(blockSize) }

    /// The name of a code that earlier GGUF files used and no current reader accepts, or nil.
    ///
    /// These were layouts repacked for one processor; today repacking happens after loading.
    package static func retiredName(code: UInt32) -> String? {
        switch code {
        case 5: "Q4_3"
        case 31: "Q4_0_4_4"
        case 32: "Q4_0_4_8"
        case 33: "Q4_0_8_8"
        case 36: "IQ4_NL_4_4"
        case 37: "IQ4_NL_4_8"
        case 38: "IQ4_NL_8_8"
        default: nil
        }
    }
}

extension BlockFormat: CustomStringConvertible {
    /// The format's name.
    package var description: String { name }
}
