package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"faultline/reports/chart"
	"faultline/reports/view"
	"faultline/sim/result"
)

//go:embed page.gohtml
var pageText string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// pageTemplate escapes by context; only the style, the script and the charts, which
// this program writes itself, are taken as they are.
var pageTemplate = sync.OnceValue(func() *template.Template { return template.Must(parsedPage().Clone()) })

// parsedPage is the template that the others are made of: one that has been executed
// cannot be cloned. It is parsed when the first page is written: most commands write none.
var parsedPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(pageFuncs).Parse(pageText))
})

var pageFuncs = template.FuncMap{
	"class":   chart.Class,
	"clock":   view.Clock,
	"plural":  view.Plural,
	"svg":     func(s string) template.HTML { return template.HTML(s) },
	"group":   newGroup,
	"short":   short,
	"last":    func(n int) int { return n - 1 },
	"whole":   whole,
	"folded":  func(topology int) bool { return topology >= maxOpen },
	"undrawn": undrawn,
}

// maxOpen is how many topologies are told of at length; what is said of each of
// the others is folded away, so that the page stays one that can be read.
const maxOpen = 4

// undrawn are the figures that have nothing to draw, with the sentences that say why.
func undrawn(all []chart.Figure) (out []chart.Figure) {
	for _, f := range all {
		if f.Empty != "" {
			out = append(out, f)
		}
	}
	return out
}

// whole escapes a sentence so that no line ends within a name: a browser breaks
// behind hyphens, of which names have many.
func whole(sentence string) template.HTML {
	words := strings.Split(sentence, " ")
	for i, w := range words {
		words[i] = template.HTMLEscapeString(w)
		if n := utf8.RuneCountInString(w); strings.Contains(w, "-") && n <= maxWhole {
			words[i] = `<span class="whole">` + words[i] + "</span>"
		}
	}
	return template.HTML(strings.Join(words, " "))
}

// maxWhole bounds a word that is kept on one line, in characters: a telephone's
// line has room for it.
const maxWhole = 26

// page is what the template sees.
type page struct {
	*view.View
	Figures []chart.Figure
	Style   template.CSS
	Script  template.JS
	Policy  string
}

// group is the tables of one kind under one title, one a topology.
type group struct {
	Title  string
	Tables []view.Table
}

func newGroup(title string, tables []view.Table) group { return group{title, tables} }

// Any reports whether there is anything under the title.
func (g group) Any() bool {
	return slices.ContainsFunc(g.Tables, func(t view.Table) bool { return !t.Empty() })
}

// short names the charts in the list of sections.
func short(id string) string {
	return map[string]string{"graph": "Topologies", "flow": "Requests over time", "causes": "Errors by cause", "blast": "Blast radius", "damage": "Damage map",
		"forest": "Differences", "latency": "Latency", "delay": "Latency over time", "load": "Utilisation and queues", "cost": "Cost"}[id]
}

// HTML writes report.html: one file that asks the network for nothing, is whole
// without its script, and allows by its own policy no style and no script but
// those inside.
func HTML(w io.Writer, store *result.Store, _ Options) error {
	v := view.New(store)
	var b bytes.Buffer
	err := pageTemplate().ExecuteTemplate(&b, "page", page{
		View: v, Figures: chart.All(v), Style: template.CSS(pageStyle), Script: template.JS(pageScript), Policy: policy(pageStyle, pageScript),
	})
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// policy forbids everything but the one style sheet, the one script and inline
// images.
func policy(style, script string) string {
	return "default-src 'none'; style-src '" + digest(style) + "'; script-src '" + digest(script) + "'; img-src data:; base-uri 'none'; form-action 'none'"
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
