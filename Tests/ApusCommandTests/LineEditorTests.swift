import Testing

@testable import apus

/// What a person sees and gets who types on a terminal.
private struct Typist {
    var decoder = KeyDecoder()
    var editor: LineEditor
    var screen = LineScreen()
    var terminal: ScreenModel
    var outcomes: [LineEditor.Outcome] = []
    let prompt: LineLayout.Prompt

    init(
        width: Int = 20,
        placeholder: String = "",
        history: [String] = [],
        isComplete: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        terminal = ScreenModel(width: width)
        editor = LineEditor(isComplete: isComplete)
        editor.history = InputHistory(history)
        prompt = LineLayout.Prompt(placeholder: placeholder)
        draw()
    }

    mutating func type(_ text: String) { type(Array(text.utf8)) }

    mutating func type(_ bytes: [UInt8]) {
        for byte in bytes {
            guard let key = decoder.feed(byte) else { continue }
            if let outcome = editor.handle(key) { outcomes.append(outcome) }
            draw()
        }
    }

    private mutating func draw() {
        let layout = LineLayout(editor.buffer, prompt: prompt, width: terminal.width)
        terminal.write(screen.draw(layout, width: terminal.width))
    }

    var cursor: [Int] { [terminal.row, terminal.column] }
}

struct LineEditorTests {
    @Test func typedTextIsShownAndSubmitted() {
        var typist = Typist()
        typist.type("héllo")
        #expect(typist.terminal.rows == [">>> héllo"])
        #expect(typist.cursor == [0, 9])
        typist.type("\r")
        #expect(typist.outcomes == [.submitted("héllo")])
    }

    @Test func placeholderGoesWithTheFirstKey() {
        var typist = Typist(placeholder: "Send a message to it")
        #expect(typist.terminal.rows == [">>> Send a message"])
        #expect(typist.cursor == [0, 4])
        typist.type("a")
        #expect(typist.terminal.rows == [">>> a"])
    }

    @Test(arguments: [
        ("abc\u{1B}[DX", "abXc"), ("abc\u{1}X", "Xabc"), ("abc\u{1}\u{5}X", "abcX"),
        ("abc\u{1B}[H\u{1B}[CX", "aXbc"), ("abc\u{1B}OH\u{1B}OFX", "abcX"),
        ("one two\u{17}X", "one X"), ("one two\u{1B}bX", "one Xtwo"),
        ("one two\u{1B}[1;5D\u{1B}[1;5DX\u{1B}fY", "XoneY two"), ("abc\u{15}X", "X"),
        ("abc\u{2}\u{2}\u{B}X", "aX"), ("abc\u{2}\u{4}X", "abX"), ("abc\u{1B}[D\u{1B}[3~", "ab"),
        ("abc\u{7F}\u{8}", "a"), ("one two\u{17}\u{1}\u{19}", "twoone "), ("a\u{1B}[99;99zb", "ab"),
        ("a\tb", "a    b"),
    ])
    func keysEdit(keys: String, text: String) {
        var typist = Typist(width: 40)
        typist.type(keys)
        #expect(typist.editor.buffer.text == text)
        #expect(typist.terminal.rows == [">>> " + text].map { $0.trimmingEnd() })
    }

    @Test func longTextGoesOnInTheNextRow() {
        var typist = Typist(width: 10)
        typist.type("abcdefgh")
        #expect(typist.terminal.rows == [">>> abcdef", "gh"])
        #expect(typist.cursor == [1, 2])
        typist.type("\u{1}")
        #expect(typist.cursor == [0, 4])
        typist.type("\u{4}\u{4}\u{4}")
        #expect(typist.terminal.rows == [">>> defgh"])
    }

    @Test func exactlyFullRowPutsTheCursorBelow() {
        var typist = Typist(width: 10)
        typist.type("abcdef")
        #expect(typist.terminal.rows == [">>> abcdef", ""])
        #expect(typist.cursor == [1, 0])
        typist.type("\u{7F}")
        #expect(typist.terminal.rows == [">>> abcde"])
        #expect(typist.cursor == [0, 9])
    }

    @Test func wideCharactersAreNeverCutInTwo() {
        var typist = Typist(width: 9)
        typist.type("日本語")
        #expect(typist.terminal.rows == [">>> 日本", "語"])
        #expect(typist.cursor == [1, 2])
        typist.type("\u{1B}[D\u{7F}")
        #expect(typist.terminal.rows == [">>> 日語"])
        #expect(typist.cursor == [0, 6])
    }

    @Test func joinedScalarsAreOneCharacter() {
        var typist = Typist(width: 40)
        typist.type("x👨‍👩‍👧e\u{301}🇫🇷")
        #expect(typist.editor.buffer.characters == ["x", "👨‍👩‍👧", "e\u{301}", "🇫🇷"])
        typist.type("\u{7F}\u{7F}\u{7F}")
        #expect(typist.editor.buffer.text == "x")
    }

    @Test func pastedLinesAreOneText() {
        var typist = Typist()
        typist.type("\u{1B}[200~one\r\ntwo\rthree\u{7}\u{1B}[201~")
        #expect(typist.outcomes == [])
        #expect(typist.terminal.rows == [">>> one", "... two", "... three"])
        typist.type("\r")
        #expect(typist.outcomes == [.submitted("one\ntwo\nthree")])
    }

    @Test func cursorMovesBetweenLinesBeforeHistory() {
        var typist = Typist(history: ["older"])
        typist.type("ab\ncd\u{1B}[AX")
        #expect(typist.editor.buffer.text == "abX\ncd")
        typist.type("\u{1B}[BY\u{1B}[A\u{1B}[A")
        #expect(typist.editor.buffer.text == "older")
        typist.type("\u{1B}[B")
        #expect(typist.editor.buffer.text == "abX\ncdY")
        #expect(typist.terminal.rows == [">>> abX", "... cdY"])
    }

    @Test func enterContinuesWhatIsNotComplete() {
        var typist = Typist(isComplete: ChatInput.isComplete)
        typist.type("\"\"\"one\rtwo\r\"\"\"\r")
        #expect(typist.outcomes == [.submitted("\"\"\"one\ntwo\n\"\"\"")])
    }

    @Test func controlCClearsAndControlDEnds() {
        var typist = Typist()
        typist.type("abc\u{3}\u{3}\u{4}")
        #expect(
            typist.outcomes == [
                .interrupted(wasEmpty: false), .interrupted(wasEmpty: true), .ended,
            ]
        )
        #expect(typist.terminal.rows == [">>>"])
    }

    @Test func brokenInputInsertsNothing() {
        var typist = Typist()
        typist.type([0xFF, 0xC3, 0x28, 0xE2, 0x82, 0x61, 0xF0, 0x9F, 0xED, 0xA0, 0x80, 0x62])
        #expect(typist.editor.buffer.text == "(ab")
    }

    @Test func escapeAloneIsForgotten() {
        var decoder = KeyDecoder()
        #expect(decoder.feed(0x1B) == nil)
        #expect(decoder.isWaiting)
        decoder.flush()
        #expect(decoder.feed(UInt8(ascii: "b")) == .text("b"))
    }

    @Test func tallTextShowsTheRowsAroundTheCursor() {
        var buffer = EditBuffer()
        buffer.set((0..<9).map(String.init).joined(separator: "\n"))
        let layout = LineLayout(buffer, prompt: LineLayout.Prompt(), width: 20)
        #expect(layout.window(height: 3).rows == ["... 6", "... 7", "... 8"])
        #expect(layout.window(height: 3).cursorRow == 2)
        #expect(layout.window(height: 20) == layout)
    }
}

struct InputHistoryTests {
    @Test func repeatedAndEmptyLinesAreKeptOnce() {
        var history = InputHistory(["a"])
        for line in ["a", "", "b", "b"] { history.add(line) }
        #expect(history.entries == ["a", "b"])
        history.isEnabled = false
        history.add("c")
        #expect(history.entries == ["a", "b"])
    }

    @Test func theOldestGoFirst() {
        var history = InputHistory((0..<150).map(String.init))
        #expect(history.entries.first == "50")
        history.add("new")
        #expect(history.entries.count == InputHistory.limit)
        #expect(history.entries.first == "51")
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
