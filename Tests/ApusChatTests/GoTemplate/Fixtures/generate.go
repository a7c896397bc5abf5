// Renders cases.txt and templates/*.gotmpl with Go's own text/template and writes what comes out:
//
//	go run generate.go
//
// The functions and the data are those that templates of Ollama get. A line of cases.txt is a case;
// those with several lines stand below.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"text/template/parse"
)

type property struct {
	AnyOf       []property          `json:"anyOf,omitempty"`
	Type        any                 `json:"type,omitempty"`
	Items       any                 `json:"items,omitempty"`
	Description string              `json:"description,omitempty"`
	Enum        []any               `json:"enum,omitempty"`
	Properties  map[string]property `json:"properties,omitempty"`
	Required    []string            `json:"required,omitempty"`
}

type properties map[string]property

type parameters struct {
	Type       string     `json:"type"`
	Defs       any        `json:"$defs,omitempty"`
	Items      any        `json:"items,omitempty"`
	Required   []string   `json:"required,omitempty"`
	Properties properties `json:"properties"`
}

type function struct {
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Parameters  parameters `json:"parameters"`
}

type tool struct {
	Type     string   `json:"type"`
	Items    any      `json:"items,omitempty"`
	Function function `json:"function"`
}

type tools []tool

type arguments map[string]any

type callFunction struct {
	Index     int       `json:"index"`
	Name      string    `json:"name"`
	Arguments arguments `json:"arguments"`
}

type call struct {
	ID       string       `json:"id,omitempty"`
	Function callFunction `json:"function"`
}

type message struct {
	Role       string   `json:"role"`
	Content    string   `json:"content"`
	Thinking   string   `json:"thinking,omitempty"`
	Images     [][]byte `json:"images,omitempty"`
	ToolCalls  []call   `json:"tool_calls,omitempty"`
	ToolName   string   `json:"tool_name,omitempty"`
	ToolCallID string   `json:"tool_call_id,omitempty"`
}

func text(value any) string {
	data, _ := json.Marshal(value)
	return string(data)
}

func (a arguments) String() string   { return text(a) }
func (p properties) String() string  { return text(p) }
func (p *parameters) String() string { return text(p) }
func (f *function) String() string   { return text(f) }
func (t tool) String() string        { return text(t) }
func (t tools) String() string       { return text(t) }

func word(name any) string {
	switch name {
	case "string", "boolean", "null":
		return name.(string)
	case "number", "integer":
		return "number"
	case "array":
		return "any[]"
	case "object":
		return "Record<string, any>"
	}
	return "any"
}

func typeScript(value any) string {
	p, ok := value.(property)
	if !ok {
		return "any"
	}
	var words []string
	for _, choice := range p.AnyOf {
		words = append(words, typeScript(choice))
	}
	if list, ok := p.Type.([]any); ok && len(words) == 0 {
		for _, name := range list {
			words = append(words, word(name))
		}
	} else if len(words) == 0 {
		words = append(words, word(p.Type))
	}
	return strings.Join(words, " | ")
}

var functions = template.FuncMap{
	"json":             text,
	"currentDate":      func(...string) string { return "2025-02-03" },
	"yesterdayDate":    func(...string) string { return "2025-02-02" },
	"toTypeScriptType": typeScript,
}

// decode reads JSON with whole numbers as int.
func decode(data []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	check(decoder.Decode(&value))
	return whole(value)
}

func whole(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, element := range value {
			value[key] = whole(element)
		}
	case []any:
		for position, element := range value {
			value[position] = whole(element)
		}
	case json.Number:
		if number, err := value.Int64(); err == nil {
			return int(number)
		}
		number, err := value.Float64()
		check(err)
		return number
	}
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	language()
	conversations()
}

func write(name string, value any) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	check(encoder.Encode(value))
	check(os.WriteFile(name, buffer.Bytes(), 0o644))
}

// MARK: Language

type result struct {
	Template string  `json:"template"`
	Output   *string `json:"output"`
	Parses   bool    `json:"parses"`
}

var several = []string{
	"a\n\t {{- \"b\" -}}\n\n c\n{{ \"d\" }}\ne",
	"{{ print 1\n  2 }}{{/* over\ntwo lines */}}\n{{- /* trimmed */ -}}\n x",
	"{{ \"no\nline\" }}", "{{ `raw\n}} \r\nstring` }}", "a{{\n1\n}}b", "{{\n-}}x", "{{1 -}}\n\n{{- 2}}",
	"{{if .t -}}\n  x\n{{- end}}\n", "", "\n", "{", "{{", "}}", "{{{1}}}", "{{1}}}", "{{ 1 | }}", "{{ | 1 }}",
	"{{- range .list }}\n{{ . }}\n{{- end }}\n{{ range .nums -}}\n{{ . }}\n{{ end -}}\nz",
}

func language() {
	data, err := os.ReadFile("data.json")
	check(err)
	values := decode(data)
	lines, err := os.ReadFile("cases.txt")
	check(err)
	var results []result
	for _, source := range append(strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n"), several...) {
		parsed, err := template.New("").Option("missingkey=zero").Funcs(functions).Parse(source)
		if err != nil {
			results = append(results, result{Template: source})
			continue
		}
		var buffer bytes.Buffer
		if parsed.Execute(&buffer, values) != nil {
			results = append(results, result{Template: source, Parses: true})
			continue
		}
		output := buffer.String()
		results = append(results, result{Template: source, Output: &output, Parses: true})
	}
	write("LanguageCases.json", results)
}

// MARK: Conversations

type conversation struct {
	Messages []struct {
		Role, Content, Thinking, ToolName, ToolCallID string
		ToolCalls                                     []struct {
			ID, Name  string
			Arguments json.RawMessage
		}
	}
	Tools    []json.RawMessage
	Thinking any
}

func (c conversation) collated() (string, []message) {
	var system []string
	var result []message
	for _, from := range c.Messages {
		m := message{Role: from.Role, Content: from.Content, Thinking: from.Thinking,
			ToolName: from.ToolName, ToolCallID: from.ToolCallID}
		for index, call_ := range from.ToolCalls {
			m.ToolCalls = append(m.ToolCalls, call{ID: call_.ID, Function: callFunction{
				Index: index, Name: call_.Name, Arguments: decode(call_.Arguments).(map[string]any)}})
		}
		if m.Role == "system" {
			system = append(system, m.Content)
		}
		if last := len(result) - 1; last >= 0 && result[last].Role == m.Role && m.Role != "tool" {
			if m.Content != "" {
				result[last].Content += "\n\n" + m.Content
			}
			continue
		}
		result = append(result, m)
	}
	return strings.Join(system, "\n\n"), result
}

func (c conversation) tools() tools {
	var result tools
	for _, data := range c.Tools {
		var t tool
		check(json.Unmarshal(data, &t))
		result = append(result, t)
	}
	return result
}

func execute(t *template.Template, c conversation, data map[string]any) string {
	data["Think"] = c.Thinking != nil && c.Thinking != false
	data["IsThinkSet"] = c.Thinking != nil
	data["ThinkLevel"] = ""
	if level, ok := c.Thinking.(string); ok {
		data["ThinkLevel"] = level
	} else if c.Thinking == true {
		data["ThinkLevel"] = "medium"
	}
	var buffer bytes.Buffer
	check(t.Execute(&buffer, data))
	return buffer.String()
}

const mark = "\u2042"

func render(source string, c conversation) string {
	mentions := func(name string) bool { return strings.Contains(source, name) }
	if !mentions(".Messages") && !mentions(".Response") {
		source += "{{ .Response }}"
	}
	parsed := template.Must(template.New("").Option("missingkey=zero").Funcs(functions).Parse(source))
	system, messages := c.collated()
	if mentions(".Messages") {
		last := &messages[len(messages)-1]
		if last.Role == "assistant" && len(last.ToolCalls) == 0 {
			last.Content += mark
		}
		out := execute(parsed, c, map[string]any{
			"System": system, "Messages": messages, "Tools": c.tools(), "Response": ""})
		if end := strings.LastIndex(out, mark); end >= 0 {
			return strings.ReplaceAll(out[:end], mark, "")
		}
		return out
	}
	var out strings.Builder
	exchange := map[string]any{"System": "", "Prompt": "", "Response": ""}
	flush := func() {
		out.WriteString(execute(parsed, c, exchange))
		exchange = map[string]any{"System": "", "Prompt": "", "Response": ""}
	}
	for _, m := range messages {
		switch m.Role {
		case "system":
			if exchange["Prompt"] != "" || exchange["Response"] != "" {
				flush()
			}
			exchange["System"] = m.Content
		case "user":
			if exchange["Response"] != "" {
				flush()
			}
			exchange["Prompt"] = m.Content
		case "assistant":
			exchange["Response"] = m.Content
		}
	}
	cut(parsed.Root)
	flush()
	return out.String()
}

// cut removes what stands behind the first action with .Response; true when there was one.
func cut(list *parse.ListNode) bool {
	if list == nil {
		return false
	}
	for position, node := range list.Nodes {
		isCut := false
		var branch *parse.BranchNode
		switch node := node.(type) {
		case *parse.ActionNode:
			isCut = strings.Contains(node.String(), ".Response")
		case *parse.IfNode:
			branch = &node.BranchNode
		case *parse.WithNode:
			branch = &node.BranchNode
		case *parse.RangeNode:
			branch = &node.BranchNode
		}
		if branch != nil {
			if isCut = cut(branch.List); isCut {
				branch.ElseList = nil
			} else {
				isCut = cut(branch.ElseList)
			}
		}
		if isCut {
			list.Nodes = list.Nodes[:position+1]
			return true
		}
	}
	return false
}

func conversations() {
	data, err := os.ReadFile("conversations.json")
	check(err)
	var all map[string]conversation
	check(json.Unmarshal(data, &all))
	files, err := filepath.Glob("templates/*.gotmpl")
	check(err)
	outputs := map[string]map[string]string{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		check(err)
		name := strings.TrimSuffix(filepath.Base(file), ".gotmpl")
		outputs[name] = map[string]string{}
		for key, c := range all {
			outputs[name][key] = render(string(source), c)
		}
	}
	write("TemplateCases.json", outputs)
}
