import Foundation
import Testing

@testable import ApusScheduling

/// Converters that are real child processes: `RunnerTestChild`, which does what types say.
@Suite struct ConverterTests {
    private static let executable: String? = {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let candidates = [own, URL(fileURLWithPath: CommandLine.arguments[0])]
        return candidates.map { $0.deletingLastPathComponent().appending(path: "RunnerTestChild") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }?.path
    }()

    private func plan(
        _ type: String,
        isWanted: @escaping @Sendable () -> Bool = { true }
    ) throws -> PlannedConversion? {
        let launcher = ConverterLauncher(
            executable: try #require(Self.executable),
            arguments: ["converter"],
            environment: ["SWIFT_BACKTRACE": "enable=no"]
        ) { _ in }
        return try launcher.plan(.quantize(paths: ["weights"], type: type), isWanted: isWanted)
    }

    private func failure(_ body: () throws -> Void) -> SchedulingError? {
        do {
            try body()
            return nil
        } catch {
            return error as? SchedulingError
        }
    }

    @Test func fileArrivesAsItWasMade() throws {
        let planned = try #require(try plan("ok"))
        #expect(planned.status == "making weights")
        #expect(planned.sizeBytes == 3_000_000)
        var bytes: [UInt8] = []
        try planned.write { bytes += $0 }
        let piece = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        #expect(bytes == piece + piece + piece)
        #expect(failure { try planned.write { _ in } }?.code == .protocolViolation)
    }

    @Test func nothingToDoIsNoConversion() throws {
        #expect(try plan("nothing") == nil)
    }

    @Test func errorsArriveWithTheirCode() throws {
        #expect(
            failure { _ = try plan("refuse") }
                == SchedulingError(.invalidRequest, "unsupported quantization type")
        )
        let planned = try #require(try plan("fail"))
        #expect(
            failure { try planned.write { _ in } }
                == SchedulingError(.loadFailed, "weight 7 is NaN")
        )
    }

    @Test func crashIsAnErrorThatTellsHow() throws {
        let planned = try #require(try plan("crash"))
        let error = failure { try planned.write { _ in } }
        #expect(error?.code == .runnerStopped)
        #expect(error?.message.contains("signal 6") == true)
        #expect(error?.message.hasSuffix("Fatal error: scripted crash") == true)
    }

    @Test func garbageIsAViolation() throws {
        #expect(failure { _ = try plan("garbage") }?.code == .protocolViolation)
    }

    @Test(arguments: ["hang", "stall"])
    func workThatIsNotWantedEndsAtOnce(type: String) throws {
        let start = ContinuousClock.now
        let limit = start + .milliseconds(300)
        #expect(throws: CancellationError.self) {
            try plan(type) { ContinuousClock.now < limit }?.write { _ in }
        }
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test func sinkThatFailsEndsTheWork() throws {
        struct Full: Error {}
        let planned = try #require(try plan("ok"))
        #expect(throws: Full.self) { try planned.write { _ in throw Full() } }
    }
}
