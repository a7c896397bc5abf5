internal import ApusSampling

/// How a family of models arranges calls whose arguments are JSON.
///
/// A section begins with an opening and holds calls: objects with name and arguments, alone or in
/// an array, or arguments behind a header that has the name. It ends with a closing, or where
/// nothing follows that belongs to it.
struct CallLayout: Sendable {
    /// Texts of which each begins a section.
    var openings: [String]
    /// Texts of which each ends one.
    var closings: [String] = []
    /// Texts of which each announces a call in a section.
    var announcements: [String] = []
    /// Other texts between calls.
    var fences: [String] = []
    /// Texts around the answer itself, which are left out of it.
    var silent: [String] = []
    /// The texts around an answer that the model is shown, of those.
    var answerMarkers: (open: String, close: String)?
    /// Bytes that may stand between calls besides white space.
    var separators: [UInt8] = []
    /// Whether calls may also be the whole answer, without an opening; they must be of known tools.
    var isBare = false
    /// What calls that are objects name their parts; nil when there are no such calls.
    var keys: CallKeys? = CallKeys()
    /// The name in the text before the arguments, where calls have such headers; nil when the text
    /// is none.
    var nameInHeader: (@Sendable (String) -> String?)?
    /// The opening behind which text that is no JSON is a program, for a tool that runs programs.
    var codeOpening: String?
    /// Those of the texts above that are special tokens in some vocabularies.
    var markers: [String]
    /// How calls are written.
    var writing: Writing

    /// The texts of a whole section, in the form that templates show their models.
    struct Writing: Sendable {
        /// Before the first call.
        var opening: [GrammarExpression] = []
        /// Before the arguments of a call of the tool with this name.
        var head: @Sendable (String) -> [GrammarExpression]
        /// Behind the arguments.
        var tail: [GrammarExpression] = []
        /// Between two calls.
        var separator: [GrammarExpression] = []
        /// Behind the last call.
        var closing: [GrammarExpression] = []
        /// Whether names are written into headers rather than objects.
        var hasHeaders = false
    }
}
