/// Counts who uses each page of the KV cache.
///
/// A page without users is free.
struct PagePool {
    /// Users of each page: [pages].
    private var users: [Int32]
    /// Free pages, the next to be handed out last.
    private var free: [Int32]

    init(pages: Int) {
        users = Array(repeating: 0, count: pages)
        free = (0..<Int32(pages)).reversed()
    }

    /// How many pages have no user.
    var freeCount: Int { free.count }

    /// A free page, now with one user, or nil when there is none.
    mutating func allocate() -> Int32? {
        guard let page = free.popLast() else { return nil }
        users[Int(page)] = 1
        return page
    }

    /// Adds a user to a page that has some.
    mutating func retain(_ page: Int32) {
        precondition(users[Int(page)] > 0, "page \(page) is free")
        users[Int(page)] += 1
    }

    /// Takes a user off; the last one frees the page.
    mutating func release(_ page: Int32) {
        precondition(users[Int(page)] > 0, "page \(page) is free")
        users[Int(page)] -= 1
        if users[Int(page)] == 0 { free.append(page) }
    }

    /// Number of users of a page.
    func userCount(of page: Int32) -> Int { Int(users[Int(page)]) }

    /// Traps unless the free list holds exactly the pages without users.
    func checkInvariants() {
        precondition(Set(free).count == free.count, "a page is free twice")
        precondition(
            free.count == users.count { $0 == 0 } && free.allSatisfy { users[Int($0)] == 0 },
            "the free list and the counts of users disagree"
        )
    }
}
