import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import ApusServer

@Suite(.timeLimit(.minutes(1))) struct OpenAPITests {
    /// A method and a path, every parameter of which is `{}`.
    private struct Operation: Hashable, Comparable, CustomStringConvertible {
        let method: String
        let path: String

        init(_ method: String, _ path: some StringProtocol) {
            self.method = method.uppercased()
            self.path = path.split(separator: "/", omittingEmptySubsequences: false).map {
                $0.hasPrefix(":") || $0.hasPrefix("{") || $0 == "**" ? "{}" : $0
            }.joined(separator: "/")
        }

        var description: String { "\(method) \(path)" }
        static func < (first: Self, second: Self) -> Bool {
            first.description < second.description
        }
    }

    private static let text = String(decoding: OpenAPIDocument.bytes, as: UTF8.self)

    /// The operations below `paths:`, which are keys of two and of four spaces.
    private static var documented: Set<Operation> {
        var operations: Set<Operation> = []
        var path: Substring?
        var isInPaths = false
        for line in text.split(separator: "\n") {
            let indentation = line.prefix { $0 == " " }.count
            if indentation == 0 { isInPaths = line == "paths:" }
            guard isInPaths, line.hasSuffix(":") else { continue }
            let key = line.dropFirst(indentation).dropLast()
            if indentation == 2 { path = key }
            if indentation == 4, let path,
                ["get", "head", "post", "put", "delete", "patch"].contains(key)
            {
                operations.insert(Operation(String(key), path))
            }
        }
        return operations
    }

    /// What the server answers, with other things than that it does not.
    private static func served(
        _ client: BenchClient,
        _ bench: Bench
    ) async throws
        -> Set<Operation>
    {
        let router = makeRouter(ServerConfiguration(), bench.services)
        var operations: Set<Operation> = []
        for route in router.routes {
            let path = "\(route.path)".replacing("**", with: "x").replacing(":", with: "")
            let response = try await client.send(route.method, path.isEmpty ? "/" : path)
            // Answers to HEAD have no text.
            let get = try await client.send(.get, path.isEmpty ? "/" : path)
            let isUnknown = [response, get].contains {
                $0.status == .notFound
                    && ($0.text.contains("is not served") || $0.text.contains("Invalid URL"))
            }
            let isRefused = response.status == .methodNotAllowed || isUnknown
            // Before routing, and so for every path.
            if isRefused || route.method == .options { continue }
            operations.insert(Operation(route.method.rawValue, "\(route.path)"))
        }
        return operations
    }

    @Test func everyRouteIsDocumentedAndEveryPathRouted() async throws {
        let bench = Bench()
        try await bench.run { client in
            let served = try await Self.served(client, bench)
            #expect(served.count > 30)
            #expect(Self.documented.subtracting(served).sorted() == [])
            #expect(served.subtracting(Self.documented).sorted() == [])
        }
    }

    @Test func theDocumentIsServed() async throws {
        try await Bench().run { client in
            let response = try await client.send(.get, "/openapi.yaml")
            #expect(response.headers[.contentType] == "application/yaml")
            #expect(response.text == Self.text && Self.text.hasPrefix("openapi: 3.1.0\n"))
        }
    }
}
