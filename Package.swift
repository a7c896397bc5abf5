// swift-tools-version: 6.2
import PackageDescription

/// Language rules that every Swift target follows.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A target whose folder has its name.
func swift(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Code that several test targets share; lies beside them.
func testLibrary(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        swiftSettings: settings
    )
}

/// Tests of a target; `data` is read where it lies, not copied into a bundle.
func tests(_ name: String, _ dependencies: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: data, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient",
    package: "async-http-client"
)
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting",
    package: "hummingbird"
)
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)

let unixSignals = Target.Dependency.product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)

let package = Package(
    name: "apus",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "apus", targets: ["apus"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Row 6: the command line
        .executableTarget(
            name: "apus",
            dependencies: [
                "ApusChat", "ApusClient", "ApusConversation", "ApusConversion", "ApusDialects",
                "ApusFormats", "ApusGGUF", "ApusInference", "ApusModels", "ApusSampling",
                "ApusScheduling",
                "ApusRegistry", "ApusServer", "ApusStore", "ApusTensors", "ApusTokenizers",
                "CApusDemo", argumentParser, crypto, logging,
            ],
            swiftSettings: settings
        ),
        // Row 5: HTTP
        swift(
            "ApusServer",
            [
                "ApusChat", "ApusConversation", "ApusDialects", "ApusFormats", "ApusGGUF",
                "ApusRegistry", "ApusScheduling", "ApusStore", "CApusOpenAPI", "CZlib", crypto,
                httpTypes, hummingbird, hummingbirdCore, logging, nioCore, nioPosix,
                serviceLifecycle, unixSignals,
            ]
        ),
        swift("ApusClient", ["ApusDialects", asyncHTTPClient, nioCore, nioHTTP1, nioPosix]),
        // Row 4: running models
        swift("ApusScheduling", ["ApusConversation"]),
        swift(
            "ApusInference",
            [
                "ApusChat", "ApusConversation", "ApusGGUF", "ApusModels", "ApusSampling",
                "ApusTensors", "ApusTokenizers",
            ]
        ),
        // Row 3: models, dialects, templates
        swift("ApusConversion", ["ApusConversation", "ApusFormats", "ApusGGUF", "ApusTensors"]),
        swift("ApusModels", ["ApusFormats", "ApusGGUF", "ApusTensors"]),
        swift("ApusDialects", ["ApusConversation"]),
        swift(
            "ApusRegistry",
            [
                "ApusConversation", "ApusStore", asyncHTTPClient, crypto, nioCore, nioHTTP1,
                nioPosix, nioSSL,
            ]
        ),
        swift("ApusChat", ["ApusConversation", "ApusSampling"]),
        // Row 2: tensors, files, the store
        swift("ApusTensors", ["ApusFormats", "CApusKernels"]),
        swift("ApusGGUF", ["ApusFormats"]),
        swift("ApusSampling", ["ApusConversation"]),
        swift("ApusStore", ["ApusConversation", crypto]),
        // Row 1: values
        swift("ApusConversation"),
        swift("ApusFormats"),
        swift("ApusTokenizers"),
        // Row 0: C
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CApusKernels"),
        .target(name: "CApusDemo", exclude: ["demo.gguf"]),
        .target(name: "CApusOpenAPI", exclude: ["openapi.yaml"]),
        // Benchmarks
        .executableTarget(
            name: "kernel-bench",
            dependencies: ["KernelChecks"],
            path: "Benchmarks/Kernels",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "quantize-bench",
            dependencies: ["ApusConversion", "ApusFormats", "ApusGGUF"],
            path: "Benchmarks/Quantization",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "adapter-bench",
            dependencies: ["ApusFormats", "ApusGGUF", "ApusModels", "ApusTensors"],
            path: "Benchmarks/Adapters",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "grammar-bench",
            dependencies: [
                "ApusConversation", "ApusGGUF", "ApusInference", "ApusSampling", "ApusTokenizers",
            ],
            path: "Benchmarks/Grammar",
            swiftSettings: settings
        ),
        // Tests
        testLibrary("TestSupport", ["ApusFormats", "ApusGGUF"]),
        testLibrary("KernelChecks", ["CApusKernels"]),
        tests(
            "ApusChatTests",
            ["ApusChat", "ApusConversation", "ApusSampling", "TestSupport"],
            data: ["Fixtures", "GoTemplate/Fixtures"]
        ),
        tests("ApusConversationTests", ["ApusConversation", "TestSupport"], data: ["Fixtures"]),
        tests(
            "ApusConversionTests",
            [
                "ApusConversation", "ApusConversion", "ApusFormats", "ApusGGUF", "ApusTensors",
                "TestSupport",
            ]
        ),
        tests("ApusDialectsTests", ["ApusConversation", "ApusDialects"]),
        tests("ApusFormatsTests", ["ApusFormats"]),
        tests("ApusGGUFTests", ["ApusFormats", "ApusGGUF", "TestSupport"], data: ["Fixtures"]),
        tests(
            "ApusInferenceTests",
            [
                "ApusConversation", "ApusGGUF", "ApusInference", "ApusModels", "ApusSampling",
                "ApusTensors", "TestSupport",
            ]
        ),
        tests(
            "ApusModelsTests",
            ["ApusFormats", "ApusGGUF", "ApusModels", "ApusTensors", "TestSupport"],
            data: ["Fixtures"]
        ),
        tests(
            "ApusRegistryTests",
            [
                "ApusConversation", "ApusRegistry", "ApusStore", "TestSupport", crypto, nioCore,
                nioHTTP1, nioPosix,
            ],
            data: ["Fixtures"]
        ),
        tests(
            "ApusSamplingTests",
            ["ApusConversation", "ApusSampling", "TestSupport"],
            data: ["Fixtures", "GrammarFrontends/Fixtures", "GrammarSchema/Fixtures"]
        ),
        tests(
            "ApusStoreTests",
            ["ApusConversation", "ApusStore", "TestSupport", crypto],
            data: ["Fixtures"]
        ),
        tests("ApusTensorsTests", ["ApusFormats", "ApusTensors", "TestSupport"]),
        .executableTarget(
            name: "RunnerTestChild",
            dependencies: ["ApusConversation", "ApusScheduling"],
            path: "Tests/RunnerTestChild",
            swiftSettings: settings
        ),
        tests("ApusSchedulingTests", ["ApusConversation", "ApusScheduling", "RunnerTestChild"]),
        tests(
            "ApusServerTests",
            [
                "ApusConversation", "ApusDialects", "ApusFormats", "ApusGGUF", "ApusScheduling",
                "ApusRegistry", "ApusServer", "ApusStore", httpTypes, hummingbird,
                hummingbirdTesting, logging,
                nioCore, nioPosix,
            ]
        ),
        tests(
            "ApusClientTests",
            [
                "ApusClient", "ApusConversation", "ApusDialects", hummingbird, hummingbirdTesting,
                logging, nioCore,
            ]
        ),
        tests(
            "ApusCommandTests",
            ["ApusConversation", "ApusDialects", "ApusStore", "TestSupport", "apus"]
        ),
        tests(
            "ApusTokenizersTests",
            ["ApusGGUF", "ApusTokenizers", "TestSupport"],
            data: ["Fixtures"]
        ),
        tests(
            "CApusKernelsTests",
            ["CApusKernels", "KernelChecks", "TestSupport"],
            data: ["Fixtures"]
        ),
    ],
    cLanguageStandard: .c2x
)
