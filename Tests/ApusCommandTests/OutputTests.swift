import Testing

@testable import apus

struct DisplayWidthTests {
    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("日", 2), ("ｱ", 1), ("Ａ", 2), ("한", 2),
        ("\u{1112}\u{1161}\u{11AB}", 2), ("👍🏽", 2), ("❤\u{FE0F}", 2), ("❤", 1), ("🇫🇷", 2),
        ("👨‍👩‍👧", 2), ("\u{200B}", 0), ("\u{7}", 0), ("…", 1), ("⠋", 1), ("▕", 1),
    ])
    func columns(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }
}

struct WordWrapTests {
    /// What is seen of `text` on a terminal, streamed in pieces.
    private func shown(_ text: String, width: Int, pieces: Int) -> [String] {
        var wrap = WordWrap(width: width)
        var screen = ScreenModel(width: width)
        let characters = Array(text)
        for start in stride(from: 0, to: characters.count, by: pieces) {
            let end = min(start + pieces, characters.count)
            screen.write(wrap.append(String(characters[start..<end])))
        }
        return screen.rows
    }

    @Test(arguments: 1...7) func wordsStayWhole(pieces: Int) {
        let text = "The quick brown fox jumps over the lazy dog.\n\nIndeed it does."
        let rows = ["The quick brown", "fox jumps over", "the lazy dog.", "", "Indeed it does."]
        #expect(shown(text, width: 20, pieces: pieces) == rows)
    }

    @Test func longWordsAreBroken() {
        #expect(
            shown("a aaaaabbbbbcccccddddd e", width: 20, pieces: 3)
                == ["a", "aaaaabbbbbccccc", "ddddd e"]
        )
    }

    @Test func scriptsWithoutSpacesBreakAnywhere() {
        #expect(shown("日本語日本語日本語", width: 15, pieces: 2) == ["日本語日本", "語日本語"])
    }
}

struct AnswerTextTests {
    @Test func reasoningStandsBetweenMarks() {
        var text = AnswerText(AnswerText.Appearance())
        let shown =
            text.thinking("Let me ") + text.thinking("see.") + text.content("Four")
            + text.content(".") + text.finish()
        #expect(shown == "Thinking...\nLet me see.\n...done thinking.\n\nFour.")
    }

    @Test func reasoningIsGreyOnATerminal() {
        var text = AnswerText(AnswerText.Appearance(isColoured: true))
        let shown = text.thinking("Hm.\n") + text.finish()
        let (grey, bold, plain) = (TextStyle.grey, TextStyle.bold, TextStyle.plain)
        #expect(
            shown == grey + bold + "Thinking...\n" + plain + grey + "Hm.\n"
                + grey + bold + "...done thinking.\n\n" + plain
        )
    }

    @Test func hiddenReasoningLeavesNoTrace() {
        var text = AnswerText(AnswerText.Appearance(hidesThinking: true))
        #expect(text.thinking("Hm.") + text.content("Yes.") + text.finish() == "Yes.")
    }
}

struct TableTests {
    @Test func columnsAreAlignedByWhatIsSeen() {
        let table = Table(headers: ["NAME", "ID"], rows: [["日本", "1"], ["a", "22"], ["b", ""]])
        #expect(table.text == "NAME    ID\n日本    1\na       22\nb\n")
    }
}

struct ProgressLinesTests {
    private func line(_ reports: [(second: Int, completed: Int64)]) -> String {
        var lines = ProgressLines()
        let start = ContinuousClock.now
        for report in reports {
            _ = lines.report(
                "pulling abc",
                digest: "sha256:abc",
                completed: report.completed,
                total: 1_000_000_000,
                at: start + .seconds(report.second)
            )
        }
        return lines.lines(width: 100, tick: 0)[0]
    }

    @Test func runningStepsShowSpeedAndTimeLeft() {
        let text = line([(0, 0), (1, 10_000_000), (2, 20_000_000)])
        #expect(text.hasPrefix("pulling abc   2% ▕"), "\(text)")
        #expect(text.contains("20 MB/1 GB"), "\(text)")
        #expect(text.contains("10 MB/s"), "\(text)")
        #expect(text.hasSuffix("1m38s"), "\(text)")
        #expect(DisplayWidth.of(text) < 100)
    }

    @Test func whatAnEarlierAttemptLeftIsNoSpeed() {
        let text = line([(0, 900_000_000), (10, 910_000_000)])
        #expect(text.contains("  1 MB/s"), "\(text)")
        #expect(text.hasSuffix("1m30s"), "\(text)")
    }

    @Test func onlyTheLastSecondsCount() {
        let text = line((0...30).map { ($0, Int64($0 < 20 ? 0 : ($0 - 19) * 5_000_000)) })
        #expect(text.contains("  5 MB/s"), "\(text)")
    }

    @Test(arguments: [Int64.min, -1, 0, 1_000_000_000, .max])
    func amountsThatCannotBeAreShownSomehow(_ completed: Int64) {
        #expect(DisplayWidth.of(line([(0, 0), (1, completed), (2, completed)])) <= 100)
    }

    @Test func finishedStepsShowTheirSize() {
        #expect(line([(0, 0), (2, 1_000_000_000)]).hasSuffix("▏ 1 GB"))
    }
}
