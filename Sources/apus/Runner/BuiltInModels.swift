internal import ApusGGUF
private import CApusDemo

/// Models that are part of the program.
enum BuiltInModels {
    /// One of them: a GGUF file in the program's own memory.
    struct Model: @unchecked Sendable {
        // Safe: the bytes are constant and live as long as the process.

        /// The name it goes by.
        let name: String
        /// The file.
        let bytes: UnsafeRawBufferPointer

        /// Reads the file where it lies.
        func open() throws(GGUFError) -> GGUFFile { try GGUFFile(bytes: bytes, owner: nil) }
    }

    /// All of them.
    static let all = [
        Model(
            name: "demo",
            bytes: UnsafeRawBufferPointer(
                start: capus_demo_bytes(),
                count: capus_demo_size()
            )
        )
    ]

    /// The one called `name`, with or without the tag `latest`, or nil.
    static func named(_ name: String) -> Model? {
        all.first { $0.name == name || "\($0.name):latest" == name }
    }
}
