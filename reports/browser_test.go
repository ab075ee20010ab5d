package reports

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

// browser starts a Chromium with a profile of its own. Without one the test is
// skipped, except in CI, where a missing browser would hide a broken page.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium in PATH (install chromium; in CI the page must be looked at)")
		}
		t.Skip("no Chromium in PATH: the page is not looked at")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() { // the profile can be removed when the browser is gone
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log(err)
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// complaints collects what a page must not do: write errors to the console
// (a breach of the policy is one), throw, open dialogs, ask the network.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, fmt.Sprintf(format, args...))
}

// take returns the complaints so far and forgets them.
func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.list
	c.list = nil
	return out
}

func (c *complaints) listen(ctx context.Context, t *testing.T) {
	t.Helper()
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			c.add("%s: %s", e.Entry.Level, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			c.add("console.%s", e.Type)
		case *runtime.EventExceptionThrown:
			c.add("exception: %s", e.ExceptionDetails.Text)
		case *cdppage.EventJavascriptDialogOpening:
			c.add("dialog: %s", e.Message)
		case *network.EventRequestWillBeSent:
			if url := e.Request.URL; !strings.HasPrefix(url, "file:") && !strings.HasPrefix(url, "data:") {
				c.add("request: %s", url)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func open(ctx context.Context, t *testing.T, path string, width int64) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+path)); err != nil {
		t.Fatal(err)
	}
}

// ask evaluates an expression in the page.
func ask[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// What is asked of every page. Each expression lists what is wrong.
const (
	overflowing = `[document.documentElement, document.body].filter(e => e.scrollWidth > innerWidth).map(e => e.tagName + ' is ' + e.scrollWidth)`
	unnamed     = `[...document.querySelectorAll('svg')].filter(e => e.getAttribute('aria-hidden') != 'true' &&
		!(e.getAttribute('role') == 'img' && e.getAttribute('aria-label') && e.querySelector('desc').textContent)).map(e => e.outerHTML.slice(0, 99))`
	runaway = `[...document.querySelectorAll('svg.chart')].flatMap(s => [...s.querySelectorAll('text')].filter(e => {
		const a = e.getBoundingClientRect(), b = s.getBoundingClientRect()
		return a.left < b.left - 6 || a.right > b.right + 6 || a.top < b.top - 4 || a.bottom > b.bottom + 4 }).map(e => e.textContent))`
	foreign = `[...document.querySelectorAll('script:not(body > script:last-child), iframe, img, object, embed, [style], [onerror], [onmouseover], [onload]')].map(e => e.outerHTML.slice(0, 99))`
	unsized = `[...document.querySelectorAll('svg.chart')].filter(e => e.getBoundingClientRect().height < 45).map(e => e.getAttribute('aria-label'))`
)

func TestPageInABrowser(t *testing.T) {
	ctx := browser(t)
	var wrong complaints
	wrong.listen(ctx, t)
	dir := t.TempDir()
	for name, store := range stores() {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".html")
		writePage(t, path, store)
		for _, width := range []int64{1280, 320} {
			t.Run(fmt.Sprintf("%s, %d px", name, width), func(t *testing.T) {
				open(ctx, t, path, width)
				for what, expression := range map[string]string{"too wide": overflowing, "picture without a name": unnamed,
					"text outside its picture": runaway, "element that must not be": foreign, "picture without a height": unsized} {
					for _, found := range ask[[]string](ctx, t, expression) {
						t.Errorf("%s: %s", what, found)
					}
				}
				if got := ask[string](ctx, t, "getComputedStyle(document.querySelector('h1')).fontWeight"); got != "600" {
					t.Errorf("the style sheet is not in force: h1 has weight %s", got)
				}
				for _, complaint := range wrong.take() {
					t.Error(complaint)
				}
			})
		}
	}
}

// On a desk no table of the built-in shop must be scrolled sideways, and long
// lists of names must not squeeze the figures beside them.
func TestTablesFitADesk(t *testing.T) {
	doc := fixture.Document()
	for i := range doc.Topologies {
		for k := range doc.Topologies[i].Faults {
			f := &doc.Topologies[i].Faults[k]
			f.Surprise = strings.Split("accounts catalogue search recommendations cart checkout payments inventory shipping notifications", " ")
		}
	}
	ctx, _ := opened(t, fixture.Store(doc), 1280)
	const wide = `[...document.querySelectorAll('#thresholds .scroll, #damages .scroll, #parts .scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.getAttribute('aria-label') + ' ' + e.scrollWidth)`
	for _, found := range ask[[]string](ctx, t, wide) {
		t.Errorf("too wide: %s", found)
	}
	if w := ask[float64](ctx, t, `document.querySelector('#damages tbody td').getBoundingClientRect().width`); w < 200 {
		t.Errorf("the names of the figures have %.0f px", w)
	}
	if n := ask[int](ctx, t, `document.querySelectorAll('#damages td.long').length`); n == 0 {
		t.Error("no list of names was tested")
	}
}

// Charts are measured before anybody knows the reader's fonts, so the page
// scales every face to the widths that were measured.
func TestTextInChartsIsAsWideInEveryFace(t *testing.T) {
	ctx := browser(t)
	path := filepath.Join(t.TempDir(), "report.html")
	writePage(t, path, stores()["whole"])
	open(ctx, t, path, 1280)
	for _, face := range []string{"sans-serif", "serif", "monospace"} {
		for _, text := range []string{".chart text", ".chart text.strong", ".graph text"} {
			got := ask[float64](ctx, t, `(() => {
				const e = document.querySelector('`+text+`')
				document.styleSheets[0].insertRule('.chart text, .graph text {font-family:`+face+` !important}', document.styleSheets[0].cssRules.length)
				e.textContent = '0'.repeat(20)
				return e.getComputedTextLength() / 20 / parseFloat(getComputedStyle(e).fontSize) })()`)
			if math.Abs(got-0.556) > 0.03 {
				t.Errorf("%s, %s: a digit is %.3f em wide, and was taken for 0.556", face, text, got)
			}
		}
	}
}

// The page themes the charts: the same ink has another colour in the dark.
func TestPageIsLightAndDark(t *testing.T) {
	ctx := browser(t)
	path := filepath.Join(t.TempDir(), "report.html")
	writePage(t, path, stores()["whole"])
	open(ctx, t, path, 1280)
	const colours = `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.chart .t0')).color]`
	light := emulated(ctx, t, "light", colours)
	dark := emulated(ctx, t, "dark", colours)
	for i := range light {
		if light[i] == dark[i] || !strings.HasPrefix(light[i], "rgb") {
			t.Errorf("%q in light, %q in dark", light[i], dark[i])
		}
	}
}

// emulated evaluates an expression under a colour scheme.
func emulated(ctx context.Context, t *testing.T, scheme, expression string) []string {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ask[[]string](ctx, t, expression)
}

// The checks above must notice a bad page, or they say nothing.
func TestBrowserChecksNoticeABadPage(t *testing.T) {
	ctx := browser(t)
	var wrong complaints
	wrong.listen(ctx, t)
	path := filepath.Join(t.TempDir(), "bad.html")
	bad := `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="` + policy("", "") + `"><p style="width:5000px">a</p>` +
		`<div><table><tr><td><svg class="chart" viewBox="0 0 10 10"><text x="99" y="5">runaway</text></svg></table></div><script>alert(1)</script><img src="https://example.invalid/a.png">` +
		`<pre>` + strings.Repeat("wide", 500)
	if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	open(ctx, t, path, 375)
	for what, expression := range map[string]string{"overflow": overflowing, "picture without a name": unnamed, "text outside": runaway, "foreign element": foreign} {
		if len(ask[[]string](ctx, t, expression)) == 0 {
			t.Errorf("no %s noticed", what)
		}
	}
	if n := len(wrong.take()); n < 3 { // style, script, image
		t.Errorf("%d breaches of the policy noticed", n)
	}
}

func writePage(t *testing.T, path string, store *result.Store) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := HTML(f, store, Options{}); err != nil {
		t.Fatal(err)
	}
}
