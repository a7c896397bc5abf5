import ApusConversation
import Testing

@testable import ApusChat

/// Templates come from model files, so they may be hostile.
@Suite struct JinjaLimitTests {
    private static let tight: JinjaLimits = {
        var limits = JinjaLimits()
        limits.steps = 200_000
        limits.bytes = 1 << 20
        return limits
    }()

    @Test(arguments: [
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ b }}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{{ m(n + 1) ~ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=1) %}{% for i in range(9999) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s={}) %}{% for i in range(999) %}{% set ns.s = {'a': ns.s, 'b': ns.s} %}{% endfor %}{{ ns.s|tojson }}",
        "{{ 'x' * 10000000000 }}", "{{ [0] * 10000000000 }}", "{{ 'ab' * 9223372036854775807 }}",
        "{{ 'x'.center(10000000000) }}", "{{ 'x'.ljust(9223372036854775807) }}",
        "{{ '%10000000000d' % 1 }}", "{{ '{:10000000000}'.format(1) }}",
        "{{ 'x'.zfill(9999999999) }}",
        "{{ 'a\na'|indent(10000000000) }}", "{{ range(100001)|list }}",
        "{{ ['a']|batch(9999999999, 'x')|list }}",
        "{{ [1]|slice(9999999999)|list }}",
        "{{ range(-9223372036854775807, 9223372036854775807)|list }}",
        "{% set s = 'a' * 100000 %}{% for i in range(99999) %}{{ s in s ~ 'b' }}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{{ s.replace('a', s) }}",
        "{{ ('a' * 1000000).join('b' * 1000000) }}",
        "{% set l = ('a' * 100000)|list %}{{ l|join('b' * 100000) }}",
        "{{ ('<' * 900000)|escape }}", "{{ ('%c' * 500000)|format }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace() %}{% set ns.me = ns %}{% set ns.l = [ns] %}{{ ns }}{{ ns.l }}{% for i in range(99999) %}{% set ns.x = namespace(p=ns.x) %}{% endfor %}",
        "{% macro c() %}{{ caller() }}{% endmacro %}{% macro d() %}{% call c() %}{{ d() }}{% endcall %}{% endmacro %}{{ d() }}",
        "{{ strftime_now('%c' * 400000) }}", "{{ (1, 2)|map('map', 'map')|list }}",
        "{% set ns = namespace(d=dict()) %}{% for i in range(99999) %}{% set ns.d = dict(ns.d, **{i|string: ns.d}) %}{% endfor %}",
        "{{ 'a'|wordwrap(1, wrapstring='b' * 1000000) ~ ('a ' * 900000)|wordwrap(1, wrapstring='b' * 900000) }}",
        "{{ ([[1]] * 10000)|tojson(indent='x' * 100000) }}",
        "{{ ('a\\t' * 100000).expandtabs(10000000) }}",
        "{{ [['a' * 1000000] * 1000] * 1000 }}",
    ])
    func hostileTemplateEndsWithAnError(source: String) throws {
        let template = try JinjaTemplate(source, limits: Self.tight)
        #expect(throws: ChatError.self) {
            _ = try template.render(variables: [:], options: ChatFixtures.options)
        }
    }

    @Test(arguments: [
        "(", "[", "{", "not ", "-", "{'a':", "a(", "a[", "a[b:", "a|f(", "1 if ", "x is y(",
        "1 + (", "a.b(",
    ])
    func deepExpressionsAreRefused(opening: String) {
        let source = "{{ " + String(repeating: opening, count: 5000)
        let error = #expect(throws: ChatError.self) { try JinjaTemplate(source) }
        #expect(error?.code == .limit || error?.code == .syntax)
    }

    @Test(arguments: [
        "{% if x %}", "{% for a in b %}", "{% macro m() %}", "{% set x %}", "{% filter f %}",
    ])
    func deepStatementsAreRefused(opening: String) {
        let error = #expect(throws: ChatError.self) {
            try JinjaTemplate(String(repeating: opening, count: 2000))
        }
        #expect(error?.code == .limit)
    }

    @Test func longChainsAreNoDepth() throws {
        let sum = Array(repeating: "1", count: 3000).joined(separator: " + ")
        let template = try JinjaTemplate("{{ \(sum) }}")
        #expect(try template.render(variables: [:], options: ChatFixtures.options) == "3000")
        let branches = (0..<3000).map { "{% elif x == \($0) %}\($0)" }.joined()
        let chosen = try JinjaTemplate("{% if false %}\(branches){% endif %}")
        #expect(try chosen.render(variables: ["x": 2999], options: ChatFixtures.options) == "2999")
    }

    /// Rows take no recursion to read, but the tree that they make is freed by recursion.
    @Test(arguments: [
        " + 1", " - 1", " ** 1", " * 1", " or 1", " and 1", ".x", "[0]", "()", "|string",
        "|string()",
        " if 1", " is eq(1)", " == 1|abs",
    ])
    func endlessRowsAreRefused(link: String) {
        let error = #expect(throws: ChatError.self) {
            try JinjaTemplate("{{ 1" + String(repeating: link, count: 5_000) + " }}")
        }
        #expect(error?.code == .limit)
    }

    @Test func emptyAndExtremeIndicesAreSafe() throws {
        let source = """
            {{ 'abc'[9223372036854775807] }}{{ 'abc'[-9223372036854775807 - 1] }}\
            {{ 'abc'[::9223372036854775807] }}{{ 'abc'[::-9223372036854775807 - 1] }}\
            {{ [1][9223372036854775807:] }}{{ [1][-9223372036854775807 - 1:] }}\
            {{ 'abc'.find('b', -9223372036854775807 - 1, 9223372036854775807) }}
            """
        let text = try JinjaTemplate(source).render(variables: [:], options: ChatFixtures.options)
        #expect(text == "ac[][1]1")
    }

    /// Random damage to real template text must give text or an error, in bounded time.
    @Test func damagedTemplatesNeverTrap() throws {
        let fixture = try ChatFixtures.json("LanguageCases.json")
        let variables = try #require(fixture["variables"]?.objectValue)
        let sources = (fixture["cases"]?.arrayValue ?? []).compactMap {
            $0["template"]?.stringValue
        }
        let alphabet =
            Array("{}%#|()[]:,.'\"\\-+*/~=!<> \nabx019_".unicodeScalars) + ["é", "\u{85}"]
        for _ in 0..<3000 {
            var scalars = Array((sources.randomElement() ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...4) {
                let position = Int.random(in: 0...scalars.count)
                let scalar = alphabet.randomElement() ?? "x"
                switch Int.random(in: 0..<3) {
                case 0: scalars.insert(scalar, at: position)
                case 1 where position < scalars.count: scalars.remove(at: position)
                case _ where position < scalars.count: scalars[position] = scalar
                default: scalars.append(scalar)
                }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            let template = try? JinjaTemplate(String(view), limits: Self.tight)
            _ = try? template?.render(variables: variables, options: ChatFixtures.options)
        }
    }
}
