private import KernelChecks

/// Times every kernel of every instruction set this processor has: `swift run -c release
/// kernel-bench [FORMAT…]`.
@main
enum KernelBench {
    static func main() throws {
        var options = KernelBenchmark.Options()
        options.formats = Array(CommandLine.arguments.dropFirst())
        try KernelBenchmark.run(options)
    }
}
