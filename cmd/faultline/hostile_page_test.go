package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// hostileMarkup is what a page, a forge, a spreadsheet or a terminal would act on,
// were it not taken for text.
const hostileMarkup = `</script></style></title><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"'><a href="javascript:alert(4)">` +
	` ${alert(5)} {{alert(6)}} [l](https://example.invalid) ![i](https://example.invalid/i.png) @everyone #1 ::error::x =cmd|' /C calc'!A0 <!-- ]]>`

// hostileButLegal is a scenario in which all is hostile that may be: descriptions,
// teams, comments, the names of files and folders, values of flags; and names that
// are legal, and belong to JavaScript.
func hostileButLegal() (files map[string]string, args []string) {
	folder := "</script><script>alert(7)<"
	top := folder + "/\"><img src=x onerror=alert(8)>.yaml"
	app := `application: constructor
# ` + hostileMarkup + `
components:
  hasOwnProperty:
    team: ` + quote(hostileMarkup) + `
    operations: { valueOf: [ { cpu: ` + quote("empirical('<script>alert9<.csv)") + ` }, { call: toString.prototype } ] }
  toString: { team: "=1+1", operations: { prototype: [ { cpu: exp(1ms) } ] } }
journeys:
  onerror: { call: hasOwnProperty.valueOf, objectives: { latency: p(99)<300ms, availability: 99% } }
`
	topology := "topology: javascript\napplication: ./app.yaml # " + hostileMarkup + `
services:
  NaN: { components: [hasOwnProperty] }
  undefined: { components: rest }
`
	scenario := "scenario: script\ndescription: " + quote(hostileMarkup+"\n\n# heading\n- [x] done\n```\nfence") + `
topologies: ` + quote(top) + `
run: { duration: 20s, warmup: 2s, replications: 3 }
load: { alert: { rate: 30/s, mix: { onerror: 1 } } }
faults: { onload: { at: 5s, duration: 5s, kill: { service: undefined } } }
thresholds: { "latency{journey:onerror}": ["p(99) < 1s"], "blastRadius{fault:onload}": ["< 1%"] }
`
	files = map[string]string{"scenario '$(alert).yaml": scenario, top: topology, folder + "/app.yaml": app, folder + "/'<script>alert9<.csv": "1ms\n2ms\n"}
	return files, []string{"run", "scenario '$(alert).yaml", "--set", "description=" + quote(hostileMarkup), "--root", "."}
}

// runHostile runs that scenario and returns the folder of its result.
func runHostile(t *testing.T, more ...string) (dir, stdout, stderr string) {
	files, args := hostileButLegal()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	code, stdout, stderr := command(t, append(args, more...)...)
	if code != exitPass && code != exitFail && code != exitInconclusive {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	return filepath.Join(dir, "faultline-out", "script"), stdout, stderr
}

func TestHostileNamesStayTextInEveryOutput(t *testing.T) {
	dir, stdout, stderr := runHostile(t)
	controls := func(what, text string) {
		for _, r := range text {
			if r != '\n' && !unicode.IsPrint(r) && r != '\u00a0' && r != '\u202f' {
				t.Errorf("%s holds %U", what, r)
			}
		}
	}
	controls("stdout", stdout)
	controls("stderr", stderr)
	var doc map[string]any
	if err := json.Unmarshal(read(t, filepath.Join(dir, "result.json")), &doc); err != nil || doc["schema"] != "faultline/result/v1" {
		t.Errorf("result.json: %v", err)
	}
	code, markdown, _ := command(t, "report", dir, "--format", "markdown", "--no-report")
	if code != exitPass {
		t.Fatalf("exit code %d", code)
	}
	controls("the Markdown", markdown)
	if !strings.Contains(markdown, "onload") || !strings.Contains(markdown, "undefined") {
		t.Errorf("the Markdown says nothing of the fault:\n%s", markdown)
	}
	// HTML is only what we write ourselves; a link, a mention or a command is nowhere
	// outside of code spans.
	plain := regexp.MustCompile("(?s)(`+)[^`].*?`+").ReplaceAllString(markdown, "")
	for _, live := range []string{`<(script|img|svg|a|style|iframe)\b`, `[^\\]\]\(`, `(^|[^\\])@\w`, `https?://`, `(?m)^::`, `(?m)^\s*=cmd`} {
		if found := regexp.MustCompile(live).FindString(plain); found != "" {
			t.Errorf("the Markdown has %q alive", found)
		}
	}
}

// The page is looked at in a browser as a reader would: opened, every part of it
// unfolded, printed. Nothing of the files may run.
func TestHostileNamesRunNowhereInTheReport(t *testing.T) {
	dir, _, _ := runHostile(t, "--quiet")
	page := filepath.Join(dir, "report.html")
	text := string(read(t, page))
	if !strings.Contains(text, "&lt;img src=x onerror=alert(2)&gt;") || !strings.Contains(text, "alert(7)") {
		t.Fatal("the page does not hold what might run")
	}
	ctx, wrong := hostileBrowser(t)
	look := func(path string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path)); err != nil {
			t.Fatal(err)
		}
		const unfold = `document.querySelectorAll('details').forEach(d => d.open = true), document.querySelectorAll('button, [tabindex], th').forEach(b => b.click()),
			[...document.querySelectorAll('script:not(body > script:last-child), iframe, img, object, embed, a[href^="javascript"], [onerror], [onload]')].map(e => e.outerHTML.slice(0, 99))`
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](unfold))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			wrong.add("element: %s", f)
		}
	}
	look(page)
	for _, w := range wrong.take() {
		t.Error(w)
	}
	// The check notices a page that runs something, or it says nothing.
	bad := filepath.Join(dir, "bad.html")
	if err := os.WriteFile(bad, []byte("<body><p>x</p><img src=x onerror=alert(2)><p></p></body>"), 0o600); err != nil {
		t.Fatal(err)
	}
	look(bad)
	if list := strings.Join(wrong.take(), "\n"); !strings.Contains(list, "dialog") || !strings.Contains(list, "element") {
		t.Errorf("a page that runs something goes unnoticed: %s", list)
	}
}

// heard is what a page did that it must not.
type heard struct {
	mu   sync.Mutex
	list []string
}

func (h *heard) add(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, fmt.Sprintf(format, args...))
}

func (h *heard) take() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.list
	h.list = nil
	return list
}

// hostileBrowser is a Chromium that is listened to; without one the test is
// skipped, but not in CI.
func hostileBrowser(t *testing.T) (context.Context, *heard) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		path, err = exec.LookPath("google-chrome")
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("no Chromium in PATH (in CI the page must be looked at)")
	}
	if err != nil {
		t.Skip("no Chromium in PATH: the page is not looked at")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log(err)
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	wrong := new(heard)
	err = chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *cdppage.EventJavascriptDialogOpening:
			wrong.add("dialog: %s", e.Message)
			go func() { // or the page stands still
				_, _ = chromedp.Call(ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: true})
			}()
		case *log.EventEntryAdded:
			wrong.add("%s: %s", e.Entry.Level, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			wrong.add("console.%s", e.Type)
		case *runtime.EventExceptionThrown:
			wrong.add("exception: %s", e.ExceptionDetails.Text)
		case *network.EventRequestWillBeSent:
			if url := e.Request.URL; !strings.HasPrefix(url, "file:") && !strings.HasPrefix(url, "data:") {
				wrong.add("request: %s", url)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, wrong
}
