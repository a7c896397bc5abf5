package import ApusConversation

/// `POST /api/tokenize`: the tokens of a text; not in Ollama's API, after the proposals made for it.
package enum OllamaTokenize {
    /// What a client sends.
    package struct Request: Sendable, Equatable, Codable {
        /// The model's name.
        package var model: String?
        /// The text.
        package var content: String?
        /// The text, as other proposals call it.
        package var text: String?
        /// How long the model stays loaded.
        package var keepAlive: OllamaKeepAlive?
        /// Model options.
        package var options: JSONObject?

        private enum CodingKeys: String, CodingKey {
            case model, content, text
            case keepAlive = "keep_alive"
            case options
        }

        /// The text, whichever way it came.
        ///
        /// Throws: `invalidValue` when there is none, or two.
        package func input() throws(DialectError) -> String {
            switch (content, text) {
            case (let input?, nil), (nil, let input?): return input
            case (nil, nil): throw DialectError(.invalidValue, "content is required")
            case (_?, _?):
                throw DialectError(.invalidValue, "content and text are the same; send one of them")
            }
        }
    }

    /// The tokens, special tokens recognised and none added.
    package struct Response: Sendable, Equatable, Codable {
        /// The model's name as the client wrote it.
        package var model: String
        /// The tokens' numbers.
        package var tokens: [Int32]
        /// Nanoseconds from the arrival of the request.
        package var totalDuration: Int64
        /// Nanoseconds until a loaded model was at hand.
        package var loadDuration: Int64

        private enum CodingKeys: String, CodingKey {
            case model, tokens
            case totalDuration = "total_duration"
            case loadDuration = "load_duration"
        }

        /// An answer.
        package init(model: String, tokens: [Int32], totalDuration: Int64, loadDuration: Int64) {
            self.model = model
            self.tokens = tokens
            self.totalDuration = totalDuration
            self.loadDuration = loadDuration
        }
    }
}

/// `POST /api/detokenize`: the text of tokens.
package enum OllamaDetokenize {
    /// What a client sends.
    package struct Request: Sendable, Equatable, Codable {
        /// The model's name.
        package var model: String?
        /// The tokens' numbers.
        package var tokens: [Int32]?
        /// How long the model stays loaded.
        package var keepAlive: OllamaKeepAlive?
        /// Model options.
        package var options: JSONObject?

        private enum CodingKeys: String, CodingKey {
            case model, tokens
            case keepAlive = "keep_alive"
            case options
        }

        /// The tokens.
        ///
        /// Throws: `invalidValue` when there are none.
        package func input() throws(DialectError) -> [Int32] {
            guard let tokens else { throw DialectError(.invalidValue, "tokens is required") }
            return tokens
        }
    }

    /// The text, special tokens included.
    package struct Response: Sendable, Equatable, Codable {
        /// The model's name as the client wrote it.
        package var model: String
        /// The text.
        package var content: String
        /// The text once more, under the name that other proposals give it.
        package var text: String
        /// Nanoseconds from the arrival of the request.
        package var totalDuration: Int64
        /// Nanoseconds until a loaded model was at hand.
        package var loadDuration: Int64

        private enum CodingKeys: String, CodingKey {
            case model, content, text
            case totalDuration = "total_duration"
            case loadDuration = "load_duration"
        }

        /// An answer.
        package init(model: String, content: String, totalDuration: Int64, loadDuration: Int64) {
            self.model = model
            self.content = content
            text = content
            self.totalDuration = totalDuration
            self.loadDuration = loadDuration
        }
    }
}
