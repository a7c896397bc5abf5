// Writes regular_expressions.json: which texts match which pattern, by a real ECMAScript engine.
//
//     node make_regular_expressions.mjs [random patterns] > regular_expressions.json
//
// Patterns are compiled with the flag `u`, and without it where that is a syntax error (Annex B).
// `anywhere` and `whole` hold one digit for each text: 1 if `pattern` matches somewhere, or from
// end to end.

const texts = [
  "", "a", "b", "c", "ab", "ba", "abc", "aab", "abab", "aaa", "bbb", "cab", "a b", "a1", "1", "12",
  "123", "007", "-1", "1.5", "a.b", "a-b", "a_b", "_", "-", ".", "A", "Z", "aB", "é", "ß", "aé",
  "😀", "a😀b", "😀😀", "漢字", "привет", "\n", "a\nb", "a\n", "\na", "\t", " ", "  ", "\u00a0", "\u2028",
  "\r\n", "\ufeff", "{", "}", "]", "[", "a{2}", "\\", "/", "\"", "^", "$", "a$", "|", "(", "*", "+",
  "\u0000", "\u001f", "\u007f", "2024-02-29", "12:34:56", "user@example.com", "192.168.0.1",
  "https://example.com/a?b=c", "#ff00aa", "123e4567-e89b-12d3-a456-426614174000", "x-custom",
  "+49 30 1234567", "ABC-1234", "foo", "foobar", "barfoo", "foo bar", "Hello, World!", "ｆｕｌｌ", "٣",
];

const written = [
  "", "a", "b", "^a", "a$", "^a$", "^$", "^", "$", "a|b", "^a|b$", "^(a|b)$", "(a)(b)", "(?:ab)+",
  "(?<name>a)b", "a*", "^a*$", "a+", "a?b", "^a?b$", "a*?b", "a+?", "^a{2}$", "^a{2,}$", "^a{1,2}$",
  "^a{0}$", "^a{2,3}?$", "^(ab){2}$", "[abc]", "^[abc]+$", "[^abc]", "^[^abc]+$", "[]", "[^]", "^[^]$",
  "[a-c1-3]", "^[a-z]+$", "^[A-Za-z]+$", "^[-a]+$", "^[a-]+$", "^[a\\-b]+$", "^[\\w-]+$", "^[\\w.-]+$",
  "^[\\w-.]+$", "^[\\d-x]+$", "^[+--]+$", "^[\\]]$", "^[[]$", "^[\\\\]$", "^[\\b]$", "^[\\^$]+$", "[.]",
  "^.$", "^..$", "^.*$", ".", "a.b", "a.c", "^[\\s\\S]*$", "\\d", "^\\d+$", "\\D", "^\\D+$", "\\w",
  "^\\w+$", "\\W", "^\\W+$", "\\s", "^\\s+$", "\\S", "^\\S+$", "\\t", "\\n", "\\r", "\\v", "\\f", "\\0",
  "^\\x61$", "^\\u0061$", "^\\u{61}$", "^\\u{1F600}$", "^\\uD83D\\uDE00$", "^[\\u{1F600}-\\u{1F64F}]$",
  "^[\\uD83D\\uDE00-\\uD83D\\uDE4F]$", "\\cJ", "^\\cI$", "^[\\cA-\\cZ]$", "\\/", "\\.", "\\*", "\\+",
  "\\?", "\\^", "\\$", "\\|", "\\(", "\\)", "\\[", "\\]", "\\{", "\\}", "\\\\", "\\-", "]", "}", "a{",
  "{", "a{x}", "a{2", "^a\\{2\\}$", "\\_", "\\@", "\\#", "\\\"", "\\ ", "a^b", "a$b", "(^a|b)c", "(^|a)b",
  "a(b|$)", "(a|^)*b", "(?:^a)+", "(?:a$)+", "x*$", "^(?:a|b|)$", "(|a)", "()", "^()$", "(a|b)*c",
  "(a*)*", "^(a*)*$", "(a+)+b", "(a|ab)(c|bcd)?", "((a))", "(((a)|b)+c)?", "^(?:^a)$", "^^a$$", "a|",
  "^(^|b)a($|c)$", "(?:$|a){2}", "(?:^|b){2}a", "b{2,1000}", "^[a-z]{1,63}$",
  "^\\p{L}+$", "^\\p{Lu}$", "^\\p{Ll}+$", "^\\p{Letter}+$", "^\\P{L}+$", "^[\\p{L}\\d]+$", "^\\p{N}+$",
  "^\\p{Nd}$", "^\\p{gc=Lu}$", "^\\p{General_Category=Decimal_Number}$", "^\\p{P}+$", "^\\p{S}$",
  "^\\p{ASCII}+$", "^\\p{Alphabetic}+$", "^\\p{White_Space}+$", "^\\p{Emoji}$", "^\\p{Any}$",
  "^\\p{Uppercase}$", "^\\p{Cc}$", "^\\p{Zs}$", "^[^\\p{L}]+$", "^\\p{Script=Han}+$",
  "^\\p{sc=Cyrillic}+$", "^\\p{Script=Latin}+$", "\\p{Script=Greek}",
  "^\\d{4}-\\d{2}-\\d{2}$", "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$",
  "^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$", "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
  "^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}$",
  "^((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}$".replace("(\\.(?!$)|$)", "\\.?"),
  "^https?://[^\\s/$.?#].[^\\s]*$", "^#([0-9a-f]{3}|[0-9a-f]{6})$",
  "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", "^x-", "^foo", "foo$",
  "foo|bar", "^\\+?[0-9 ]{7,15}$", "^[A-Z]{3}-\\d{4}$", "^-?\\d+(\\.\\d+)?$", "^\\S+( \\S+)*$",
  "^[^\\x00-\\x1F\\x7F]*$", "[\\ud800-\\udfff]", "^[^\\ud800-\\udfff]*$", "^(?:[a-z]+[-_.]?)+$",
];

// A small generator, so that the file can be made again.
let state = 12345n;
function random(n) {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number((state >> 33n) % BigInt(n));
}
const pick = (list) => list[random(list.length)];
const atoms = [
  "a", "b", "c", "a", "b", "1", "é", "😀", ".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[ab]", "[^a]", "[a-c]",
  "[^\\d]", "[\\w-]", "\\n", " ", "-", "_", "\\.", "[é-😀]", "\\u{1F600}", "[^]",
];
function generate(depth) {
  const kind = depth === 0 ? 0 : random(9);
  if (kind <= 2) return pick(atoms);
  if (kind <= 5) return generate(depth - 1) + generate(depth - 1);
  if (kind === 6) return `(?:${generate(depth - 1)}|${generate(depth - 1)})`;
  if (kind === 7) {
    const count = pick(["*", "+", "?", "{2}", "{1,2}", "{2,}", "{0,3}", "*?", "+?", "??"]);
    return `(${generate(depth - 1)})${count}`;
  }
  return pick([`^${generate(depth - 1)}`, `${generate(depth - 1)}$`, `(^|${generate(depth - 1)})`,
    `(${generate(depth - 1)}|$)`]);
}

function compile(source) {
  try { return new RegExp(source, "u"); } catch { return new RegExp(source); }
}

const patterns = [...written];
for (let i = 0; i < Number(process.argv[2] ?? 300); i++) patterns.push(generate(4));
const bits = (expression) => texts.map((text) => (expression.test(text) ? "1" : "0")).join("");
const cases = [...new Set(patterns)].map((pattern) => ({
  pattern,
  anywhere: bits(compile(pattern)),
  whole: bits(compile(`^(?:${pattern})$`)),
}));
const lines = cases.map((each) => "    " + JSON.stringify(each)).join(",\n");
process.stdout.write(`{\n  "texts": ${JSON.stringify(texts)},\n  "cases": [\n${lines}\n  ]\n}\n`);
