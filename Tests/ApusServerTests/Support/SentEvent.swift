import ApusConversation
import HTTPTypes
import HummingbirdTesting

/// A server-sent event as a test sees it.
struct SentEvent {
    /// What stands after `event:`, if such a line there is.
    let name: String?

    /// What stands after `data:`.
    let data: JSONValue
}

extension TestResponse {
    /// The events of a stream: the name of each, when it has one, and its data as JSON.
    var events: [SentEvent] {
        text.components(separatedBy: "\n\n").compactMap { block in
            var name: String?
            var data: JSONValue?
            for line in block.split(separator: "\n") {
                if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") {
                    data = try? JSONValue(json: String(line.dropFirst(6)))
                }
            }
            return data.map { SentEvent(name: name, data: $0) }
        }
    }

    /// A header by its name.
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

extension String {
    /// The pieces between every `separator`.
    fileprivate func components(separatedBy separator: String) -> [String] {
        var pieces = [""]
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            pieces[pieces.count - 1] += rest[..<range.lowerBound]
            pieces.append("")
            rest = rest[range.upperBound...]
        }
        pieces[pieces.count - 1] += rest
        return pieces
    }
}

extension HTTPFields {
    /// Adds a header by its name.
    mutating func append(_ name: String, _ value: String) {
        guard let name = HTTPField.Name(name) else { return }
        append(HTTPField(name: name, value: value))
    }
}
