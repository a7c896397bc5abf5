/// Bounds on the work that one render does.
package struct GoLimits: Sendable, Equatable {
    /// Nodes and operands that are visited, plus one for every 64 bytes of text that are made.
    package var steps = 20_000_000
    /// Bytes of the rendered text, and of any text made on the way.
    package var bytes = 64 << 20
    /// Control structures, parentheses and templates inside each other.
    package var depth = 100

    /// Bounds that no template of a public model comes near.
    package init() {}
}

/// Runs a template over data: one object a render.
///
/// Semantics: `text/template` of Go 1.24 with the option `missingkey=zero`.
final class GoInterpreter {
    /// How the nodes of a list have ended.
    enum Flow { case next, breakLoop, continueLoop }

    private struct Variable {
        let name: String
        var value: GoValue
    }

    private let tree: GoTree
    private let date: ChatDate
    private let limits: GoLimits
    private var remainingSteps: Int
    private var depth = 0
    /// The line of the pipeline that is being evaluated, for messages.
    private var line: Int?
    private var output = ""
    private var variables: [Variable] = []

    init(tree: GoTree, date: ChatDate, limits: GoLimits) {
        self.tree = tree
        self.date = date
        self.limits = limits
        remainingSteps = limits.steps
    }

    /// The text that the main template, or `nodes` in its place, gives for `data`.
    ///
    /// Throws: `ChatError` with code `evaluation` or `limit`.
    func render(_ nodes: [GoNode], _ data: GoValue) throws(ChatError) -> String {
        variables = [Variable(name: "$", value: data)]
        _ = try run(nodes, data)
        defer { output = "" }
        return output
    }

    // MARK: Bounds

    func problem(_ text: String) -> ChatError { ChatError(.evaluation, line: line, text) }

    private func charge(bytes: Int = 0) throws(ChatError) {
        remainingSteps -= 1 + bytes >> 6
        guard remainingSteps >= 0 else {
            throw ChatError(.limit, line: line, "the template takes too many steps.")
        }
    }

    /// Runs `body` one level deeper.
    private func nested<Value>(_ body: () throws(ChatError) -> Value) throws(ChatError) -> Value {
        guard depth < limits.depth else {
            throw ChatError(.limit, line: line, "the template nests too deep.")
        }
        depth += 1
        defer { depth -= 1 }
        return try body()
    }

    private func write(_ text: String) throws(ChatError) {
        try charge(bytes: text.utf8.count)
        guard text.utf8.count <= limits.bytes - output.utf8.count else {
            throw ChatError(.limit, line: line, "the template writes too much.")
        }
        output += text
    }

    // MARK: Nodes

    private func run(_ nodes: [GoNode], _ dot: GoValue) throws(ChatError) -> Flow {
        for node in nodes {
            try charge()
            let flow = try run(node, dot)
            if flow != .next { return flow }
        }
        return .next
    }

    private func run(_ node: GoNode, _ dot: GoValue) throws(ChatError) -> Flow {
        switch node {
        case .text(let text): try write(text)
        case .action(let pipeline):
            let value = try evaluate(pipeline, dot)
            if pipeline.variables.isEmpty {
                try write(value.isAbsent ? "<no value>" : GoFormat().text(value))
            }
        case .branch(let branch):
            return try nested { () throws(ChatError) in try run(branch, dot) }
        case .range(let range):
            return try nested { () throws(ChatError) in try run(range, dot) }
        case .template(let name, let argument, let line):
            try nested { () throws(ChatError) in try runTemplate(name, argument, line, dot) }
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .next
    }

    private func run(_ branch: GoBranch, _ dot: GoValue) throws(ChatError) -> Flow {
        let known = variables.count
        defer { variables.removeLast(variables.count - known) }
        for arm in branch.arms {
            let value = try evaluate(arm.condition, dot)
            if value.isTrue { return try run(arm.body, branch.setsDot ? value : dot) }
        }
        return try run(branch.otherwise, dot)
    }

    private func runTemplate(
        _ name: String,
        _ argument: GoPipeline?,
        _ line: Int,
        _ dot: GoValue
    ) throws(ChatError) {
        self.line = line
        let body: [GoNode]
        if name.isEmpty {
            body = tree.main
        } else {
            guard let nodes = tree.definitions[name] else {
                throw problem("the template \"\(name)\" is not defined.")
            }
            body = nodes
        }
        let value = try argument.map { (pipeline) throws(ChatError) in
            try evaluate(pipeline, dot)
        }
        let outside = variables
        variables = [Variable(name: "$", value: value ?? .nothing)]
        _ = try run(body, value ?? .nothing)
        variables = outside
    }

    // MARK: Range

    private func run(_ range: GoRange, _ dot: GoValue) throws(ChatError) -> Flow {
        let known = variables.count
        defer { variables.removeLast(variables.count - known) }
        let sequence = try evaluate(range.sequence, dot)
        var isEmpty = true
        switch sequence {
        case .nothing, .null: break
        case .list(let list):
            for (position, element) in list.elements.enumerated() {
                isEmpty = false
                if try !turn(range, .integer(position), element) { break }
            }
        case .map(let map):
            for entry in map.entries {
                isEmpty = false
                if try !turn(range, .text(entry.key), entry.value) { break }
            }
        case .integer(let count):
            guard range.sequence.variables.count < 2 else {
                throw problem("a range over a number has one variable.")
            }
            for number in 0..<max(0, count) {
                isEmpty = false
                if try !turn(range, .nothing, .integer(number)) { break }
            }
        default: throw problem("\(sequence.typeName) cannot be gone through by \"range\".")
        }
        return isEmpty ? try run(range.otherwise, dot) : .next
    }

    /// One turn of a loop; false when it is the last.
    private func turn(
        _ range: GoRange,
        _ index: GoValue,
        _ element: GoValue
    ) throws(ChatError) -> Bool {
        try charge()
        let names = range.sequence.variables
        let known = variables.count
        for (name, value) in zip(names, names.count == 1 ? [element] : [index, element]) {
            if range.sequence.isAssignment {
                try assign(name, value)
            } else if let place = variables.lastIndex(where: { $0.name == name }) {
                variables[place].value = value
            }
        }
        let flow = try run(range.body, element)
        variables.removeLast(variables.count - known)
        return flow != .breakLoop
    }

    // MARK: Variables

    private func assign(_ name: String, _ value: GoValue) throws(ChatError) {
        guard let place = variables.lastIndex(where: { $0.name == name }) else {
            throw problem("the variable \"\(name)\" is not declared.")
        }
        variables[place].value = value
    }

    func value(of name: String) throws(ChatError) -> GoValue {
        guard let variable = variables.last(where: { $0.name == name }) else {
            throw problem("the variable \"\(name)\" is not declared.")
        }
        return variable.value
    }

    // MARK: Pipelines

    /// The value of a pipeline; its variables get it too.
    func evaluate(_ pipeline: GoPipeline, _ dot: GoValue) throws(ChatError) -> GoValue {
        try nested { () throws(ChatError) in
            line = pipeline.line
            var value: GoValue?
            for command in pipeline.commands {
                value = try evaluate(command, dot, piped: value)
                if case .null = value { value = GoValue.nothing }
            }
            let result = value ?? .nothing
            for name in pipeline.variables {
                if pipeline.isAssignment {
                    try assign(name, result)
                } else {
                    variables.append(Variable(name: name, value: result))
                }
            }
            return result
        }
    }

    /// The value of a call.
    func call(
        _ function: GoFunction,
        _ operands: [GoOperand],
        piped: GoValue?,
        _ dot: GoValue
    ) throws(ChatError) -> GoValue {
        guard function.arity.contains(operands.count + (piped == nil ? 0 : 1)) else {
            throw problem("wrong number of arguments for \"\(function)\".")
        }
        if function == .and || function == .or {
            var value = GoValue.nothing
            for operand in operands {
                value = try evaluate(operand, dot)
                if value.isTrue == (function == .or) { return value }
            }
            return piped ?? value
        }
        var arguments: [GoValue] = []
        for operand in operands { arguments.append(try evaluate(operand, dot)) }
        if let piped { arguments.append(piped) }
        for case .text(let text) in arguments { try charge(bytes: text.utf8.count) }
        do throws(GoFailure) {
            let limit = limits.bytes
            let value = try GoFunctions.call(function, arguments, date: date, limit: limit)
            if case .text(let text) = value { try chargeText(text) }
            return value
        } catch {
            let text = "\"\(function)\" fails: \(error.problem)."
            throw ChatError(error.isLimit ? .limit : .evaluation, line: line, text)
        }
    }

    private func chargeText(_ text: String) throws(GoFailure) {
        remainingSteps -= text.utf8.count >> 6
        guard text.utf8.count <= limits.bytes else { throw GoFailure.tooLarge }
    }

    /// The value of an operand that stands alone.
    func evaluate(_ operand: GoOperand, _ dot: GoValue) throws(ChatError) -> GoValue {
        try charge()
        return switch operand {
        case .dot: dot
        case .absent: .nothing
        case .constant(let value): value
        case .field(let names): try fields(names, of: dot)
        case .variable(let name, let names): try fields(names, of: value(of: name))
        case .function(let function): try call(function, [], piped: nil, dot)
        case .pipeline(let pipeline): try evaluate(pipeline, dot)
        case .chain(let operand, let names): try fields(names, of: evaluate(operand, dot))
        }
    }

    private func evaluate(
        _ command: GoCommand,
        _ dot: GoValue,
        piped: GoValue?
    ) throws(ChatError) -> GoValue {
        if case .function(let function) = command.first {
            try charge()
            return try call(function, command.arguments, piped: piped, dot)
        }
        guard command.arguments.isEmpty, piped == nil else {
            throw problem("arguments stand behind something that is no function.")
        }
        if case .absent = command.first { throw problem("nil is not a command.") }
        return try evaluate(command.first, dot)
    }

    // MARK: Fields

    private func fields(_ names: [String], of value: GoValue) throws(ChatError) -> GoValue {
        var value = value
        for name in names {
            switch value {
            case .nothing: break
            case .null: throw problem("\".\(name)\" is asked of nothing.")
            case .map(let map): value = map[name] ?? .null
            case .record(let record):
                guard let field = record[name] else {
                    throw problem("\(record.typeName) has no field \".\(name)\".")
                }
                value = field
            default: throw problem("\(value.typeName) has no field \".\(name)\".")
            }
        }
        return value
    }
}
