internal import CApusOpenAPI

/// The description of all routes: `Sources/CApusOpenAPI/openapi.yaml`, inside the program.
package enum OpenAPIDocument {
    /// The document as YAML.
    package static let bytes = [UInt8](
        UnsafeRawBufferPointer(start: capus_openapi_bytes(), count: capus_openapi_size())
    )
}
