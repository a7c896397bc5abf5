package import ApusConversation

/// Which part of a list a client wants: `limit`, `after_id`, `before_id` of a URL's query.
package struct AnthropicPageQuery: Sendable, Equatable {
    /// Most elements of a page.
    package var limit = 20
    /// The element before the page.
    package var afterID: String?
    /// The element after the page.
    package var beforeID: String?

    /// Reads a query's parameters.
    ///
    /// Throws: `invalidValue`.
    package init(_ parameters: [String: String]) throws(DialectError) {
        afterID = parameters["after_id"].flatMap { $0.isEmpty ? nil : $0 }
        beforeID = parameters["before_id"].flatMap { $0.isEmpty ? nil : $0 }
        guard afterID == nil || beforeID == nil else {
            throw DialectError(
                .invalidValue,
                "after_id, before_id: only one of them can be given"
            )
        }
        guard let text = parameters["limit"] else { return }
        guard let limit = Int(text) else {
            throw DialectError(.invalidValue, "limit: Input should be a valid integer")
        }
        guard (1...1000).contains(limit) else {
            throw DialectError(.invalidValue, "limit: Input should be between 1 and 1000")
        }
        self.limit = limit
    }
}

/// A page of a list.
package struct AnthropicPage<Element: Sendable>: Sendable {
    /// The elements, in the order of the list.
    package var data: [Element]
    /// Whether the list goes on in the direction of the query.
    package var hasMore: Bool
    /// Names an element for the next query.
    package var id: @Sendable (Element) -> String

    /// The part of `list` that a query asks for.
    ///
    /// Throws: `invalidValue` for a cursor that names no element.
    package init(
        of list: [Element],
        query: AnthropicPageQuery,
        id: @escaping @Sendable (Element) -> String
    ) throws(DialectError) {
        self.id = id
        if let cursor = query.beforeID {
            let end = try Self.position(of: cursor, "before_id", in: list, id)
            data = Array(list[..<end].suffix(query.limit))
            hasMore = end > data.count
            return
        }
        var start = 0
        if let cursor = query.afterID {
            start = try Self.position(of: cursor, "after_id", in: list, id) + 1
        }
        data = Array(list[start...].prefix(query.limit))
        hasMore = list.count - start > data.count
    }

    /// The page on the wire.
    package func json(_ element: (Element) -> JSONValue) -> JSONValue {
        [
            "data": .array(data.map(element)),
            "has_more": .bool(hasMore),
            "first_id": data.first.map { .string(id($0)) } ?? .null,
            "last_id": data.last.map { .string(id($0)) } ?? .null,
        ]
    }

    private static func position(
        of cursor: String,
        _ name: String,
        in list: [Element],
        _ id: (Element) -> String
    ) throws(DialectError) -> Int {
        guard let position = list.firstIndex(where: { id($0) == cursor }) else {
            throw DialectError(.invalidValue, "\(name): nothing has the id '\(cursor)'")
        }
        return position
    }
}
