/// Bounds within which a template may work; a hostile one ends with an error at the first of them.
package struct JinjaLimits: Sendable, Equatable {
    /// Evaluations, plus one for every 64 bytes of text that are made or compared.
    package var steps = 20_000_000
    /// Bytes of the rendered text, and of any text or value made on the way.
    package var bytes = 64 << 20
    /// Statements, expressions and macros inside each other.
    package var depth = 150

    /// Bounds that no template of a public model comes near.
    package init() {}
}

/// Runs a template's statements over variables: one object a render.
///
/// Semantics: `jinja2` 3.1 in the sandboxed environment of Hugging Face transformers.
final class JinjaInterpreter {
    let options: RenderOptions
    private let limits: JinjaLimits
    private var remainingSteps: Int
    private var depth = 0
    /// The line that is being evaluated, for messages.
    var line = 1
    /// What has been printed since the last `capture` began.
    private var output = ""
    /// Objects and scopes that can refer to each other; emptied at the end, so that all are freed.
    private var objects: [JinjaObject] = []
    private var scopes: [JinjaScope] = []

    init(options: RenderOptions, limits: JinjaLimits) {
        self.options = options
        self.limits = limits
        remainingSteps = limits.steps
    }

    /// The text that `statements` print with `variables`.
    ///
    /// Throws: `ChatError` with code `evaluation`, `raised` or `limit`.
    func render(
        _ statements: [JinjaStatement],
        _ variables: [String: JinjaValue]
    ) throws(ChatError) -> String {
        defer {
            for object in objects { object.clear() }
            for scope in scopes { scope.variables.removeAll() }
        }
        let context = JinjaScope(parent: nil, variables)
        return try capture { () throws(ChatError) in
            _ = try run(statements, JinjaScope(parent: context))
        }
    }

    // MARK: Bounds

    /// Bytes that no text or value may exceed.
    var maximumBytes: Int { limits.bytes }

    func problem(_ text: String) -> ChatError { ChatError(.evaluation, line: line, text) }

    /// Accounts for one step, and for work on `bytes` bytes.
    func charge(bytes: Int = 0) throws(ChatError) {
        remainingSteps -= 1 + bytes >> 6
        guard remainingSteps >= 0 else {
            throw ChatError(.limit, line: line, "the template takes too many steps.")
        }
        guard bytes <= limits.bytes else {
            throw ChatError(.limit, line: line, "a text or list grows too large.")
        }
    }

    /// Accounts for `count` repetitions of something that takes `bytes` bytes, before it is made.
    func charge(_ count: Int, times bytes: Int) throws(ChatError) {
        let (product, overflows) = max(0, count).multipliedReportingOverflow(by: bytes)
        try charge(bytes: overflows ? .max : product)
    }

    /// Goes one level deeper; `leave` must follow.
    ///
    /// No closure, so that a level takes little of the thread's stack.
    func enter() throws(ChatError) {
        guard depth < limits.depth else {
            throw ChatError(.limit, line: line, "the template nests too deep.")
        }
        depth += 1
    }

    func leave() { depth -= 1 }

    /// A string value, when it is not too long.
    func string(_ text: String) throws(ChatError) -> JinjaValue {
        try charge(bytes: text.utf8.count)
        return .string(text)
    }

    /// A container, when it is neither too large nor nested too deep.
    func checked(_ value: JinjaValue) throws(ChatError) -> JinjaValue {
        let extent = value.extent
        guard extent.depth <= 256, extent.weight <= 4 * limits.bytes else {
            throw ChatError(.limit, line: line, "a text or list grows too large.")
        }
        return value
    }

    func list(_ items: [JinjaValue]) throws(ChatError) -> JinjaValue {
        try charge(items.count, times: MemoryLayout<JinjaValue>.stride)
        return try checked(.list(items))
    }

    /// Keeps an object to be emptied when the render ends.
    func object(_ object: JinjaObject) -> JinjaValue {
        // Objects stay until the end, so each costs as much as a kilobyte of text.
        remainingSteps -= 16
        objects.append(object)
        return .object(object)
    }

    func macro(_ definition: JinjaMacroDefinition, _ scope: JinjaScope) -> JinjaValue {
        remainingSteps -= 16
        scopes.append(scope)
        return .function(.macro(JinjaMacro(definition, scope)))
    }

    // MARK: Output

    func print(_ text: String) throws(ChatError) {
        try charge(bytes: text.utf8.count)
        output += text
        guard output.utf8.count <= limits.bytes else {
            throw ChatError(.limit, line: line, "the template prints too much.")
        }
    }

    /// What `body` prints.
    func capture(_ body: () throws(ChatError) -> Void) throws(ChatError) -> String {
        let outer = output
        output = ""
        defer { output = outer }
        try body()
        return output
    }
}
