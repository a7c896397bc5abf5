import Testing

@testable import ApusInference

/// Stop texts are found wherever the pieces are cut, and nothing else is lost.
@Suite struct StopMatcherTests {
    static let cases: [(text: String, stops: [String], before: String, stop: String?)] = [
        ("hello world", ["wor"], "hello ", "wor"),
        ("aaab", ["aab"], "a", "aab"),
        ("no stop", ["xyz", "stopper"], "no stop", nil),
        ("ends with sto", ["stop"], "ends with sto", nil),
        ("two stops", ["ops", "stop"], "two ", "stop"),
        ("déjà vu", ["à v"], "déj", "à v"),
        ("anything", [""], "anything", nil),
        ("", ["a"], "", nil),
        ("ab", ["abcd", "b"], "a", "b"),
    ]

    @Test(arguments: cases)
    func everyCutGivesTheSame(
        test: (text: String, stops: [String], before: String, stop: String?)
    ) {
        let characters = Array(test.text)
        for size in 1...max(1, characters.count) {
            var matcher = StopMatcher(test.stops)
            var text = ""
            var stop: String?
            for start in stride(from: 0, to: characters.count, by: size) where stop == nil {
                let piece = String(characters[start..<min(start + size, characters.count)])
                let (free, found) = matcher.feed(piece)
                text += free
                stop = found
            }
            if stop == nil {
                let (rest, found) = matcher.finish()
                text += rest
                stop = found
            }
            #expect(text == test.before, "pieces of \(size)")
            #expect(stop == test.stop, "pieces of \(size)")
        }
    }
}
