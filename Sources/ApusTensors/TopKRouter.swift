#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#endif

/// Exact top-k selection; of equal scores the expert with the lower index wins.
package struct TopKRouter: ExpertRouter {
    /// The rule to follow.
    package let routing: Routing

    package init(_ routing: Routing) { self.routing = routing }

    package func route(
        _ logits: UnsafeMutableBufferPointer<Float>,
        experts: UnsafeMutableBufferPointer<Int32>,
        weights: UnsafeMutableBufferPointer<Float>
    ) {
        switch routing.gating {
        case .softmax: Self.softmax(logits)
        case .sigmoid:
            for index in logits.indices { logits[index] = 1 / (1 + expf(-logits[index])) }
        case .softmaxOfChosen: break
        }
        Self.selectLargest(of: logits, into: experts)
        for slot in experts.indices { weights[slot] = logits[Int(experts[slot])] }
        if routing.gating == .softmaxOfChosen { Self.softmax(weights) }
        if routing.normalizesWeights {
            let sum = weights.reduce(0, +)
            if sum > 0 { for slot in weights.indices { weights[slot] /= sum } }
        }
        if routing.scale != 1 {
            for slot in weights.indices { weights[slot] *= routing.scale }
        }
    }

    /// Insertion into the sorted list of the best so far: O(experts) plus O(used) a hit.
    private static func selectLargest(
        of scores: UnsafeMutableBufferPointer<Float>,
        into best: UnsafeMutableBufferPointer<Int32>
    ) {
        var found = 0
        for candidate in scores.indices {
            let score = scores[candidate]
            if found == best.count, !(score > scores[Int(best[found - 1])]) { continue }
            var place = found < best.count ? found : found - 1
            while place > 0, score > scores[Int(best[place - 1])] {
                best[place] = best[place - 1]
                place -= 1
            }
            best[place] = Int32(candidate)
            found = min(found + 1, best.count)
        }
    }

    private static func softmax(_ values: UnsafeMutableBufferPointer<Float>) {
        let largest = values.max() ?? 0
        var sum: Float = 0
        for index in values.indices {
            values[index] = expf(values[index] - largest)
            sum += values[index]
        }
        for index in values.indices { values[index] /= sum }
    }
}
