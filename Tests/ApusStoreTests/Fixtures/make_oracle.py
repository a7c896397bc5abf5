#!/usr/bin/env python3
"""Writes oracle.json: what Ollama's own Go code answers for names, Modelfiles, formats and JSON.

Usage: make_oracle.py PATH_TO_OLLAMA_GIT_REPOSITORY [FOLDER_OF_GOLANG.ORG/X]
Needs git, Go 1.19 or later, and golang.org/x/text and x/mod: from the network, or from a folder such
as Debian's /usr/share/gocode/src/golang.org/x. Stored answers: commit fb30760996871fa9460115c753afd2c60d4ab0f7.
"""
import json, pathlib, random, re, subprocess, sys, tempfile

REPOSITORY = sys.argv[1]
HERE = pathlib.Path(__file__).parent


def show(path):
    return subprocess.run(["git", "-C", REPOSITORY, "show", f"HEAD:{path}"], check=True,
                          capture_output=True, text=True).stdout


def old_go(source):
    """Packages that Go 1.19 lacks are replaced by small ones of the same name."""
    return re.sub(r'"(cmp|slices)"', r'"oracle/\1"', source)


def body(source, start):
    """The declaration that starts with `start`, up to its closing brace at the left margin."""
    begin = source.index(start)
    return source[begin:source.index("\n}\n", begin) + 3]


def names():
    parts = ["a", "A", "model", "llama3.2", "_x", "-x", "x.y", "", ".", "..", "lib rary", "é", "x:1",
             "localhost:5000", "registry.ollama.ai", "LIBRARY", "latest", "q4_K_M", "x" * 80, "x" * 81,
             "h" * 350, "h" * 351, "http://h", "https://h.x", "@d", "a\u0000b", "a\nb", "%2e"]
    random.seed(1)
    result = ["", "/", ":", "//", "a", "a:b", "n/a", "n/a:b", "h/n/a", "h/n/a:b", "h:1/n/a:b",
              "x/h/n/a:b", "a:b:c", "a/b:c/d", "../../etc/passwd", "a/../b"]
    for _ in range(600):
        text = "/".join(random.choice(parts) for _ in range(random.randint(1, 4)))
        if random.random() < 0.6:
            text += ":" + random.choice(parts)
        result.append(text)
    return sorted(set(result))


def modelfiles():
    atoms = ["FROM foo", "from bar baz ", "PARAMETER temperature 0.7", "PARAMETER stop \"a\"",
             "parameter stop \"\"\"x\ny\"\"\"", "SYSTEM hi", "SYSTEM \"two\nlines\"", "SYSTEM \"\"",
             "SYSTEM \"\"\"a \"quoted\" word\"\"\"", "TEMPLATE {{ .Prompt }}", "LICENSE MIT  ",
             "MESSAGE user hello: there", "MESSAGE assistant \"\"\"\nhm\n\"\"\"", "MESSAGE tool x",
             "ADAPTER ./a.gguf", "RENDERER r", "PARSER p", "REQUIRES 0.14.0", "DRAFT ./d", "# note",
             "BAD x", "SYSTEM \"open", "SYSTEM \"\"\"open", "\"", "\"\"\"", "SYSTEM \"a\" b",
             "   SYSTEM   spaced   ", "\tFROM\ttabbed", "SYSTEM tab\tinside", "SYSTEM # no comment",
             "SYSTEM 'single'", "", "  ", "SYSTEM caf\u00e9 \u4f60\u597d \U0001f600", "1FROM x", "FROMx",
             "PARAMETER num_ctx 4096   ", "PARAMETER a-b 1", "MESSAGE us3r x", "SYSTEM \"\"\"\"\"\"",
             "SYSTEM \"\"\"\"\"", "SYSTEM \"\"\"x\"\"", "SYSTEM x\"", "SYSTEM \"x\"\"", "FROM \"q u\""]
    random.seed(2)
    result = [a for a in atoms] + ["FROM x\n" + a for a in atoms] + ["FROM x\n" + a + "\n" for a in atoms]
    for _ in range(700):
        lines = [random.choice(atoms) for _ in range(random.randint(1, 6))]
        if random.random() < 0.7:
            lines.insert(random.randrange(len(lines) + 1), "FROM base")
        result.append("\n".join(lines) + random.choice(["", "\n", "\n\n"]))
    return sorted(set(result))


def parameters():
    known = ["num_ctx", "temperature", "use_mmap", "stop", "main_gpu", "seed", "top_p", "nonsense"]
    values = ["1", "-1", "+5", "0.7", ".5", "5.", "1e3", "1e40", "1e-50", "nan", "inf", "abc", "", " 1", 
              "true", "T", "yes", "False", "9223372036854775807", "9223372036854775808", "0x10",
              "1.5f", "3.4028235e38", "0.1", "16777217"]
    return [[name, value] for name in known for value in values]


random.seed(3)
sizes = [0, 1, 999, 1000, 1001, 1049, 1050, 1500, 9949, 9999, 10000, 999949, 999950, 999999, 1000000,
         1250000, 1350000, 1450000, 2850000000, 9999999999, 2019393189, 815319791, 10 ** 12,
         1999999999999, 10 ** 15, 2 ** 63 - 1]
sizes += [int(10 ** random.uniform(0, 15)) for _ in range(300)]
seconds = [0, 0.5, 0.999, 1, 1.5, 2, 59, 59.99, 60, 119, 120, 3569, 3599, 3600, 5399, 5400, 5401, 86400,
           172800, 172799, 171000, 1209600, 5184000, 63072000, 10 ** 9]
seconds += [10 ** random.uniform(0, 9) for _ in range(200)]
inputs = {"names": names(), "modelfiles": modelfiles(), "parameters": parameters(), "sizes": sizes,
          "seconds": seconds, "versions": ["1", "v1", "1.2", "0.14.0", "v0.14.0", "1.2.3-rc.1", "1.2.3+b",
                                            "1.2.3-01", "1.2.3-0a", "01.2.3", "1.2.3.4", "", "x", "1.2-rc", "1.2.3-",
                                            "1.2.3-a..b", "1.2.3+01", "1.2.3+", "vv1", "1.0.0 "]}

MAIN = r'''
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/semver"
	"oracle/api"
	"oracle/format"
	"oracle/model"
	"oracle/parser"
)

type Layer struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
	From      string `json:"from,omitempty"`
	Name      string `json:"name,omitempty"`
}

type Manifest struct {
	SchemaVersion int     `json:"schemaVersion"`
	MediaType     string  `json:"mediaType"`
	Config        Layer   `json:"config"`
	Layers        []Layer `json:"layers"`
}

func encode(v any) string {
	var b strings.Builder
	json.NewEncoder(&b).Encode(v)
	return b.String()
}

func main() {
	var in struct {
		Names, Modelfiles, Versions []string
		Parameters                  [][]string
		Sizes                       []int64
		Seconds                     []float64
	}
	data, _ := os.ReadFile(os.Args[1])
	if err := json.Unmarshal(data, &in); err != nil {
		panic(err)
	}
	out := map[string]any{}
	var rows []any
	for _, s := range in.Names {
		n := model.ParseName(s)
		row := map[string]any{"in": s, "valid": n.IsValid()}
		if n.IsValid() {
			row["path"], row["short"], row["scheme"] = n.Filepath(), n.DisplayShortest(), n.ProtocolScheme
		}
		rows = append(rows, row)
	}
	out["names"], rows = rows, nil
	for _, s := range in.Modelfiles {
		f, err := parser.ParseFile(strings.NewReader(s))
		row := map[string]any{"in": s}
		if err != nil {
			row["error"] = err.Error()
		} else {
			commands := [][]string{}
			for _, c := range f.Commands {
				commands = append(commands, []string{c.Name, c.Args})
			}
			row["commands"], row["printed"] = commands, f.String()
		}
		rows = append(rows, row)
	}
	out["modelfiles"], rows = rows, nil
	for _, p := range in.Parameters {
		row := map[string]any{"name": p[0], "text": p[1]}
		v, err := api.FormatParams(map[string][]string{p[0]: {p[1]}})
		if err == nil {
			_, err = json.Marshal(v)
		}
		if err != nil {
			row["error"] = err.Error()
		} else {
			row["json"] = strings.TrimSpace(encode(v[p[0]]))
		}
		rows = append(rows, row)
	}
	out["parameters"], rows = rows, nil
	for _, s := range in.Sizes {
		rows = append(rows, []any{s, format.HumanBytes(s), format.HumanNumber(uint64(s))})
	}
	out["sizes"], rows = rows, nil
	for _, s := range in.Seconds {
		rows = append(rows, []any{s, format.HumanDuration(time.Duration(s * 1e9))})
	}
	out["seconds"], rows = rows, nil
	for _, s := range in.Versions {
		v := s
		if !strings.HasPrefix(v, "v") {
			v = "v" + v
		}
		rows = append(rows, []any{s, semver.IsValid(v)})
	}
	out["versions"] = rows
	digest := "sha256:" + strings.Repeat("ab", 32)
	out["manifest"] = encode(Manifest{2, "application/vnd.docker.distribution.manifest.v2+json",
		Layer{"application/vnd.docker.container.image.v1+json", digest, 5, "", ""},
		[]Layer{{"application/vnd.ollama.image.model", digest, 1 << 40, "a<b>:latest", ""},
			{"application/vnd.ollama.image.tensor", digest, 0, "", "x&y"}}})
	out["config"] = encode(model.ConfigV2{ModelFormat: "gguf", ModelFamily: "llama",
		ModelFamilies: []string{"llama", "clip"}, ModelType: "1.2B", FileType: "Q4_K_M", Renderer: "r",
		Parser: "p", Requires: "0.14.0", RemoteHost: "h", RemoteModel: "m", Capabilities: []string{"tools"},
		ContextLen: 4096, EmbedLen: 64, BaseName: "b", Draft: &model.Draft{"gguf", "llama", "t.", "c"},
		Architecture: "amd64", OS: "linux"})
	out["emptyConfig"] = encode(model.ConfigV2{Architecture: "amd64", OS: "linux"})
	out["params"] = encode(map[string]any{"temperature": float32(0.7), "num_ctx": int64(1048576), "top_p": 1e-7,
		"stop": []string{"</s>", "\u2028\u0001\t\"\\"}, "use_mmap": true, "min_p": 1e21, "top_k": 100000.0})
	out["messages"] = encode([]struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}{{"user", "a & b"}, {"assistant", "caf\u00e9\n"}})
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", " ")
	if err := enc.Encode(out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
'''

with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    files = {
        "main.go": MAIN,
        "cmp/cmp.go": "package cmp\nfunc Or[T comparable](v ...T) T { var z T; for _, x := range v { if x != z { return x } }; return z }\n",
        "slices/slices.go": "package slices\nfunc Contains[T comparable](s []T, v T) bool { for _, x := range s { if x == v { return true } }; return false }\n",
        "format/bytes.go": show("format/bytes.go"),
        "format/format.go": show("format/format.go"),
        "format/time.go": show("format/time.go").replace("func humanDuration", "func HumanDuration(d time.Duration) string { return humanDuration(d) }\n\nfunc humanDuration"),
        "model/name.go": old_go(show("types/model/name.go")).replace('"log/slog"', ""),
        "model/config.go": show("types/model/config.go"),
    }
    files["model/name.go"] = files["model/name.go"].replace(body(files["model/name.go"], "func (n Name) LogValue"), "")
    types = show("api/types.go")
    files["api/types.go"] = ("package api\nimport (\"fmt\"; \"reflect\"; \"strconv\"; \"strings\")\n"
                             + body(types, "type Options struct") + body(types, "type Runner struct")
                             + body(types, "func FormatParams"))
    parser = show("parser/parser.go")
    pieces = [body(parser, s) for s in [
        "type Modelfile struct", "func (f Modelfile) String", "type Command struct", "func (c Command) String",
        "type ParserError struct", "func (e *ParserError)", "func ParseFile", "func parseRuneForState",
        "func quote", "func unquote", "func isAlpha", "func isNumber", "func isSpace", "func isNewline",
        "func isValidMessageRole", "func isValidCommand"]]
    begin = parser.index("type state int")
    pieces.append(parser[begin:parser.index("type ParserError")])
    files["parser/parser.go"] = ("package parser\nimport (\"bufio\"; \"bytes\"; \"errors\"; \"fmt\"; \"io\"; \"strconv\"; \"strings\"\n"
                                 "\"golang.org/x/text/encoding/unicode\"; \"golang.org/x/text/transform\")\n" + "\n".join(pieces))
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (root / "go.mod").write_text("module oracle\n\ngo 1.19\n\nrequire (\n\tgolang.org/x/text v0.7.0\n\tgolang.org/x/mod v0.7.0\n)\n"
                                 + (f"replace golang.org/x/text => {sys.argv[2]}/text\nreplace golang.org/x/mod => {sys.argv[2]}/mod\n"
                                    if len(sys.argv) > 2 else ""))
    (root / "inputs.json").write_text(json.dumps(inputs))
    answer = subprocess.run(["go", "run", "-mod=mod", ".", "inputs.json"], cwd=root, check=True,
                            stdout=subprocess.PIPE, text=True)
    document = json.loads(answer.stdout)
    with open(HERE / "oracle.json", "w") as output:
        # One row a line: small to store, readable in a diff.
        output.write("{\n")
        for position, (key, value) in enumerate(document.items()):
            output.write(",\n" if position else "")
            rows = value if isinstance(value, list) else None
            if rows is None:
                output.write(f" {json.dumps(key)}: {json.dumps(value)}")
            else:
                output.write(f" {json.dumps(key)}: [\n  " + ",\n  ".join(json.dumps(r) for r in rows) + "\n ]")
        output.write("\n}\n")
