extension JSONParser {
    /// Reads a number: an `integer` when it has neither fraction nor exponent and fits 64 bits.
    mutating func number(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let firstDigit = position
        try digits(bytes)
        if position > firstDigit + 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw JSONError(.invalidNumber, at: firstDigit, "a number has a leading zero")
        }
        var isWhole = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits(bytes)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            let sign = try current(bytes)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try digits(bytes)
        }
        if isWhole, let integer = integer(bytes, firstDigit, isNegative) { return integer }
        return try double(bytes, start)
    }

    /// Steps over one digit or more.
    private mutating func digits(_ bytes: Span<UInt8>) throws(JSONError) {
        let first = try current(bytes)
        guard isDigit(first) else {
            throw JSONError(.invalidNumber, at: position, "a number lacks a digit")
        }
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    private func integer(_ bytes: Span<UInt8>, _ start: Int, _ isNegative: Bool) -> JSONValue? {
        // Summed up below zero, where there is room for one more than above.
        var value: Int64 = 0
        for offset in start..<position {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(bytes[offset] - UInt8(ascii: "0"))
            let (sum, overflowedAgain) = product.subtractingReportingOverflow(digit)
            if overflowed || overflowedAgain { return nil }
            value = sum
        }
        if isNegative { return .integer(value) }
        return value == .min ? nil : .integer(-value)
    }

    private func double(_ bytes: Span<UInt8>, _ start: Int) throws(JSONError) -> JSONValue {
        let text = bytes.extracting(start..<position).withUnsafeBufferPointer {
            String(decoding: $0, as: UTF8.self)
        }
        guard let value = Double(text), value.isFinite else {
            throw JSONError(.numberOutOfRange, at: start, "a number is too large for a double")
        }
        return .double(value)
    }
}
