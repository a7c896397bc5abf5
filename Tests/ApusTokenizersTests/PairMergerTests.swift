import Testing

@testable import ApusTokenizers

@Suite struct PairMergerTests {
    /// Merges by the definition: lowest rank first, leftmost among equals.
    private struct Rules: MergeRules {
        let table: PairTable

        func merge(_ left: Symbol, _ right: Symbol, in text: [UInt8]) -> Merge? {
            table.merge(left.id, right.id)
        }

        func merged(_ ids: [Int32]) -> [Int32] {
            var ids = ids
            while true {
                let merges = zip(ids, ids.dropFirst()).map { table.merge($0, $1) }
                guard let rank = merges.compactMap({ $0?.rank }).min(),
                    let index = merges.firstIndex(where: { $0?.rank == rank }),
                    let merge = merges[index]
                else { return ids }
                ids.replaceSubrange(index...index + 1, with: [merge.result])
            }
        }
    }

    @Test(arguments: [0, 1, 2, 3, 10, 46, 47, 48, 49, 50, 97, 400])
    func mergesAsDefined(count: Int) {
        var state = UInt64(count) &+ 77
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<20 {
            var table = PairTable(capacity: 60)
            for rank in 0..<40 {
                let pair = (Int32(next(6 + rank)), Int32(next(6 + rank)))
                // Some pairs share a rank, as tokens of equal score do.
                table.insert(
                    pair.0,
                    pair.1,
                    Merge(rank: UInt32(rank / (1 + round % 3)), result: Int32(6 + rank))
                )
            }
            let rules = Rules(table: table)
            let ids = (0..<count).map { _ in Int32(next(6)) }
            var merger = PairMerger()
            for (index, id) in ids.enumerated() {
                merger.append(Symbol(id: id, start: index, end: index + 1))
            }
            merger.run(rules, in: [])
            #expect(merger.symbols.map(\.id) == rules.merged(ids))
            #expect(merger.symbols.first?.start ?? 0 == 0)
            #expect(merger.symbols.last?.end ?? count == count)
            #expect(
                zip(merger.symbols, merger.symbols.dropFirst()).allSatisfy { $0.end == $1.start }
            )
        }
    }
}
