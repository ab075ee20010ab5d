package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// File is a file of YAML, or the text of a flag.
type File struct {
	Path string // as errors show it
	Text []byte // as given, without a byte order mark
	Root *Node  // nil if the text is not YAML

	flag    bool  // Path is a flag's name, and Text what follows it
	patched bool  // bad characters were replaced by U+FFFD, and reported
	lines   []int // offsets, made by the first excerpt
}

// Parse reads one file. What is wrong with it goes to errs; the file that it
// returns is never nil, and its Root is nil only if nothing of it can be used.
func Parse(path string, text []byte, errs *Errors) *File {
	f := &File{Path: path, Text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	if len(text) > MaxBytes {
		f.Text = nil // not worth an excerpt
		errs.AtPlace(f, 1, 1, "the file has %d bytes, more than %d MiB", len(text), MaxBytes>>20)
		return f
	}
	parse(f, errs)
	return f
}

// parse sets the root of a file from its text.
func parse(f *File, errs *Errors) {
	readable, ok := checkCharacters(f, errs)
	if !ok {
		return
	}
	if marks(readable) > MaxMarks {
		errs.AtPlace(f, 1, 1, "the file has more than %d commas, colons, brackets, quotes and lines", MaxMarks)
		return
	}
	if doc := load(f, readable, errs); doc != nil {
		c := converter{file: f, errs: errs}
		f.Root = c.convert(doc, 1)
	}
}

// marks counts what makes values: an upper bound of their number, near enough.
func marks(text []byte) (n int) {
	for _, c := range []string{",", ":", "[", "{", "\n", "'", `"`, "!"} {
		n += bytes.Count(text, []byte(c))
	}
	return n
}

// load composes the only document of a text; nil if there is none.
func load(f *File, text []byte, errs *Errors) *yaml.Node {
	limits := loaderlimits.New(loaderlimits.DepthValue(MaxDepth))
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithPlugin(limits))
	if err != nil {
		errs.AtPlace(f, 1, 1, "%v", err)
		return nil
	}
	var first, second yaml.Node
	switch err := compose(loader, &first); {
	case err == io.EOF && len(bytes.TrimSpace(text)) == 0:
		errs.AtPlace(f, 1, 1, "the file is empty")
		return nil
	case err == io.EOF:
		errs.AtPlace(f, 1, 1, "there is nothing but comments")
		return nil
	case err != nil:
		syntaxError(f, err, errs)
		return nil
	}
	switch err := compose(loader, &second); {
	case err == nil:
		errs.AtPlace(f, second.Line, second.Column, "a second document begins here; write one document in a file")
	case err != io.EOF:
		syntaxError(f, err, errs)
		return nil
	}
	if len(first.Content) == 0 {
		return nil
	}
	return first.Content[0]
}

// compose loads the next document. The library promises errors, not panics; a
// panic of its scanner would be a hostile file's way to end the program.
func compose(loader *yaml.Loader, n *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML cannot be read: %v", r)
		}
	}()
	return loader.Load(n)
}

// syntaxError reports what the library says, in words that name the remedy.
func syntaxError(f *File, err error, errs *Errors) {
	var e *yaml.LoadError
	switch {
	case f.patched:
		return // probably because of what checkCharacters has reported
	case !errors.As(err, &e):
		errs.AtPlace(f, 1, 1, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return
	}
	line, column, since := e.Mark.Line, e.Mark.Column, ""
	begin := e.ContextMark
	switch {
	case line == 0 || f.ended(line, column) && begin.Line > 0 && !f.ended(begin.Line, begin.Column):
		line, column = begin.Line, begin.Column // the end of the file shows nothing; where it began does
	case f.ended(line, column):
		line, column, since = f.end()
	case begin.Line > 0 && begin.Line != line:
		since = fmt.Sprintf(" that begins at line %d", begin.Line)
	}
	line, column = max(1, line), max(1, column)
	text, _ := f.line(line)
	_, rest := splitColumn(text, column-1)
	errs.AtPlace(f, line, column, "%s", remedy(e, rest, since))
}

// ended reports that only space follows a place.
func (f *File) ended(line, column int) bool {
	text, ok := f.line(line)
	if !ok {
		return true
	}
	_, rest := splitColumn(text, column-1)
	return strings.TrimSpace(rest) == "" && (line >= len(f.lines) || len(bytes.TrimSpace(f.Text[f.lines[line]:])) == 0)
}

// end is the place after the last character that is not space, and how an error
// there ends.
func (f *File) end() (line, column int, since string) {
	text := bytes.TrimSpace(f.Text)
	text = f.Text[:bytes.Index(f.Text, text)+len(text)]
	last := text[bytes.LastIndexByte(text, '\n')+1:]
	return bytes.Count(text, []byte("\n")) + 1, utf8.RuneCount(last) + 1, ", but the file ends"
}

// remedies are the library's commonest messages, and what to do about them. In
// some, # is the place for where the unfinished thing begins.
var remedies = []struct{ said, say string }{
	{"exceeded max depth", fmt.Sprintf("lists and mappings are nested more than %d deep", MaxDepth)},
	{"mapping values are not allowed", `a ": " where no key can be; check the indentation, or put the text in quotes if the colon belongs to it`},
	{"did not find expected ',' or ']'", `a "," or "]" is missing in the list#`},
	{"did not find expected ',' or '}'", `a "," or "}" is missing in the mapping#`},
	{"found unexpected end of stream", "a quote# is not closed"},
	{"found unexpected document indicator", "a quote# is not closed"},
	{"did not find expected key", "a key is expected here; check the indentation"},
	{"did not find expected '-' indicator", `a "- " is expected here; check the indentation`},
	{"could not find expected ':'", `a ":" is missing after the key`},
	{"found unknown escape character", `unknown escape in double quotes; write \\ for a backslash, or use single quotes`},
	{"did not find expected <document start>", "the document has ended before this; check brackets, quotes and indentation"},
	{"did not find expected node content", "a value is expected here#"},
	{"expected alphabetic or numeric character", "a text that begins with * or & must be in quotes"},
	{"unknown directive", "a text that begins with % must be in quotes"},
}

// remedy says what to do. The rest is the line from the error on; since is put
// where a remedy has its place for it.
func remedy(e *yaml.LoadError, rest, since string) string {
	unexpected := strings.Contains(e.Message, "did not find expected key") || strings.Contains(e.Message, "document start")
	switch {
	case unexpected && (strings.HasPrefix(rest, "}") || strings.HasPrefix(rest, "]")):
		return fmt.Sprintf("the %q closes nothing", rest[:1])
	case strings.Contains(e.Message, "unknown anchor"):
		return "no anchor of this name stands before the alias " + Quote(firstWord(rest)) + "; put the text in quotes if * belongs to it"
	case strings.Contains(e.Message, "cannot start any token") && strings.HasPrefix(rest, "\t"):
		return "a tab cannot indent; use spaces"
	case strings.Contains(e.Message, "cannot start any token") && rest != "":
		return "a value cannot begin with " + Quote(cut(rest, 1)) + "; put it in quotes"
	}
	for _, r := range remedies {
		if strings.Contains(e.Message, r.said) {
			return strings.Replace(r.say, "#", since, 1)
		}
	}
	return strings.TrimSpace(e.Message + " " + e.ContextMsg)
}

func firstWord(s string) string {
	if words := strings.Fields(cut(s, maxQuoted)); len(words) > 0 {
		return words[0]
	}
	return ""
}
