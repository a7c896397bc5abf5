import Testing

@testable import ApusTokenizers

@Suite struct TableTests {
    private static let words = ["a", "ab", "abc", "b", "", "ab", "中", "中文", "z\u{0}", "abcdefgh"]

    @Test func indexFindsTheFirstOfEqualStrings() {
        var index = TextIndex(capacity: 2, bytes: 2)
        for word in Self.words { index.append(word.utf8) }
        for word in Self.words where !word.isEmpty {
            #expect(index.id(of: word) == Self.words.firstIndex(of: word).map(Int32.init))
        }
        #expect(index.id(of: "") == nil)
        #expect(index.id(of: "abcd") == nil)
        #expect(index.id(of: "abcdefghi") == nil)
        #expect(index.count == Self.words.count)
    }

    @Test func indexGrowsPastItsCapacity() {
        var index = TextIndex(capacity: 1, bytes: 1)
        for value in 0..<5000 { index.append(String(value).utf8, findable: value % 7 != 0) }
        for value in 0..<5000 {
            #expect(index.id(of: String(value)) == (value % 7 == 0 ? nil : Int32(value)))
        }
    }

    @Test func trieMatchesTheLongest() {
        var strings = ByteStrings()
        for word in Self.words { strings.append(word.utf8) }
        let trie = ByteTrie(strings, ids: Int32(0)..<Int32(Self.words.count))
        func longest(_ text: String) -> String? {
            let bytes = Array(text.utf8)
            return trie.longestMatch(bytes, 0, bytes.count).map { Self.words[Int($0.id)] }
        }
        #expect(longest("abcdefgx") == "abc")
        #expect(longest("abcdefgh") == "abcdefgh")
        #expect(longest("abx") == "ab")
        #expect(longest("中国") == "中")
        #expect(longest("中文") == "中文")
        #expect(longest("c") == nil)
        #expect(longest("") == nil)
        #expect(ByteTrie(strings, ids: [4]).isEmpty)
    }

    @Test func decompositionsLeaveTheBases() {
        func bases(_ scalar: Unicode.Scalar) -> String {
            String(String.UnicodeScalarView(CanonicalBases.bases(of: scalar)))
        }
        #expect(bases("é") == "e")
        #expect(bases("ǖ") == "u")
        #expect(bases("\u{301}") == "")
        #expect(bases("x") == "x")
        #expect(bases("한").unicodeScalars.map(\.value) == [0x1112, 0x1161, 0x11AB])
        #expect(bases("가").unicodeScalars.map(\.value) == [0x1100, 0x1161])
        #expect(bases("\u{F900}") == "\u{8C48}")
    }
}
