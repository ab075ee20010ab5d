package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the output of the README's command into it")

// fence is a fenced block of a Markdown file.
type fence struct {
	lang string
	info string // the rest of the opening line: a file name, or where it goes
	text string
	line int
}

// fences lists the fenced blocks of a file of the project.
func fences(t *testing.T, path string) (out []fence) {
	t.Helper()
	var open *fence
	n := 0
	for line := range strings.Lines(string(read(t, path))) {
		n++
		switch mark, fenced := strings.CutPrefix(line, "```"); {
		case fenced && open == nil:
			lang, info, _ := strings.Cut(strings.TrimSpace(mark), " ")
			open = &fence{lang: lang, info: info, line: n}
		case fenced:
			out = append(out, *open)
			open = nil
		case open != nil:
			open.text += line
		}
	}
	if open != nil {
		t.Fatalf("%s:%d: the block has no end", path, open.line)
	}
	return out
}

// module is the project's folder.
func module(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// pages are all pages with YAML in them that this version must understand.
func pages(t *testing.T) []string {
	t.Helper()
	root := module(t)
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(docs) == 0 {
		t.Fatalf("no pages under docs: %v", err)
	}
	return append(docs, filepath.Join(root, "README.md"))
}

// TestDocumentationYAMLIsValid loads every YAML block: the blocks of a page are
// files side by side, so that one can name another.
func TestDocumentationYAMLIsValid(t *testing.T) {
	for _, page := range pages(t) {
		blocks := 0
		dir := t.TempDir()
		var files []string
		for _, f := range fences(t, page) {
			if f.lang != "yaml" {
				continue
			}
			blocks++
			name := f.info
			if name == "" {
				t.Errorf("%s:%d: the block names no file", filepath.Base(page), f.line)
				continue
			}
			put(t, filepath.Join(dir, name), f.text)
			files = append(files, filepath.Join(dir, name))
		}
		if len(files) == 0 {
			if strings.Contains(string(read(t, page)), "```yaml") {
				t.Errorf("%s: its YAML is not looked at", page)
			}
			continue
		}
		code, stdout, stderr := command(t, append([]string{"validate", "--root", dir}, files...)...)
		if code != 0 {
			t.Errorf("%s: %s", filepath.Base(page), stderr)
		}
		if n := strings.Count(stdout, ": valid\n"); n != blocks {
			t.Errorf("%s: %d of %d blocks are valid", filepath.Base(page), n, blocks)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// commands lists what follows "go run ./cmd/faultline" in the shell blocks of a page.
func commands(t *testing.T, page string) (out [][]string) {
	t.Helper()
	for _, f := range fences(t, page) {
		if f.lang != "sh" {
			continue
		}
		for line := range strings.Lines(f.text) {
			if args, ok := strings.CutPrefix(strings.TrimSpace(line), "go run ./cmd/faultline "); ok {
				out = append(out, strings.Fields(args))
			}
		}
	}
	return out
}

// TestDocumentationOfTheReadmeRuns runs the README's commands in the project's
// folder, and compares the output that it shows with what they print.
func TestDocumentationOfTheReadmeRuns(t *testing.T) {
	root := module(t)
	readme := filepath.Join(root, "README.md")
	all := commands(t, readme)
	if len(all) != 2 {
		t.Fatalf("the README has %d commands, not two", len(all))
	}
	page := string(read(t, readme))
	t.Chdir(root)
	for _, args := range all {
		shown := strings.Join(args, " ")
		if args[0] == "run" {
			args = append(args, "--out", t.TempDir())
		}
		code, stdout, stderr := command(t, args...)
		if code != 0 {
			t.Errorf("%s: exit code %d\n%s%s", shown, code, stdout, stderr)
		}
		block := regexp.MustCompile("(?s)(<!-- output: " + regexp.QuoteMeta(shown) + " -->\n```text\n)(.*?)(```\n)")
		switch found := block.FindStringSubmatch(page); {
		case found == nil && args[0] == "run":
			t.Errorf("the README does not show what %s prints", shown)
		case found != nil && found[2] != stdout && *update:
			page = strings.Replace(page, found[0], found[1]+stdout+found[3], 1)
			put(t, readme, page)
		case found != nil && found[2] != stdout:
			t.Errorf("the README shows another output of %s than\n%s(with -update it is written there)", shown, stdout)
		}
	}
}

// TestDocumentationSoakOfWhatTheReadmeShows runs the commands whose output the README
// shows but does not tell the reader to run: their lines come in that order, with
// others where the README has left some out.
func TestDocumentationSoakOfWhatTheReadmeShows(t *testing.T) {
	if os.Getenv("FAULTLINE_SOAK") == "" {
		t.Skip("a minute of simulation; FAULTLINE_SOAK=1 runs it")
	}
	page := string(read(t, filepath.Join(module(t), "README.md")))
	t.Chdir(t.TempDir())
	words := regexp.MustCompile(`'[^']*'|\S+`)
	all := regexp.MustCompile("(?s)<!-- shown: ([^\n]*) -->\n```text\n(.*?)```\n").FindAllStringSubmatch(page, -1)
	if len(all) == 0 {
		t.Fatal("the README shows nothing")
	}
	for _, block := range all {
		var args []string
		for _, w := range words.FindAllString(block[1], -1) {
			args = append(args, strings.Trim(w, "'"))
		}
		code, stdout, stderr := command(t, args...)
		if code != 0 {
			t.Errorf("%s: exit code %d\n%s", block[1], code, stderr)
		}
		rest := stdout
		for line := range strings.Lines(block[2]) {
			if line == "…\n" {
				continue
			}
			_, after, ok := strings.Cut(rest, line)
			if !ok {
				t.Errorf("%s does not print %q, or not there", block[1], line)
				break
			}
			rest = after
		}
	}
}

// TestDocumentationOfTheReadmeScenarioHolds runs the scenario that the README explains.
func TestDocumentationOfTheReadmeScenarioHolds(t *testing.T) {
	readme := filepath.Join(module(t), "README.md")
	dir := t.TempDir()
	for _, f := range fences(t, readme) {
		if f.lang == "yaml" {
			if n := strings.Count(f.text, "\n"); n != 10 {
				t.Errorf("the ten lines are %d", n)
			}
			put(t, filepath.Join(dir, f.info), f.text)
		}
	}
	t.Chdir(dir)
	code, stdout, stderr := command(t, "run", "my-scenario.yaml", "--no-report")
	if code != 0 {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// TestDocumentationLinksLeadSomewhere follows the links between the pages.
func TestDocumentationLinksLeadSomewhere(t *testing.T) {
	root := module(t)
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	all, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(all, pages(t)[:len(pages(t))-1]...) { // the README is among both
		for _, found := range link.FindAllStringSubmatch(string(read(t, page)), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), found[1])); err != nil {
				t.Errorf("%s: %v", filepath.Base(page), err)
			}
		}
	}
}

// walk is a copy of the project in which CONTRIBUTING's blocks stand: an overlay,
// which the go command puts over the files.
type walk struct {
	root, dir string
	replace   map[string]string // file of the project → file with its text
}

// write puts a whole file into the overlay.
func (w *walk) write(t *testing.T, name, text string) {
	path := filepath.Join(w.root, name)
	w.replace[path] = filepath.Join(w.dir, strings.ReplaceAll(name, "/", "_"))
	put(t, w.replace[path], text)
}

// insert puts a block below the first line that holds a text.
func (w *walk) insert(t *testing.T, name, below, block string) {
	t.Helper()
	var out strings.Builder
	done := false
	for line := range strings.Lines(string(read(t, filepath.Join(w.root, name)))) {
		out.WriteString(line)
		if !done && strings.Contains(line, below) {
			out.WriteString(block)
			done = true
		}
	}
	if !done {
		t.Fatalf("%s has no line with %s", name, below)
	}
	w.write(t, name, out.String())
}

// TestDocumentationOfAddingAFault does what CONTRIBUTING says: writes its file,
// adds the lines, runs the conformance tests, and uses the fault in a scenario.
func TestDocumentationOfAddingAFault(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the project once more")
	}
	w := &walk{root: module(t), dir: t.TempDir(), replace: map[string]string{}}
	page := filepath.Join(w.root, "CONTRIBUTING.md")
	scenario := ""
	for _, f := range fences(t, page) {
		name, below, within := strings.Cut(f.info, " below ")
		switch {
		case f.lang == "yaml":
			scenario = filepath.Join(w.dir, name)
			put(t, scenario, f.text)
		case f.lang == "go" && within:
			w.insert(t, name, below, f.text)
		case f.lang == "go":
			w.write(t, name, f.text)
		}
	}
	if len(w.replace) != 3 || scenario == "" {
		t.Fatalf("the walk has %d files and the scenario %q", len(w.replace), scenario)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": w.replace})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(w.dir, "overlay.json"), string(overlay))
	w.run(t, "test", "./sim/fault")
	binary := filepath.Join(w.dir, "faultline")
	w.run(t, "build", "-buildvcs=false", "-o", binary, "./cmd/faultline")
	for _, args := range append(commands(t, page), []string{"list", "faults"}) {
		cmd := exec.Command(binary, args...)
		cmd.Dir = w.dir
		out, err := cmd.CombinedOutput()
		if err != nil || args[0] == "list" && !strings.Contains(string(out), "brownout") {
			t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// run runs the go command over the overlay.
func (w *walk) run(t *testing.T, verb string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", append([]string{verb, "-overlay", filepath.Join(w.dir, "overlay.json")}, args...)...)
	cmd.Dir = w.root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", verb, err, out)
	}
}
