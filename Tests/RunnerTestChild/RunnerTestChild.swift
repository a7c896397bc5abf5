private import ApusConversation
private import ApusScheduling
private import Foundation

/// A runner whose model does what the prompt says, for the tests of `ApusScheduling`.
@main struct RunnerTestChild {
    static func main() async {
        if CommandLine.arguments.dropFirst().first == "converter" {
            ConverterService.run(explaining: { SchedulingError(wrapping: $0) }, ScriptedWork.plan)
        }
        await RunnerService(backend: ScriptedBackend()).run()
    }
}

/// Conversions that do what the type of the order says.
private enum ScriptedWork {
    static func plan(_ order: ConversionOrder) throws -> ConverterService.Work? {
        guard case .quantize(let paths, let type) = order else {
            throw SchedulingError(.invalidRequest, "\(order)")
        }
        switch type {
        case "nothing": return nil
        case "refuse": throw SchedulingError(.invalidRequest, "unsupported quantization type")
        case "hang": while true { usleep(10_000) }
        case "garbage":
            _ = "this is no frame, and long enough".withCString { write(0, $0, strlen($0)) }
            while true { usleep(10_000) }
        default: break
        }
        return ConverterService.Work(status: "making \(paths.joined())", sizeBytes: 3_000_000) {
            sink in
            let piece = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
            try piece.withUnsafeBytes(sink)
            switch type {
            case "crash":
                report("Fatal error: scripted crash")
                abort()
            case "stall": while true { usleep(10_000) }
            case "fail": throw SchedulingError(.loadFailed, "weight 7 is NaN")
            default: break
            }
            for _ in 0..<2 { try piece.withUnsafeBytes(sink) }
        }
    }
}

/// Loads, or fails to, as the name of the built-in model says.
private struct ScriptedBackend: RunnerBackend {
    func load(
        _ specification: ModelSpecification,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws -> any LoadedModel {
        guard case .builtIn(let script) = specification.weights else {
            throw SchedulingError(.loadFailed, "Only built-in scripts can be loaded.")
        }
        switch script {
        case "hang": try await Task.sleep(for: .seconds(600))
        case "crash":
            report("GGUF error: scripted crash while loading")
            abort()
        case "vanish": exit(3)
        case "refuse": throw SchedulingError(.unsupportedModel, "unknown architecture 'scripted'")
        case "slow":
            // Longer in all than the stall timeout of the test, but never silent for so long.
            for step in 1...12 {
                try await Task.sleep(for: .milliseconds(250))
                if step.isMultiple(of: 2) {
                    progress(Double(step) / 12)
                } else {
                    report("layer \(step)")
                }
            }
        default: progress(1)
        }
        return ScriptedModel()
    }
}

private struct ScriptedModel: LoadedModel {
    let facts = ModelFacts(
        contextLength: 4096,
        trainContextLength: 8192,
        parallelSequences: 4,
        capabilities: ["completion"],
        mappedBytes: 1000,
        allocatedBytes: 24
    )

    func generate(
        _ request: GenerationRequest,
        emit: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws {
        guard case .text(let prompt) = request.prompt else { return }
        let words = prompt.split(separator: " ")
        switch words.first {
        case "echo": for word in words.dropFirst() { emit(.content(String(word))) }
        case "flood": for number in 0..<(Int(words[1]) ?? 0) { emit(.content("\(number)")) }
        case "slow":
            while true {
                emit(.content("tick"))
                do {
                    try await Task.sleep(for: .milliseconds(5))
                } catch {
                    report("cancelled \(words.last ?? "")")
                    throw error
                }
            }
        case "crash":
            emit(.content("before"))
            // Time for the word to leave the process.
            try await Task.sleep(for: .milliseconds(100))
            report("Fatal error: scripted crash")
            abort()
        case "hang": while true { usleep(10_000) }
        case "garbage": _ = "this is no frame".withCString { write(0, $0, strlen($0)) }
        case "refuse": throw SchedulingError(.promptTooLong, "too long")
        case "unlikely":
            let candidate = TokenLogProbability.Candidate(bytes: [65], logProbability: -.infinity)
            emit(.logProbabilities([.init(chosen: candidate, alternatives: [candidate])]))
        case "descriptors":
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            emit(
                .content(
                    open.compactMap { Int($0) }.sorted().map(String.init).joined(separator: " ")
                )
            )
        default: throw ScriptError()
        }
    }

    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
        let vectors = request.inputs.map { input in
            input == "nan" ? [Float.nan] : [Float(input.utf8.count), 0.5]
        }
        return EmbeddingResult(vectors: vectors, tokens: request.inputs.count)
    }

    func tokenize(_ text: String, asPrompt: Bool) async throws -> [Int32] {
        (asPrompt ? [1] : []) + text.utf8.map { Int32($0) }
    }

    func detokenize(_ tokens: [Int32]) async throws -> String {
        String(decoding: tokens.map { UInt8(clamping: $0) }, as: UTF8.self)
    }

    func status() -> RunnerStatus { RunnerStatus(activeSequences: 2, queuedSequences: 3) }
}

private struct ScriptError: Error, CustomStringConvertible {
    let description = "no such script"
}

private func report(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
