/// Looks through the tree of a template.
enum GoTreeSearch {
    /// Names of all fields and variables, in lower case, wherever they stand.
    static func names(in tree: GoTree) -> Set<String> {
        var names: Set<String> = []
        for nodes in [tree.main] + Array(tree.definitions.values) {
            visit(nodes) { name in names.insert(name.lowercased()) }
        }
        return names
    }

    /// Whether a pipeline reads a field of this name.
    static func reads(_ field: String, _ pipeline: GoPipeline) -> Bool {
        var isFound = false
        visit(pipeline) { isFound = isFound || $0 == field }
        return isFound
    }

    private static func visit(_ nodes: [GoNode], _ found: (String) -> Void) {
        for node in nodes {
            switch node {
            case .action(let pipeline): visit(pipeline, found)
            case .branch(let branch):
                for arm in branch.arms {
                    visit(arm.condition, found)
                    visit(arm.body, found)
                }
                visit(branch.otherwise, found)
            case .range(let range):
                visit(range.sequence, found)
                visit(range.body, found)
                visit(range.otherwise, found)
            case .template(_, let argument, _): if let argument { visit(argument, found) }
            case .text, .breakLoop, .continueLoop: break
            }
        }
    }

    private static func visit(_ pipeline: GoPipeline, _ found: (String) -> Void) {
        for command in pipeline.commands {
            for operand in [command.first] + command.arguments { visit(operand, found) }
        }
    }

    private static func visit(_ operand: GoOperand, _ found: (String) -> Void) {
        switch operand {
        case .field(let names): names.forEach(found)
        case .variable(let name, let names):
            found(name)
            names.forEach(found)
        case .pipeline(let pipeline): visit(pipeline, found)
        case .chain(let operand, let names):
            visit(operand, found)
            names.forEach(found)
        case .dot, .absent, .constant, .function: break
        }
    }

    // MARK: Cutting

    /// The nodes up to and with the first action that prints `.Response`.
    static func upToResponse(_ nodes: [GoNode]) -> [GoNode] { cut(nodes).nodes }

    private static func cut(_ nodes: [GoNode]) -> (nodes: [GoNode], isCut: Bool) {
        var kept: [GoNode] = []
        for node in nodes {
            let (node, isCut) = cut(node)
            kept.append(node)
            if isCut { return (kept, true) }
        }
        return (kept, false)
    }

    private static func cut(_ node: GoNode) -> (node: GoNode, isCut: Bool) {
        switch node {
        case .action(let pipeline): return (node, reads("Response", pipeline))
        case .branch(var branch):
            for position in branch.arms.indices {
                let (body, isCut) = cut(branch.arms[position].body)
                branch.arms[position].body = body
                if isCut {
                    // Arms behind this one would come after `.Response`.
                    let later = branch.arms.indices.dropFirst(position + 1)
                    for position in later { branch.arms[position].body = [] }
                    branch.otherwise = []
                    return (.branch(branch), true)
                }
            }
            let (otherwise, isCut) = cut(branch.otherwise)
            branch.otherwise = otherwise
            return (.branch(branch), isCut)
        case .range(var range):
            let (body, isCut) = cut(range.body)
            range.body = body
            guard !isCut else {
                range.otherwise = []
                return (.range(range), true)
            }
            let (otherwise, isElseCut) = cut(range.otherwise)
            range.otherwise = otherwise
            return (.range(range), isElseCut)
        default: return (node, false)
        }
    }
}
