/// The quantization mix a whole file was made with: `general.file_type` in GGUF.
///
/// A mix names the block format of most matrices; single tensors may differ. The raw value is the
/// code GGUF files carry. Codes 4 to 6 and 33 to 35 belonged to formats that were withdrawn; 4 was
/// taken over by Ollama's gpt-oss files.
///
/// Source: llama.cpp's `llama_ftype`.
// swift-format-ignore: AlwaysUseLowerCamelCase
package enum FileType: UInt32, CaseIterable, Hashable, Sendable {
    case f32 = 0
    case f16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case mxfp4 = 4
    case q8_0 = 7
    case q5_0 = 8
    case q5_1 = 9
    case q2_K = 10
    case q3_K_S = 11
    case q3_K_M = 12
    case q3_K_L = 13
    case q4_K_S = 14
    case q4_K_M = 15
    case q5_K_S = 16
    case q5_K_M = 17
    case q6_K = 18
    case iq2_XXS = 19
    case iq2_XS = 20
    case q2_K_S = 21
    case iq3_XS = 22
    case iq3_XXS = 23
    case iq1_S = 24
    case iq4_NL = 25
    case iq3_S = 26
    case iq3_M = 27
    case iq2_S = 28
    case iq2_M = 29
    case iq4_XS = 30
    case iq1_M = 31
    case bf16 = 32
    case tq1_0 = 36
    case tq2_0 = 37
    case mxfp4_MOE = 38
    case nvfp4 = 39
    case q1_0 = 40
    case q2_0 = 41

    /// The mix with this code, or nil when none has it.
    package init?(code: UInt32) {
        self.init(rawValue: code)
    }

    /// The mix with this name, in any case.
    ///
    /// `Q3_K`, `Q4_K` and `Q5_K` mean their medium mix, and `MXFP4` the mix with code 38, which
    /// other readers know; code 4 is never written.
    package init?(name: some StringProtocol) {
        let wanted = name.uppercased()
        switch wanted {
        case "Q3_K": self = .q3_K_M
        case "Q4_K": self = .q4_K_M
        case "Q5_K": self = .q5_K_M
        case "MXFP4", "MXFP4_MOE": self = .mxfp4_MOE
        default:
            guard let found = Self.allCases.first(where: { $0.name == wanted }) else { return nil }
            self = found
        }
    }

    /// The code GGUF files carry.
    package var code: UInt32 { rawValue }

    /// The name people use, such as `Q4_K_M`.
    package var name: String {
        switch self {
        case .mxfp4, .mxfp4_MOE: "MXFP4"
        default: String(describing: self).uppercased()
        }
    }
}
