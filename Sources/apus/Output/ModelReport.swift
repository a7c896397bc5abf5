internal import ApusConversation
internal import ApusDialects
internal import ApusStore

/// What `show` says about a model: sections of tables.
struct ModelReport {
    /// Elements of a list that are shown.
    private static let maximumElements = 10
    /// Columns of an abbreviated list.
    private static let maximumWidth = 60

    private let response: OllamaShow.Response
    private let isVerbose: Bool

    init(_ response: OllamaShow.Response, isVerbose: Bool) {
        self.response = response
        self.isVerbose = isVerbose
    }

    /// The report; an empty line ends every section.
    var text: String {
        section("Model", model)
            + section("Capabilities", (response.capabilities ?? []).map { [$0] })
            + section("Projector", projector)
            + section("Parameters", Self.pairs(response.parameters ?? ""))
            + (isVerbose ? section("Metadata", metadata) + section("Tensors", tensors) : "")
            + section("System", Self.lines(response.system, limit: 2))
            + section("License", Self.lines(response.license, limit: 2))
    }

    private func section(_ title: String, _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        return "  \(title)\n" + Table(rows: rows, margin: "    ").text + "\n"
    }

    private var model: [[String]] {
        let information = response.modelInfo
        let architecture =
            information["general.architecture"]?.stringValue ?? response.details.family
        let count = information["general.parameter_count"]?.intValue.flatMap { UInt64(exactly: $0) }
        let rows: [(String, String?)] = [
            ("architecture", architecture),
            (
                "parameters",
                count.map(HumanFormats.parameterCount) ?? response.details.parameterSize
            ),
            (
                "context length",
                information["\(architecture).context_length"]?.intValue.map(String.init)
            ),
            (
                "embedding length",
                information["\(architecture).embedding_length"]?.intValue.map(String.init)
            ),
            ("experts", Self.experts(information, architecture)),
            ("quantization", response.details.quantizationLevel),
            ("requires", response.requires),
        ]
        return rows.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return [name, value]
        }
    }

    /// `8, 2 used per token`, for models that have experts.
    private static func experts(_ information: JSONObject, _ architecture: String) -> String? {
        guard let count = information["\(architecture).expert_count"]?.intValue, count > 0 else {
            return nil
        }
        let used = information["\(architecture).expert_used_count"]?.intValue
        return used.map { "\(count), \($0) used per token" } ?? String(count)
    }

    private var projector: [[String]] {
        guard let information = response.projectorInfo else { return [] }
        let architecture = information["general.architecture"]?.stringValue ?? "clip"
        let count = information["general.parameter_count"]?.intValue.flatMap { UInt64(exactly: $0) }
        let rows: [(String, String?)] = [
            ("architecture", architecture),
            ("parameters", count.map(HumanFormats.parameterCount)),
            (
                "embedding length",
                information["\(architecture).vision.embedding_length"]?.intValue.map(String.init)
            ),
            (
                "dimensions",
                information["\(architecture).vision.projection_dim"]?.intValue.map(String.init)
            ),
        ]
        return rows.compactMap { name, value in value.map { [name, $0] } }
    }

    private var metadata: [[String]] {
        response.modelInfo.sorted { $0.key < $1.key }.map { [$0.key, Self.short($0.value)] }
    }

    private var tensors: [[String]] {
        (response.tensors ?? []).map { tensor in
            [tensor.name, tensor.type, "[\(tensor.shape.map(String.init).joined(separator: " "))]"]
        }
    }

    /// A value in one short line.
    private static func short(_ value: JSONValue) -> String {
        if let text = value.stringValue {
            let first = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            let isWhole = first == text && text.count <= maximumWidth * 2
            return isWhole ? text : "\(first.prefix(maximumWidth))..."
        }
        guard let elements = value.arrayValue else { return value.jsonText() }
        var shown: [String] = []
        var width = 0
        for element in elements.prefix(maximumElements) {
            let text = element.jsonText()
            width += text.count + 2
            if width > maximumWidth, !shown.isEmpty { break }
            shown.append(text)
        }
        let rest = elements.count - shown.count
        let end = rest > 0 ? ", ...+\(rest) more]" : "]"
        return "[" + shown.joined(separator: ", ") + end
    }

    /// `name   value` lines as rows.
    private static func pairs(_ text: String) -> [[String]] {
        text.split(whereSeparator: \.isNewline).map { line in
            let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
            return parts.map { $0.trimmingWhitespace() }
        }
    }

    /// The first lines that are not empty.
    private static func lines(_ text: String?, limit: Int) -> [[String]] {
        let lines = (text ?? "").split(whereSeparator: \.isNewline)
            .map { $0.trimmingWhitespace() }.filter { !$0.isEmpty }
        let shown = lines.prefix(limit).map { [$0] }
        return lines.count > limit ? shown + [["..."]] : shown
    }
}
