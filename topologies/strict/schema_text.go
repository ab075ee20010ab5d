package strict

import (
	"encoding"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// nonsense is a text that only a type which takes any text accepts.
const nonsense = "~ neither a name nor a value ~"

// text is the schema of the texts that a type reads. The type is asked: what it
// accepts of the words and spellings given is what it takes, so that the schema
// cannot say anything else than decoding does.
func (s *schemer) text(t reflect.Type) object {
	accepts := func(text string) bool {
		return reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) == nil
	}
	if accepts(nonsense) {
		return anyText()
	}
	if s.composite(t) { // beside its mapping form
		return s.textForms(accepts)
	}
	return s.define(t, func() object { return s.textForms(accepts) })
}

// anyText is the schema of a free text. YAML reads the name 2024 as a number.
func anyText() object { return object{{"type", []string{"string", "number"}}} }

func (s *schemer) textForms(accepts func(string) bool) object {
	var words, patterns, examples []string
	for _, w := range s.o.Words {
		if accepts(w) {
			words = append(words, w)
		}
	}
	for _, class := range s.o.Spellings {
		good := slices.DeleteFunc(slices.Clone(class.Examples), func(e string) bool { return !accepts(e) || matches(patterns, e) })
		if len(good) > 0 {
			patterns, examples = append(patterns, class.Pattern), append(examples, good...)
		}
	}
	var number []object
	if kind, pattern := numbers(accepts); kind != nil {
		number, patterns = []object{kind}, append(patterns, pattern) // in quotes it is a text
	}
	if len(patterns) == 0 && len(words) > 0 {
		return object{{"enum", words}}
	}
	for _, w := range words {
		patterns = append(patterns, regexp.QuoteMeta(w))
	}
	text := object{{"type", "string"}}
	if len(patterns) > 0 {
		text = append(text, member{"pattern", anchored(patterns)})
	}
	if examples = append(examples, words...); len(examples) > 0 {
		text = append(text, member{"examples", examples})
	}
	return anyOf(append([]object{text}, number...)...)
}

func anchored(patterns []string) string { return "^(" + strings.Join(patterns, "|") + ")$" }

func matches(patterns []string, text string) bool {
	return len(patterns) > 0 && regexp.MustCompile(anchored(patterns)).MatchString(text)
}

// numbers is the schema of the plain numbers that a type takes and the pattern
// of their texts; nil if it takes none.
func numbers(accepts func(string) bool) (kind object, pattern string) {
	half, one, many := accepts("0.5"), accepts("1"), accepts("7")
	switch {
	case half && one && !many:
		return object{{"type", "number"}, {"minimum", 0}, {"maximum", 1}}, `\d(\.\d+)?`
	case half:
		return object{{"type", "number"}, {"minimum", 0}}, `\d+(\.\d+)?`
	case one || many:
		return object{{"type", "integer"}, {"minimum", 0}}, `\d+`
	case accepts("0"):
		return object{{"const", 0}}, "0"
	}
	return nil, ""
}
