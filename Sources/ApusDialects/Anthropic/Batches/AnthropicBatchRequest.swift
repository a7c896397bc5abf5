package import ApusConversation

/// `POST /v1/messages/batches`: what a client sends.
///
/// Only the frame is checked here. As in Anthropic's API the parameters of every single request
/// are judged when its turn comes, and a bad one becomes a result of its own.
package struct AnthropicBatchRequest: Sendable, Equatable {
    /// One request of a batch.
    package struct Item: Sendable, Equatable, Codable {
        /// The client's name for it.
        package var customID: String
        /// The body of a message request.
        package var params: JSONValue

        private enum CodingKeys: String, CodingKey {
            case customID = "custom_id"
            case params
        }

        /// A request of a batch.
        package init(customID: String, params: JSONValue) {
            self.customID = customID
            self.params = params
        }

        /// Reads back what `line` made; nil for anything else.
        package init?(line: some Collection<UInt8>) {
            guard let json = try? JSONParser.parse(line), let params = json["params"],
                let name = json["custom_id"]?.stringValue
            else { return nil }
            self.init(customID: name, params: params)
        }

        /// The request as a line of a JSONL file, with its end.
        package var line: [UInt8] {
            let json: JSONValue = ["custom_id": .string(customID), "params": params]
            return JSONSerializer().bytes(json) + [UInt8(ascii: "\n")]
        }

        /// The request to answer; it never streams.
        ///
        /// Throws: as `AnthropicRequest.init(json:purpose:)`.
        package func request() throws(DialectError) -> AnthropicRequest {
            var request = try AnthropicRequest(json: params)
            request.streams = false
            return request
        }
    }

    /// The longest batch, as in Anthropic's API.
    package static let maximumItems = 100_000

    /// The requests, in the client's order.
    package var items: [Item] = []
    /// Names of members that have no effect, for a response header.
    package var ignored: [String] = []

    /// Reads a batch from its JSON.
    ///
    /// Throws: `malformedBody`, `invalidValue`.
    package init(json: JSONValue) throws(DialectError) {
        let fields = try AnthropicFields(json, at: "")
        var ignored = AnthropicIgnored()
        ignored.note(fields, except: ["requests"])
        let elements = try fields.array("requests")
        guard (1...Self.maximumItems).contains(elements.count) else {
            throw fields.refusal(
                "requests",
                "List should have 1 to \(Self.maximumItems) items",
                .invalidValue
            )
        }
        var seen: Set<String> = []
        for (position, element) in elements.enumerated() {
            let member = try AnthropicFields(element, at: "requests.\(position)")
            ignored.note(member, except: ["custom_id", "params"])
            let name = try Self.customID(member)
            guard seen.insert(name).inserted else {
                throw member.refusal("custom_id", "custom_ids must be unique", .invalidValue)
            }
            items.append(Item(customID: name, params: .object(try member.fields("params").object)))
        }
        self.ignored = ignored.names
    }

    /// Reads a batch from the bytes of its body.
    ///
    /// Throws: `missingBody`, `malformedBody`, `invalidValue`.
    package init(body: some Collection<UInt8>) throws(DialectError) {
        try self.init(json: AnthropicWire.json(body))
    }

    private static func customID(_ fields: AnthropicFields) throws(DialectError) -> String {
        let text = try fields.string("custom_id")
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
            return isLetter || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-"
        }
        guard isPlain, (1...64).contains(text.unicodeScalars.count) else {
            throw fields.refusal(
                "custom_id",
                "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
                .invalidValue
            )
        }
        return text
    }
}
