private import ApusConversion
private import ApusFormats
private import ApusGGUF

/// Times quantizing, without the disk: `swift run -c release quantize-bench [FORMAT…]`.
@main
enum QuantizeBench {
    private static let shape = [4096, 8192]

    static func main() throws {
        let wanted = CommandLine.arguments.dropFirst()
        let formats: [BlockFormat] = [
            .f16, .bf16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q4_K, .q5_K, .q6_K,
        ]
        // Sums of four uniform numbers are near enough to the normal distribution of weights.
        var random = SystemRandomNumberGenerator()
        let noise = (0..<1 << 16).map { _ in
            (0..<4).map { _ in Float.random(in: -0.02...0.02, using: &random) }.reduce(0, +)
        }
        print("format  million weights/s  MB/s of F16 source")
        for format in formats where wanted.isEmpty || wanted.contains(format.name) {
            let speed = try median { try self.speed(format, noise) }
            let padded = format.name + String(repeating: " ", count: 8 - format.name.count)
            print("\(padded)\(Int(speed / 1e6))  \(Int(2 * speed / 1e6))")
        }
    }

    private static func median(_ measure: () throws -> Double) rethrows -> Double {
        var results: [Double] = []
        for _ in 0..<3 { results.append(try measure()) }
        return results.sorted()[1]
    }

    /// Weights a second.
    private static func speed(_ format: BlockFormat, _ noise: [Float]) throws -> Double {
        let plan = GGUFLayout.Tensor(name: "x", format: format, shape: shape)
        let conversion = try ModelConversion(
            metadata: [],
            tensors: [
                .init(
                    plan,
                    .packed { range, floats in
                        for (offset, index) in range.enumerated() {
                            floats[offset] = noise[index & 0xFFFF]
                        }
                    }
                )
            ]
        )
        let clock = ContinuousClock()
        let time = try clock.measure { try conversion.write(to: { _ in }) }
        return Double(shape.reduce(1, *)) / (time / .seconds(1))
    }
}
