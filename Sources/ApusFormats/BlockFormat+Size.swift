extension BlockFormat {
    /// Bytes that `elements` weights take, or nil when they are not whole blocks, negative, or
    /// too many for `Int`.
    package func byteCount(elements: Int) -> Int? {
        let layout = layout
        guard elements >= 0, elements % layout.elements == 0 else { return nil }
        let (bytes, overflow) = (elements / layout.elements).multipliedReportingOverflow(
            by: layout.bytes
        )
        return overflow ? nil : bytes
    }

    /// Bytes a tensor of this shape takes.
    ///
    /// Blocks never span rows, so the last dimension has to be whole blocks.
    /// - Parameter shape: outermost dimension first; empty for a single number.
    /// - Returns: nil when the shape has no valid size.
    package func byteCount(shape: [Int]) -> Int? {
        guard let elements = Self.elementCount(shape: shape),
            (shape.last ?? 1) % blockSize == 0
        else { return nil }
        return byteCount(elements: elements)
    }

    /// The product of the dimensions, or nil when one is negative or the product exceeds `Int`.
    package static func elementCount(shape: [Int]) -> Int? {
        var product = 1
        for dimension in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            product = next
        }
        return product
    }
}
