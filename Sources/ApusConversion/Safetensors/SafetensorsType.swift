internal import ApusFormats

/// The element types of safetensors that weights come in.
enum SafetensorsType: String, Sendable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    /// Four bits of exponent, three of mantissa, no infinities (OCP 8-bit floating point).
    case e4m3 = "F8_E4M3"
    /// Five bits of exponent, two of mantissa.
    case e5m2 = "F8_E5M2"

    /// Bytes of an element.
    var size: Int {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        case .e4m3, .e5m2: 1
        }
    }

    /// The same numbers as GGUF stores them; nil for what it has no format for.
    var format: BlockFormat? {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .e4m3, .e5m2: nil
        }
    }

    /// The values of all 256 bytes, for types of one byte.
    var byteValues: [Float] {
        switch self {
        case .e4m3: Self.e4m3Values
        case .e5m2: Self.e5m2Values
        default: []
        }
    }

    private static let e4m3Values = (0..<256).map { code -> Float in
        if code & 0x7F == 0x7F { return .nan }
        return value(code, mantissaBits: 3, bias: 7)
    }

    private static let e5m2Values = (0..<256).map { code -> Float in
        if code & 0x7F == 0x7C { return code & 0x80 == 0 ? .infinity : -.infinity }
        if code & 0x7F > 0x7C { return .nan }
        return value(code, mantissaBits: 2, bias: 15)
    }

    private static func value(_ code: Int, mantissaBits: Int, bias: Int) -> Float {
        let unit = 1 << mantissaBits
        let (exponent, mantissa) = (code >> mantissaBits & (0x7F >> mantissaBits), code % unit)
        let isNormal = exponent > 0
        let magnitude = Float(
            sign: .plus,
            exponent: (isNormal ? exponent : 1) - bias - mantissaBits,
            significand: Float(isNormal ? unit + mantissa : mantissa)
        )
        return code & 0x80 == 0 ? magnitude : -magnitude
    }
}
