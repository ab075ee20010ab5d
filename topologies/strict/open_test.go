package strict

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

// contents is a value that names a file and reads it.
type contents struct{ name, text string }

func (c *contents) UnmarshalText(text []byte) error { c.name = string(text); return nil }

func (c *contents) Open(open func(name string) ([]byte, error)) error {
	data, err := open(c.name)
	c.text = string(data)
	return err
}

type opened struct {
	One  contents   `yaml:"one"`
	Two  *contents  `yaml:"two"`
	Many []contents `yaml:"many"`
}

func decodeOpened(t *testing.T, text string, open func(n *Node, name string) ([]byte, error)) (opened, *Errors) {
	t.Helper()
	errs := new(Errors)
	var v opened
	d := Decoder{Errs: errs, Open: open}
	d.Decode(Parse("f.yaml", []byte(text), errs).Root, "", &v)
	return v, errs
}

func TestValuesReadTheFilesThatTheyName(t *testing.T) {
	var places []string
	v, errs := decodeOpened(t, "one: a\ntwo: b\nmany: [c, d]\n", func(n *Node, name string) ([]byte, error) {
		places = append(places, n.Pos().String())
		return []byte("<" + name + ">"), nil
	})
	if errs.Len() > 0 || v.One.text != "<a>" || v.Two.text != "<b>" || v.Many[1].text != "<d>" {
		t.Errorf("%+v, %v", v, errs)
	}
	if got := strings.Join(places, " "); got != "f.yaml:1:6 f.yaml:2:6 f.yaml:3:8 f.yaml:3:11" {
		t.Errorf("places %s", got)
	}
}

func TestAFileThatCannotBeReadIsAnErrorAtItsValue(t *testing.T) {
	_, errs := decodeOpened(t, "many: [c, d]\n", func(_ *Node, name string) ([]byte, error) {
		return nil, errors.New(name + ": no such file")
	})
	if all := errs.All(); len(all) != 2 || all[1].Pos.String() != "f.yaml:1:11" || !strings.Contains(all[1].Message, "many.1: d: no such file") {
		t.Errorf("%v", errs)
	}
	if _, errs = decodeOpened(t, "one: a\n", nil); errs.Len() != 1 || !strings.Contains(errs.Error(), "no file can be read here") {
		t.Errorf("without a way to read: %v", errs)
	}
}

func TestResolveReadsNoFile(t *testing.T) {
	list := Resolve(Parse("f.yaml", []byte("one: a\n"), new(Errors)).Root, &opened{}, "")
	if len(list) != 1 || list[0].Path != "one" || list[0].Origin != "f.yaml:1" {
		t.Errorf("%+v", list)
	}
}

// limits is a mapping of names, or one number for all.
type limits struct {
	Map[int]
	all int
}

func (l *limits) UnmarshalText(text []byte) (err error) {
	l.all, err = strconv.Atoi(string(text))
	return err
}

func TestAMapMayHaveATextForm(t *testing.T) {
	var v struct {
		Limits limits `yaml:"limits"`
	}
	errs := new(Errors)
	Decode(Parse("f.yaml", []byte("limits: 7\n"), errs).Root, &v, errs)
	if errs.Len() > 0 || v.Limits.all != 7 || len(v.Limits.Map) != 0 {
		t.Errorf("%+v, %v", v, errs)
	}
	Decode(Parse("f.yaml", []byte("limits: { a: 1, b: 2 }\n"), errs).Root, &v, errs)
	if errs.Len() > 0 || *v.Limits.Get("b") != 2 {
		t.Errorf("%+v, %v", v, errs)
	}
	Decode(Parse("f.yaml", []byte("limits: [1]\n"), errs).Root, &v, errs)
	if errs.Len() != 1 {
		t.Errorf("a list was taken: %v", errs)
	}
}

// word is a text that may be none.
type word string

func (w *word) UnmarshalText(text []byte) error { *w = word(text); return nil }

func TestAnOverridingNoneTakesAKeyAwayUnlessItIsAValue(t *testing.T) {
	type inner struct {
		N    int    `yaml:"n" default:"3"`
		B    bool   `yaml:"b" default:"true"`
		S    string `yaml:"s"`
		Kind string `yaml:"kind" default:"a" oneof:"a none"`
		W    word   `yaml:"w"`
		R    int    `yaml:"r" required:"true"`
	}
	base := "n: 5\nb: false\ns: x\nkind: a\nw: x\nr: 1\n"
	decode := func(over string) (inner, *Errors) {
		errs := new(Errors)
		var v inner
		Decode(Merge(Parse("base.yaml", []byte(base), errs).Root, Parse("over.yaml", []byte(over), errs).Root), &v, errs)
		return v, errs
	}
	v, errs := decode("n: none\nb: none\ns: none\nkind: none\nw: none\n")
	if want := (inner{N: 3, B: true, Kind: "none", W: "none", R: 1}); errs.Len() > 0 || v != want {
		t.Errorf("%+v, want %+v; %v", v, want, errs)
	}
	if _, errs = decode("r: none\n"); errs.Len() != 1 || !strings.Contains(errs.Error(), "r is missing") {
		t.Errorf("a required key was taken away: %v", errs)
	}
	if _, errs = decode("m: none\n"); errs.Len() != 1 {
		t.Errorf("an unknown key: %v", errs)
	}
	base = "s: x\n"
	if _, errs = decode("n: none\nr: 1\n"); errs.Len() != 1 || !strings.Contains(errs.Error(), "not a whole number") {
		t.Errorf("a none in place of nothing: %v", errs)
	}
}
