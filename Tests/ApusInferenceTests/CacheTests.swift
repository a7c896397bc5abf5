import TestSupport
import Testing

@testable import ApusInference

/// The books of the cache: every page is free, in the tree, or with a sequence, and counted so.
@Suite struct CacheTests {
    @Test func claimFindsTheLongestFullPagesAndNoMore() {
        var pool = PagePool(pages: 8)
        var tree = PrefixTree()
        let tokens = (0..<100).map { Int32($0) }
        let pages = (0..<3).compactMap { _ in pool.allocate() }
        tree.insert(tokens, pages: pages, pool: &pool)
        #expect(tree.count == 3)
        #expect({ tree.claim(tokens, limit: 99, pool: &pool) }() == pages)
        #expect({ tree.claim(tokens, limit: 95, pool: &pool) }() == Array(pages[..<2]))
        #expect({ tree.claim([9] + tokens, limit: 99, pool: &pool) }().isEmpty)
        pool.checkInvariants()
        tree.checkInvariants()
    }

    @Test func evictionTakesTheOldestUnusedLeafAndNothingInUse() throws {
        var pool = PagePool(pages: 4)
        var tree = PrefixTree()
        let a = Array(repeating: Int32(1), count: 64)
        let b = Array(repeating: Int32(2), count: 32)
        let pages = (0..<3).compactMap { _ in pool.allocate() }
        tree.insert(a, pages: Array(pages[..<2]), pool: &pool)
        tree.insert(b, pages: [pages[2]], pool: &pool)
        for page in pages { pool.release(page) }
        let inUse = tree.claim(b, limit: 32, pool: &pool)
        #expect(inUse == [pages[2]])
        #expect({ tree.evictOne(pool: &pool) }())
        #expect({ tree.claim(a, limit: 64, pool: &pool) }() == [pages[0]])
        pool.release(pages[0])
        #expect({ tree.evictOne(pool: &pool) }())
        #expect(!{ tree.evictOne(pool: &pool) }())
        #expect(pool.freeCount == 3)
        pool.checkInvariants()
        tree.checkInvariants()
    }

    @Test func randomUseKeepsTheBooks() {
        var random = SplitMix64(seed: 5)
        var pool = PagePool(pages: 12)
        var tree = PrefixTree()
        var held: [[Int32]] = []
        for _ in 0..<2_000 {
            let length = Int.random(in: 1...130, using: &random)
            let tokens =
                (0..<length).map { _ in Int32.random(in: 0..<2, using: &random) / 2 }
                + [Int32.random(in: 0..<3, using: &random)]
            var pages = tree.claim(tokens, limit: tokens.count, pool: &pool)
            while pages.count < (tokens.count + 31) / 32 {
                if let page = pool.allocate() {
                    pages.append(page)
                } else if !tree.evictOne(pool: &pool) {
                    break
                }
            }
            tree.insert(tokens, pages: pages, pool: &pool)
            held.append(pages)
            if held.count > 2 { for page in held.removeFirst() { pool.release(page) } }
            pool.checkInvariants()
            tree.checkInvariants()
        }
    }
}
