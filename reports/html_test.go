package reports

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"faultline/reports/internal/fixture"
)

func TestThePolicyAllowsTheStyleAndTheScriptOfThePageAndNothingElse(t *testing.T) {
	page := render(t, HTML, stores()["whole"], Options{})
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page, -1)
	if len(style) != 1 {
		t.Fatalf("%d style elements", len(style))
	}
	sum := sha256.Sum256([]byte(style[0][1]))
	script := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(page, -1)
	if len(script) != 1 || script[0][1] != pageScript {
		t.Fatalf("%d scripts, or not ours", len(script))
	}
	run := sha256.Sum256([]byte(script[0][1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(run[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'"
	got := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if got == nil || html.UnescapeString(got[1]) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if strings.Index(page, "Content-Security-Policy") > strings.Index(page, "<style>") {
		t.Error("the policy comes after what it is about")
	}
}

// Whatever a name holds, the page has no element and no attribute but its own.
func TestEveryNameIsEscapedEverywhere(t *testing.T) {
	tag := regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>`)
	attribute := regexp.MustCompile(`([a-zA-Z0-9-]+)\s*=\s*"[^"]*"`)
	own := strings.Fields("html head meta title link style body a header p b span h1 h2 h3 h4 main section div table thead tbody tr th td small " +
		"nav ul li figure figcaption svg desc g path text line rect details summary dl dt dd pre code footer " +
		"ol script button input output")
	allowed := strings.Fields("lang charset http-equiv content name rel href class id aria-label aria-hidden role tabindex scope title viewBox " +
		"x y x1 x2 y1 y2 width height fill stroke stroke-width stroke-dasharray fill-opacity text-anchor transform d " +
		"hidden type min max value data-seconds data-words data-cells data-sort data-left data-right data-end")
	for name, doc := range stores() {
		page := render(t, HTML, doc, Options{})
		page = regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(page, "<style></style>")
		page = strings.Replace(page, pageScript, "", 1)
		page = strings.ReplaceAll(page, `class="replay" hidden `, `class="replay" `)
		for _, m := range tag.FindAllStringSubmatch(page, -1) {
			if !slices.Contains(own, m[2]) {
				t.Errorf("%s: element %s", name, m[0])
			}
			for _, a := range attribute.FindAllStringSubmatch(m[3], -1) {
				if !slices.Contains(allowed, a[1]) {
					t.Errorf("%s: attribute %s in %s", name, a[1], m[0])
				}
			}
			if rest := strings.Trim(attribute.ReplaceAllString(m[3], ""), " \n/"); rest != "" {
				t.Errorf("%s: %q is no attribute of ours in %s", name, rest, m[0])
			}
		}
		for _, evil := range []string{fixture.Script, fixture.Image, "\x1b", "\u202e", "\u009b", "\x00"} {
			if strings.Contains(page, evil) {
				t.Errorf("%s: %q is in the page", name, evil)
			}
		}
	}
	if page := render(t, HTML, stores()["hostile"], Options{}); strings.Count(page, html.EscapeString(fixture.Script)) < 20 {
		t.Error("the hostile names did not reach the page, so nothing was tested")
	}
}

// A dozen topologies at full length would be a page that nobody reads.
func TestTheTopologiesBehindTheFirstAreFoldedAway(t *testing.T) {
	page := render(t, HTML, fixture.Store(fixture.Many(7)), Options{})
	section := page[strings.Index(page, `id="parts"`):strings.Index(page, `id="validity"`)]
	if n := strings.Count(section, `<details class="fold"><summary>shop-variant-5</summary>`); n == 0 || strings.Contains(section, `<summary>shop-variant-4</summary>`) {
		t.Errorf("the fifth topology is folded away %d times, or the fourth is", n)
	}
	if n, want := strings.Count(page, `<details class="fold">`), strings.Count(page, `<details class="fold"><summary>shop-variant-`); n != want || n%3 != 0 {
		t.Errorf("%d folds, %d with the name of a topology, of three topologies", n, want)
	}
}

// What has nothing to draw is said in one place.
func TestFiguresWithoutDataAreSentences(t *testing.T) {
	page := render(t, HTML, fixture.Store(fixture.Calm()), Options{})
	at := strings.Index(page, `id="undrawn"`)
	if at < 0 || strings.Contains(page[:at], "No fault was injected, so there") || !strings.Contains(page[at:], `<div id="blast"><dt>Blast radius</dt><dd>No fault was injected, so there is no blast radius.</dd></div>`) {
		t.Error("the figures that are not drawn are not told of in one place")
	}
	if strings.Contains(render(t, HTML, stores()["whole"], Options{}), `id="undrawn"`) {
		t.Error("a heading over nothing")
	}
}

// A browser ends lines behind hyphens; names stay on one line, and stay escaped.
func TestSentencesKeepNamesOnOneLine(t *testing.T) {
	got := string(whole("shop-monolith & <b>a-b</b> of " + strings.Repeat("very-", 10)))
	want := `<span class="whole">shop-monolith</span> &amp; <span class="whole">&lt;b&gt;a-b&lt;/b&gt;</span> of ` + strings.Repeat("very-", 10)
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestThePageAsksTheNetworkForNothingAndIsSmall(t *testing.T) {
	for name, doc := range stores() {
		page := render(t, HTML, doc, Options{})
		page = strings.ReplaceAll(page, "&lt;img src=x", "") // of a name: text, not an element
		page = strings.Replace(page, pageScript, "", 1)
		for _, link := range regexp.MustCompile(`(?i)(src|href|url)\s*[=(]\s*["']?([^"'#)>\s]+)`).FindAllStringSubmatch(page, -1) {
			if link[2] != "data:," {
				t.Errorf("%s: a link to %s", name, link[2])
			}
		}
		if len(page) > 3<<20 {
			t.Errorf("%s: %d bytes", name, len(page))
		}
	}
}

// Every ink and every class of the page has its look: one that is missing would
// be drawn black, in the dark too.
func TestEveryClassHasAStyle(t *testing.T) {
	used := map[string]bool{}
	for _, doc := range stores() {
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(render(t, HTML, doc, Options{}), -1) {
			for _, class := range strings.Fields(m[1]) {
				used[class] = true
			}
		}
	}
	for class := range used {
		if !regexp.MustCompile(`\.`+regexp.QuoteMeta(class)+`\b`).MatchString(pageStyle) && class != "data" && class != "sortable" {
			t.Errorf("class %s has no style", class)
		}
	}
	if len(used) < 30 {
		t.Errorf("only %d classes seen", len(used))
	}
}

// Text and lines must be readable on the paper: WCAG 2.2 asks for 4.5:1 of text
// and 3:1 of graphics, in light and in dark.
func TestInksAreReadableOnPaper(t *testing.T) {
	blocks := regexp.MustCompile(`(?s):root\{(.*?)\}`).FindAllStringSubmatch(pageStyle, 2)
	if len(blocks) != 2 {
		t.Fatalf("%d palettes", len(blocks))
	}
	for i, scheme := range []string{"light", "dark"} {
		ink := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z0-9]+):(#[0-9a-f]{6})`).FindAllStringSubmatch(blocks[i][1], -1) {
			ink[m[1]] = m[2]
		}
		for least, names := range map[float64]string{4.5: "ink muted link good warn bad base through better worse c0 c1 c2 c3 c4 t0 t1 t2 t3 t4 t5", 3: "fail3 slow3 silent"} {
			for _, name := range strings.Fields(names) {
				if c := contrast(t, ink[name], ink["paper"]); c < least {
					t.Errorf("%s: %s has a contrast of %.2f, below %g", scheme, name, c, least)
				}
			}
		}
		if c := contrast(t, ink["base"], ink["window"]); c < 3 {
			t.Errorf("%s: the baseline has a contrast of %.2f on a fault's window", scheme, c)
		}
	}
}

// contrast is WCAG 2.2's contrast ratio of two colours #rrggbb.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(hex string) float64 {
		if len(hex) != 7 {
			t.Fatalf("%q is no colour", hex)
		}
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestThePageComesInOrder(t *testing.T) {
	page := render(t, HTML, stores()["whole"], Options{})
	last := -1
	for _, id := range []string{`class="verdict`, `id="decision"`, `id="thresholds"`, `id="why"`, `id="graph"`, `id="flow"`, `id="blast"`, `id="damage"`, `id="damages"`,
		`id="forest"`, `id="latency"`, `id="delay"`, `id="load"`, `id="parts"`, `id="cost"`, `id="validity"`, `id="repeat"`} {
		at := strings.Index(page, id)
		if at <= last {
			t.Errorf("%s stands at %d, after what follows it", id, at)
		}
		last = at
	}
	for _, m := range regexp.MustCompile(`href="#([a-z]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, fmt.Sprintf(`id="%s"`, m[1])) {
			t.Errorf("a link to #%s, which is not there", m[1])
		}
	}
}

// The report of two topologies, with 600 windows each: 55 ms (19 MB allocated, a page of 0.4 MB) on the
// machine of docs/performance.md, which allows a second.
func BenchmarkHTML(b *testing.B) {
	store := fixture.Store(fixture.Document())
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(io.Discard, store, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
