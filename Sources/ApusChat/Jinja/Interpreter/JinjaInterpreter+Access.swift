extension JinjaInterpreter {
    /// `value.name`: Python's attribute first, then the item of that name.
    func attribute(_ name: String, of value: JinjaValue) throws(ChatError) -> JinjaValue {
        // The sandbox hides what every Python object has, even what is undefined.
        if name == "__class__" { return missing(name, in: value) }
        try requireDefined(value)
        if let attribute = ownAttribute(name, of: value) { return attribute }
        if case .mapping(let mapping) = value, let item = mapping[name] { return item }
        return missing(name, in: value)
    }

    /// `value[key]`: Python's item first, then the attribute of that name.
    func item(_ value: JinjaValue, _ key: JinjaValue) throws(ChatError) -> JinjaValue {
        try requireDefined(value)
        switch value {
        case .mapping(let mapping):
            if let found = (try? JinjaMapping.Key(key, line: line)).flatMap({ mapping[$0] }) {
                return found
            }
        case .sequence(let sequence) where sequence.kind.isIndexed:
            if let index = key.integerValue {
                let items = sequence.items
                let position = index < 0 ? index + items.count : index
                if items.indices.contains(position) { return items[position] }
            }
        case .string(let text):
            if let index = key.integerValue {
                try charge(bytes: text.utf8.count)
                if let scalar = text.scalar(at: index) { return .string(String(Character(scalar))) }
            }
        default: break
        }
        guard case .string(let name) = key else {
            return .undefined("'\(value.typeName) object' has no element \(key.representation)")
        }
        return ownAttribute(name, of: value) ?? missing(name, in: value)
    }

    private func missing(_ name: String, in value: JinjaValue) -> JinjaValue {
        .undefined("'\(value.typeName) object' has no attribute '\(name)'")
    }

    /// A method or field that Python's type itself has.
    private func ownAttribute(_ name: String, of value: JinjaValue) -> JinjaValue? {
        switch value {
        case .object(let object):
            switch object {
            case let namespace as JinjaNamespace: return namespace.fields[name]
            case let loop as JinjaLoopState: return loop.attribute(name)
            case let cycler as JinjaCycler:
                if name == "current" { return cycler.current }
                return name == "next" || name == "reset" ? .function(.method(value, name)) : nil
            default: return nil
            }
        case .function(.macro(let macro)): return macro.definition.attribute(name)
        case .function(.global("dict")):
            return name == "fromkeys" ? .function(.global("dict.fromkeys")) : nil
        default:
            guard JinjaMethods.exists(name, on: value) else { return nil }
            return .function(.method(value, name))
        }
    }

    // MARK: Slices

    func sliced(
        _ value: JinjaValue,
        _ slice: JinjaSlice,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        let start = try bound(slice.start, scope)
        let stop = try bound(slice.stop, scope)
        let step = try bound(slice.step, scope) ?? 1
        guard step != 0 else { throw problem("slice step cannot be zero.") }
        switch value {
        case .sequence(let sequence) where sequence.kind.isIndexed:
            let items = sequence.items
            let positions = Self.positions(items.count, start, stop, step)
            return try self.sequence(sequence.kind, positions.map { items[$0] })
        case .string(let text):
            try charge(bytes: text.utf8.count * 4)
            let scalars = Array(text.unicodeScalars)
            var result = String.UnicodeScalarView()
            for position in Self.positions(scalars.count, start, stop, step) {
                result.append(scalars[position])
            }
            return .string(String(result))
        default:
            try requireDefined(value)
            throw problem("'\(value.typeName)' object cannot be sliced.")
        }
    }

    private func bound(
        _ expression: JinjaExpression?,
        _ scope: JinjaScope
    ) throws(ChatError) -> Int? {
        guard let expression else { return nil }
        let value = try evaluate(expression, scope)
        if case .none = value { return nil }
        guard let number = value.integerValue else {
            try requireDefined(value)
            throw problem("slice indices must be integers or None.")
        }
        return number
    }

    /// Positions that a slice of `count` items takes, as CPython's `PySlice_AdjustIndices`.
    private static func positions(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
        func clamped(_ bound: Int, _ low: Int, _ high: Int) -> Int {
            min(max(bound < 0 ? bound + count : bound, low), high)
        }
        if step > 0 {
            let first = clamped(start ?? 0, 0, count)
            let end = clamped(stop ?? count, 0, count)
            // Clamped because `stride` would overflow near the largest integers.
            let step = min(step, count + 1)
            return first < end ? Array(stride(from: first, to: end, by: step)) : []
        }
        let first = start.map { clamped($0, -1, count - 1) } ?? count - 1
        let end = stop.map { clamped($0, -1, count - 1) } ?? -1
        return first > end ? Array(stride(from: first, to: end, by: max(step, -count - 1))) : []
    }
}

extension String {
    /// The character at a position counted in code points, from the end when negative.
    fileprivate func scalar(at index: Int) -> Unicode.Scalar? {
        let scalars = unicodeScalars
        if index >= 0 {
            let position = scalars.index(
                scalars.startIndex,
                offsetBy: index,
                limitedBy: scalars.endIndex
            )
            return position.flatMap { $0 < scalars.endIndex ? scalars[$0] : nil }
        }
        let position = scalars.index(
            scalars.endIndex,
            offsetBy: index,
            limitedBy: scalars.startIndex
        )
        return position.map { scalars[$0] }
    }
}
