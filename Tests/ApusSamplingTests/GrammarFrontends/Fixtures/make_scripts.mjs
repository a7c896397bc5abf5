// Prints the table of UnicodeScript.swift from the Unicode data of the ECMAScript engine that runs it.
//
//     node make_scripts.mjs
const scripts = ["Arabic", "Armenian", "Bengali", "Cyrillic", "Devanagari", "Georgian", "Greek", "Han", "Hangul",
  "Hebrew", "Hiragana", "Katakana", "Latin", "Tamil", "Thai"];
for (const script of scripts) {
  const test = new RegExp(`^\\p{Script=${script}}$`, "u");
  const ranges = [];
  for (let value = 0; value <= 0x10ffff; value++) {
    if ((value >= 0xd800 && value < 0xe000) || !test.test(String.fromCodePoint(value))) continue;
    const last = ranges.at(-1);
    if (last && last[1] + 1 === value) last[1] = value;
    else ranges.push([value, value]);
  }
  const hex = (value) => value.toString(16).toUpperCase();
  console.log(`        "${script}": "` + ranges.map(([a, b]) => (a === b ? hex(a) : `${hex(a)}-${hex(b)}`)).join(" ") + '",');
}
