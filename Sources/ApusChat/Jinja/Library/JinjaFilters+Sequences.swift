extension JinjaFilters {
    /// Filters that work on several items.
    static let sequences: [String: JinjaFilter] = [
        "list": JinjaFilter { filters, value, _ throws(ChatError) in
            try filters.interpreter.list(filters.interpreter.items(of: value))
        },
        "first": JinjaFilter { filters, value, _ throws(ChatError) in
            if case .object(let object) = value, let iterator = object as? JinjaIterator {
                return iterator.takeFirst() ?? nothing("first")
            }
            return try filters.interpreter.items(of: value).first ?? nothing("first")
        },
        "last": JinjaFilter { filters, value, _ throws(ChatError) in
            if case .object = value {
                throw filters.interpreter.problem("'\(value.typeName)' object is not reversible.")
            }
            return try filters.interpreter.items(of: value).last ?? nothing("last")
        },
        "reverse": JinjaFilter { filters, value, _ throws(ChatError) in
            let items = try filters.interpreter.items(of: value)
            if case .string(let text) = value {
                var reversed = String.UnicodeScalarView()
                reversed.append(contentsOf: text.unicodeScalars.reversed())
                return .string(String(reversed))
            }
            return filters.iterator(items.reversed())
        },
        "join": JinjaFilter(["d", "attribute"], join),
        "items": JinjaFilter { filters, value, _ throws(ChatError) in
            switch value {
            case .undefined: return filters.iterator([])
            case .mapping(let mapping): return filters.iterator(mapping.items)
            default: throw filters.interpreter.problem("can only get item pairs from a mapping.")
            }
        },
        "attr": JinjaFilter(["name"]) { filters, value, bound throws(ChatError) in
            let name = try filters.text(bound.required("name"))
            if case .mapping = value, !JinjaMethods.exists(name, on: value) {
                return .undefined("'dict object' has no attribute '\(name)'")
            }
            return try filters.interpreter.attribute(name, of: value)
        },
        "sort": JinjaFilter(["reverse", "case_sensitive", "attribute"], sort),
        "dictsort": JinjaFilter(["case_sensitive", "by", "reverse"], sortMapping),
        "unique": JinjaFilter(["case_sensitive", "attribute"], unique),
        "min": JinjaFilter(["case_sensitive", "attribute"]) {
            filters,
            value,
            bound throws(ChatError) in
            try filters.extreme(value, bound, isMaximum: false)
        },
        "max": JinjaFilter(["case_sensitive", "attribute"]) {
            filters,
            value,
            bound throws(ChatError) in
            try filters.extreme(value, bound, isMaximum: true)
        },
        "sum": JinjaFilter(["attribute", "start"], sum),
        "groupby": JinjaFilter(["attribute", "default", "case_sensitive"], group),
        "batch": JinjaFilter(["linecount", "fill_with"], batch),
        "slice": JinjaFilter(["slices", "fill_with"], slice),
    ]

    private static func nothing(_ what: String) -> JinjaValue {
        .undefined("no \(what) item, sequence was empty")
    }

    private func iterator(_ items: [JinjaValue]) -> JinjaValue {
        interpreter.object(JinjaIterator(items))
    }

    /// What a dotted attribute of an item is; the item itself when there is no attribute.
    private func part(
        _ item: JinjaValue,
        _ attribute: JinjaValue?,
        default fallback: JinjaValue? = nil
    ) throws(ChatError) -> JinjaValue {
        let keys: [JinjaValue]
        switch attribute {
        case nil, .some(.none): return item
        case .integer: keys = [attribute ?? .none]
        case .some(let path):
            keys = TextSearch.split(path.text, ".").map { name in
                Int(name).map { .integer($0) } ?? .string(name)
            }
        }
        var value = item
        for key in keys {
            value = try interpreter.item(value, key)
            if value.isUndefined, let fallback { value = fallback }
        }
        return value
    }

    private static func folded(_ value: JinjaValue, _ isCaseSensitive: Bool) -> JinjaValue {
        guard case .string(let text) = value, !isCaseSensitive else { return value }
        return .string(text.lowercased())
    }

    private static let join: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let separator =
            try bound["d"].map { value throws(ChatError) in try filters.text(value) } ?? ""
        var texts: [String] = []
        var size = 0
        for item in try filters.interpreter.items(of: value) {
            let text = try filters.text(filters.part(item, bound["attribute"]))
            size += text.utf8.count + separator.utf8.count
            try filters.interpreter.charge(
                bytes: size > filters.interpreter.maximumBytes ? size : 0
            )
            texts.append(text)
        }
        try filters.interpreter.charge(bytes: size)
        return .string(texts.joined(separator: separator))
    }

    // MARK: Order

    /// Items in order of their keys, equal ones as they stood.
    private func sorted(
        _ items: [JinjaValue],
        _ keys: [JinjaValue],
        descending: Bool
    ) throws(ChatError) -> [JinjaValue] {
        var order = Array(items.indices)
        var width = 1
        // A merge sort from the bottom up: stable, and free to throw.
        while width < order.count {
            var merged: [Int] = []
            merged.reserveCapacity(order.count)
            for start in stride(from: 0, to: order.count, by: 2 * width) {
                let middle = min(start + width, order.count)
                var left = order[start..<middle]
                var right = order[middle..<min(start + 2 * width, order.count)]
                while let first = left.first, let second = right.first {
                    let takesSecond =
                        descending
                        ? try precedes(keys[first], keys[second])
                        : try precedes(keys[second], keys[first])
                    merged.append(takesSecond ? right.removeFirst() : left.removeFirst())
                }
                merged += left + right
            }
            order = merged
            width *= 2
        }
        return order.map { items[$0] }
    }

    private func precedes(_ left: JinjaValue, _ right: JinjaValue) throws(ChatError) -> Bool {
        try interpreter.compare(.less, left, right)
    }

    private static let sort: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let items = try filters.interpreter.items(of: value)
        let isCaseSensitive = bound.isTrue("case_sensitive")
        var attributes: [JinjaValue?] = [bound["attribute"]]
        if case .string(let text)? = bound["attribute"] {
            attributes = TextSearch.split(text, ",").map { .string($0) }
        }
        var keys: [JinjaValue] = []
        for item in items {
            var parts: [JinjaValue] = []
            for attribute in attributes {
                parts.append(folded(try filters.part(item, attribute), isCaseSensitive))
            }
            keys.append(.tuple(parts))
        }
        return try filters.interpreter.list(
            filters.sorted(items, keys, descending: bound.isTrue("reverse"))
        )
    }

    private static let sortMapping: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        guard case .mapping(let mapping) = value else {
            throw filters.interpreter.problem("'dictsort' needs a mapping.")
        }
        let isCaseSensitive = bound.isTrue("case_sensitive")
        let by = try bound.string("by") ?? "key"
        guard by == "key" || by == "value" else {
            throw filters.interpreter.problem("you can only sort by either \"key\" or \"value\".")
        }
        let keys = (by == "key" ? mapping.keys : mapping.values).map { folded($0, isCaseSensitive) }
        return try filters.interpreter.list(
            filters.sorted(mapping.items, keys, descending: bound.isTrue("reverse"))
        )
    }

    private func extreme(
        _ value: JinjaValue,
        _ bound: JinjaBound,
        isMaximum: Bool
    ) throws(ChatError) -> JinjaValue {
        var best: (item: JinjaValue, key: JinjaValue)?
        for item in try interpreter.items(of: value) {
            let key = Self.folded(
                try part(item, bound["attribute"]),
                bound.isTrue("case_sensitive")
            )
            if let current = best {
                let isBetter =
                    isMaximum ? try precedes(current.key, key) : try precedes(key, current.key)
                guard isBetter else { continue }
            }
            best = (item, key)
        }
        return best?.item ?? .undefined("no aggregated item, sequence was empty")
    }

    private static let unique: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        var seen: Set<JinjaMapping.Key> = []
        var items: [JinjaValue] = []
        for item in try filters.interpreter.items(of: value) {
            let key = folded(
                try filters.part(item, bound["attribute"]),
                bound.isTrue("case_sensitive")
            )
            try filters.interpreter.charge(bytes: key.extent.weight)
            let isNew = seen.insert(
                try JinjaMapping.Key(key, line: filters.interpreter.line)
            ).inserted
            if isNew { items.append(item) }
        }
        return filters.iterator(items)
    }

    private static let sum: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        var total = bound["start"] ?? .integer(0)
        for item in try filters.interpreter.items(of: value) {
            total = try filters.interpreter.compute(
                .add,
                total,
                filters.part(item, bound["attribute"])
            )
        }
        return total
    }

    private static let group: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let items = try filters.interpreter.items(of: value)
        let attribute = try bound.required("attribute")
        var keys: [JinjaValue] = []
        for item in items {
            keys.append(try filters.part(item, attribute, default: bound["default"]))
        }
        let isCaseSensitive = bound.isTrue("case_sensitive")
        let pairs = zip(keys, items).map { JinjaValue.tuple([$0, $1]) }
        let order = try filters.sorted(
            pairs,
            keys.map { folded($0, isCaseSensitive) },
            descending: false
        )
        var groups: [(key: JinjaValue, items: [JinjaValue])] = []
        for case .sequence(let pair) in order {
            let key = pair.items[0]
            if let last = groups.last,
                JinjaValue.equal(folded(last.key, isCaseSensitive), folded(key, isCaseSensitive))
            {
                groups[groups.count - 1].items.append(pair.items[1])
            } else {
                groups.append((key, [pair.items[1]]))
            }
        }
        return try filters.interpreter.list(groups.map { .tuple([$0.key, .list($0.items)]) })
    }

    private static let batch: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let items = try filters.interpreter.items(of: value)
        guard let width = try bound.integer("linecount"), width > 0 else {
            throw filters.interpreter.problem("'batch' needs a positive count.")
        }
        var batches: [JinjaValue] = []
        for start in stride(from: 0, to: items.count, by: min(width, items.count + 1)) {
            var batch = Array(
                items[start..<(width < items.count - start ? start + width : items.count)]
            )
            if let filler = bound["fill_with"], filler.isDefinedAndNotNone, batch.count < width {
                try filters.interpreter.charge(
                    width,
                    times: MemoryLayout<JinjaValue>.stride
                )
                batch += Array(repeating: filler, count: width - batch.count)
            }
            batches.append(try filters.interpreter.list(batch))
        }
        return filters.iterator(batches)
    }

    private static let slice: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let items = try filters.interpreter.items(of: value)
        guard let count = try bound.integer("slices"), count > 0 else {
            throw filters.interpreter.problem("'slice' needs a positive count.")
        }
        try filters.interpreter.charge(count, times: MemoryLayout<JinjaValue>.stride)
        let (width, rest) = items.count.quotientAndRemainder(dividingBy: count)
        var slices: [JinjaValue] = []
        var start = 0
        for position in 0..<count {
            let end = start + width + (position < rest ? 1 : 0)
            var slice = Array(items[start..<end])
            if let filler = bound["fill_with"], filler.isDefinedAndNotNone, position >= rest {
                slice.append(filler)
            }
            slices.append(.list(slice))
            start = end
        }
        return filters.iterator(slices)
    }

    // MARK: Filters that apply filters and tests

    func map(
        _ value: JinjaValue,
        _ call: JinjaCall,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        let items = value.isTrue ? try interpreter.items(of: value) : []
        var results: [JinjaValue] = []
        if let name = call.positional.first {
            let rest = JinjaCall(
                positional: Array(call.positional.dropFirst()),
                named: call.named
            )
            let filter = try text(name)
            for item in items {
                try interpreter.charge()
                try interpreter.enter()
                defer { interpreter.leave() }
                results.append(try apply(filter, to: item, rest, scope))
            }
        } else {
            let bound = try interpreter.bind(call, ["attribute", "default"], of: "map")
            let attribute = try bound.required("attribute")
            for item in items {
                try interpreter.charge()
                results.append(try part(item, attribute, default: bound["default"]))
            }
        }
        _ = try interpreter.checked(.list(results))
        return iterator(results)
    }

    func select(
        _ name: String,
        _ value: JinjaValue,
        _ call: JinjaCall,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        var arguments = call.positional[...]
        let attribute = name.hasSuffix("attr") ? arguments.popFirst() : nil
        if name.hasSuffix("attr"), attribute == nil {
            throw interpreter.problem("'\(name)' needs the name of an attribute.")
        }
        let test = try arguments.popFirst().map { value throws(ChatError) in try text(value) }
        let wanted = name.hasPrefix("select")
        var chosen: [JinjaValue] = []
        for item in value.isTrue ? try interpreter.items(of: value) : [] {
            try interpreter.charge()
            let tested = try part(item, attribute)
            let holds =
                try test.map { name throws(ChatError) in
                    try JinjaTests(interpreter).check(name, tested, Array(arguments))
                } ?? tested.isTrue
            if holds == wanted { chosen.append(item) }
        }
        return iterator(chosen)
    }
}

extension JinjaValue {
    fileprivate var isDefinedAndNotNone: Bool {
        switch self {
        case .none, .undefined: false
        default: true
        }
    }
}
