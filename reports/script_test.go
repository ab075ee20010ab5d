package reports

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

// opened shows a report in a browser and fails on whatever it complains of.
func opened(t *testing.T, store *result.Store, width int64) (context.Context, string) {
	t.Helper()
	ctx := browser(t)
	wrong := &complaints{}
	wrong.listen(ctx, t)
	path := filepath.Join(t.TempDir(), "report.html")
	writePage(t, path, store)
	open(ctx, t, path, width)
	t.Cleanup(func() {
		for _, complaint := range wrong.take() {
			t.Error(complaint)
		}
	})
	return ctx, path
}

func TestTheReplayShowsTheDamageSliceBySlice(t *testing.T) {
	ctx, _ := opened(t, stores()["whole"], 1280)
	const state = `(() => { const n = [...document.querySelectorAll('.node')].filter(n => n.querySelector('text').textContent == 'recommendations')[0]
		return [n.querySelector('.hue').getAttribute('class'), n.querySelector('.words').textContent, document.querySelector('.replay output').textContent,
			document.querySelector('svg[data-end] path.cursor').getAttribute('d')] })()`
	const slide = `(() => { const s = document.querySelector('.replay input'); s.value = %; s.dispatchEvent(new Event('input')); return s.value })()`
	still := ask[[]string](ctx, t, state)
	if still[0] != "hue fail3" || still[2] != "the worst of the fault" || still[3] != "" {
		t.Errorf("at first: %q", still)
	}
	ask[string](ctx, t, strings.Replace(slide, "%", "2", 1)) // long before the fault
	if got := ask[[]string](ctx, t, state); got[0] != "hue calm" || got[1] != "well" || got[2] != "20 s to 30 s" || !strings.HasPrefix(got[3], "M") {
		t.Errorf("before the fault: %q", got)
	}
	ask[string](ctx, t, strings.Replace(slide, "%", "30", 1)) // in its middle
	if got := ask[[]string](ctx, t, state); got[0] != "hue fail3" || got[1] != "≥\u00a020% errors" || got[2] != "5 min to 5 min 10 s" {
		t.Errorf("while the fault is active: %q", got)
	}
	ask[bool](ctx, t, `document.querySelectorAll('.replay button')[1].click() || true`)
	if got := ask[[]string](ctx, t, state); !slices.Equal(got, still) {
		t.Errorf("back at the worst: %q, at first it was %q", got, still)
	}
}

func TestTablesSortByTheirFigures(t *testing.T) {
	ctx, _ := opened(t, stores()["metastable"], 1280)
	const table = `[...document.querySelectorAll('#parts table')].filter(t => t.tHead.textContent.includes('Service') && t.tBodies[0].rows.length > 3)[0]`
	const column = `[...` + table + `.tBodies[0].rows].map(r => r.cells[%].textContent)`
	const click = `(() => { const h = ` + table + `.tHead.rows[0].cells[%]; h.querySelector('button').click(); return h.getAttribute('aria-sort') })()`
	at := func(s, n string) string { return strings.Replace(s, "%", n, 1) }
	before := ask[[]string](ctx, t, at(column, "2"))
	if got := ask[string](ctx, t, at(click, "2")); got != "descending" {
		t.Errorf("sorted %s at first", got)
	}
	down := ask[[]string](ctx, t, at(column, "2"))
	slices.Reverse(down)
	if !slices.Equal(before, down) || strings.Compare(before[0], before[1]) == 0 {
		t.Errorf("utilisation falls as %q, and was given as %q", down, before)
	}
	ask[string](ctx, t, at(click, "0"))
	if names := ask[[]string](ctx, t, at(column, "0")); !slices.IsSorted(names) {
		t.Errorf("names in the order %q", names)
	}
}

func TestALinkOpensWhatItPointsTo(t *testing.T) {
	ctx, path := opened(t, stores()["whole"], 1280)
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path+"#flow-table")); err != nil {
		t.Fatal(err)
	}
	if !ask[bool](ctx, t, `document.getElementById('flow-table').open && !document.getElementById('blast-table').open`) {
		t.Error("the table is folded away, or all are unfolded")
	}
}

// Without its script the page is whole: nothing that needs it is shown.
func TestThePageIsWholeWithoutItsScript(t *testing.T) {
	ctx := browser(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	writePage(t, path, stores()["whole"])
	open(ctx, t, path, 1280)
	if shown := ask[[]string](ctx, t, `[...document.querySelectorAll('button, input, .replay')].filter(e => e.offsetParent).map(e => e.outerHTML)`); len(shown) > 0 {
		t.Errorf("controls that do nothing: %q", shown)
	}
	if n := ask[int](ctx, t, `document.querySelectorAll('.node').length`); n < 5 {
		t.Errorf("%d nodes drawn", n)
	}
}

// audit asks axe-core for breaches of WCAG 2.2 A and AA, contrast included.
func audit(ctx context.Context, t *testing.T) []string {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join("testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	ask[bool](ctx, t, string(axe)+"; true")
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}).then(r =>
		JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 160) + ' ' + (n.any[0] || {}).message))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestThePageIsAccessible(t *testing.T) {
	for name, scheme := range map[string]string{"whole": "dark", "metastable": "light"} {
		ctx, _ := opened(t, stores()[name], 1280)
		emulated(ctx, t, scheme, `[]`)
		for _, v := range audit(ctx, t) {
			t.Errorf("%s, %s: %s", name, scheme, v)
		}
		ask[bool](ctx, t, `document.querySelector('.finding').innerHTML = '<img src="data:,">'; true`)
		if n := len(audit(ctx, t)); n == 0 {
			t.Error("the audit notices nothing")
		}
	}
}

// The built-in scenarios' reports stay below 3 MB; a thousand services too.
func TestAThousandServicesGiveAReadablePage(t *testing.T) {
	page := render(t, HTML, fixture.Store(fixture.Vast(1000)), Options{})
	if !strings.Contains(page, "983 more, the least hurt and least used, are not drawn") {
		t.Error("the services that are not drawn are not counted")
	}
	if n := strings.Count(page, `class="node"`); n < 20 || n > 40 {
		t.Errorf("%d nodes drawn", n)
	}
	if len(page) > 3<<20 {
		t.Errorf("%d bytes", len(page))
	}
}
