import CApusKernels
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Elementary functions of the scalar version against double precision.
@Suite struct FunctionTests {
    private let kernels = ck_kernels_for(CK_ISA_SCALAR).pointee

    private func apply(
        _ function: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void,
        _ x: [Float]
    ) -> [Float] {
        var y = [Float](repeating: .nan, count: x.count)
        function(x, &y, x.count)
        return y
    }

    @Test func expIsAccurate() {
        let x = (-8733...8872).map { Float($0) / 100 }
        let y = apply(kernels.exp, x)
        let error = zip(x, y).map { abs(Double($1) / exp(Double($0)) - 1) }.max() ?? .infinity
        #expect(error < 2e-7)
    }

    @Test func tanhIsAccurate() {
        let x = (-6000...6000).filter { $0 != 0 }.map { Float($0) / 700 }
        let y = apply(kernels.tanh, x)
        let error = zip(x, y).map { abs(Double($1) / tanh(Double($0)) - 1) }.max() ?? .infinity
        #expect(error < 3e-7)
    }

    @Test func extremesAreKept() {
        let x: [Float] = [.infinity, -.infinity, .nan, 200, -200, 0]
        let exponential = apply(kernels.exp, x)
        #expect(exponential[0] == .infinity && exponential[1] == 0 && exponential[2].isNaN)
        #expect(exponential[3] == .infinity && exponential[4] == 0 && exponential[5] == 1)
        let tangent = apply(kernels.tanh, x)
        #expect(tangent[0] == 1 && tangent[1] == -1 && tangent[2].isNaN && tangent[5] == 0)
    }

    @Test func geluIsThatOfItsFormula() {
        let x = (-600...600).map { Float($0) / 100 }
        let y = apply({ kernels.gelu_mul($0, nil, $1, $2) }, x)
        for (a, b) in zip(x, y) {
            let g = Double(a)
            let inner = (2 / Double.pi).squareRoot() * (g + 0.044715 * g * g * g)
            #expect(abs(0.5 * g * (1 + tanh(inner)) - Double(b)) < 2e-6)
        }
    }

    @Test func softmaxAddsUpToOne() {
        var x: [Float] = [1, 2, 3, -.infinity, 1000, 1000]
        kernels.softmax(&x, x.count)
        #expect(x == [0, 0, 0, 0, 0.5, 0.5])
        var nothing: [Float] = [-.infinity, -.infinity]
        kernels.softmax(&nothing, 2)
        #expect(nothing == [0, 0])
    }

    @Test func argmaxTakesTheFirstOfEquals() {
        for isa in [CK_ISA_SCALAR, CK_ISA_ANY] {
            var x = [Float](repeating: 1, count: 70)
            x[33] = 2
            x[60] = 2
            #expect(ck_kernels_for(isa).pointee.argmax(x, x.count) == 33)
        }
    }

    @Test func ropeTurnsPairsByTheirAngles() {
        var pairs: [Float] = [1, 0, 0, 1, 5]
        kernels.rope(&pairs, 1, 5, 4, [0, 0.6], [1, 0.8], false)
        #expect(pairs == [0, 1, -0.8, 0.6, 5])
        var halves: [Float] = [1, 0, 0, 1, 5]
        kernels.rope(&halves, 1, 5, 4, [0, 0.6], [1, 0.8], true)
        #expect(halves == [0, -0.8, 1, 0.6, 5])
    }

    @Test func rmsNormDividesByTheRootMeanSquare() {
        let x: [Float] = [3, 4]
        var y: [Float] = [0, 0]
        kernels.rms_norm(x, [2, 1], &y, 2, 0)
        #expect(abs(y[0] - 6 / Float(12.5).squareRoot()) < 1e-6)
        #expect(abs(y[1] - 4 / Float(12.5).squareRoot()) < 1e-6)
    }

    @Test func layerNormCentres() {
        let x: [Float] = [1, 3]
        var y: [Float] = [0, 0]
        kernels.layer_norm(x, nil, [10, 10], &y, 2, 0)
        #expect(y == [9, 11])
    }
}
