internal import ApusTensors

/// Root-mean-square norm with a learned scale (Zhang & Sennrich 2019).
struct RMSNorm: Sendable {
    let weight: Parameter
    let epsilon: Float

    /// Binds `name.weight`: [count].
    init(_ binder: WeightBinder, _ name: String, count: Int, epsilon: Float) throws {
        weight = try binder.parameter("\(name).weight", count: count)
        self.epsilon = epsilon
    }

    /// Norms every row: [rows, count] to the same.
    func callAsFunction(_ x: Tensor, _ step: Step) -> Tensor {
        step.backend.rmsNorm(x, weight: weight, epsilon: epsilon)
    }

    /// Norms every head of every row in place: [rows, heads * count].
    func applyToHeads(_ x: Tensor, _ step: Step) {
        step.backend.rmsNormHeads(x, weight: weight, epsilon: epsilon)
    }
}
