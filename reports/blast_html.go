package reports

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"sync"

	"faultline/reports/chart"
	"faultline/reports/view"
	"faultline/sim/result"
)

//go:embed blast.gohtml
var blastText string

// blastTemplate shares tables and figures with the page of a run.
var blastTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.Must(parsedPage().Clone()).Funcs(template.FuncMap{"levels": view.BlastLevels}).Parse(blastText))
})

// blastPage is what its template sees.
type blastPage struct {
	*view.Blast
	Ranking chart.Figure
	Style   template.CSS
	Script  template.JS
	Policy  string
}

// BlastHTML writes the report of a fault catalogue: one file, under the same policy
// as that of a run.
func BlastHTML(w io.Writer, doc *result.Blast, _ Options) error {
	v := view.NewBlast(doc)
	var b bytes.Buffer
	err := blastTemplate().ExecuteTemplate(&b, "blast", blastPage{
		Blast: v, Ranking: chart.Ranking(v), Style: template.CSS(pageStyle), Script: template.JS(pageScript), Policy: policy(pageStyle, pageScript),
	})
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}
