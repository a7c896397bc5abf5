/// The smallest automaton for the same language, in a form that depends on the language only.
extension ScalarAutomaton {
    func minimized() -> ScalarAutomaton {
        var refinement = PartitionRefinement(
            classCount: alphabet.classCount,
            table: table,
            accepting: accepting
        )
        return quotient(refinement.run())
    }

    /// One state for every block of states that is reached; the last block is that of dead states.
    private func quotient(_ blocks: [Int]) -> ScalarAutomaton {
        let deadBlock = blocks[stateCount]
        var member: [Int: Int] = [:]
        for state in 0..<stateCount where member[blocks[state]] == nil {
            member[blocks[state]] = state
        }
        guard blocks[0] != deadBlock else { return .nothing }
        let target = { (block: Int, classIndex: Int) -> Int in
            let next = self.target(member[block] ?? 0, classIndex)
            return next == Self.dead ? deadBlock : blocks[Int(next)]
        }
        let (alphabet, classes) = mergedAlphabet(blocks, Array(member.values), deadBlock)
        var order = [blocks[0]]
        var numbers = [blocks[0]: Int32(0), deadBlock: Self.dead]
        var table: [Int32] = []
        var place = 0
        while place < order.count {
            for classIndex in classes {
                let next = target(order[place], classIndex)
                let number = numbers[next] ?? Int32(order.count)
                if Int(number) == order.count {
                    numbers[next] = number
                    order.append(next)
                }
                table.append(number)
            }
            place += 1
        }
        return ScalarAutomaton(
            alphabet: alphabet,
            table: table,
            accepting: order.map { accepting[member[$0] ?? 0] }
        )
    }

    /// The alphabet without distinctions that no state makes, and one old class for each new one.
    private func mergedAlphabet(
        _ blocks: [Int],
        _ states: [Int],
        _ deadBlock: Int
    ) -> (ScalarAlphabet, [Int]) {
        var numbers: [[Int]: Int] = [:]
        var merged: [Int] = []
        for classIndex in 0..<alphabet.classCount {
            let column = states.map { state in
                let next = target(state, classIndex)
                return next == Self.dead ? deadBlock : blocks[Int(next)]
            }
            let number = numbers[column] ?? numbers.count
            numbers[column] = number
            merged.append(number)
        }
        let result = alphabet.merged(merged)
        var representatives = [Int](repeating: 0, count: result.classCount)
        for segment in alphabet.segments where segment.classIndex >= 0 {
            representatives[result.classIndex(segment.start)] = segment.classIndex
        }
        return (result, representatives)
    }
}
