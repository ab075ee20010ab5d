package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/sim/result"
)

// reportFlags are the flags of report.
type reportFlags struct {
	out      string
	format   string
	noReport bool
	quiet    bool
}

func (t *tool) reportCommand() *cobra.Command {
	f := new(reportFlags)
	cmd := &cobra.Command{
		Use:   "report RESULT",
		Short: "Rebuild the reports of a result.json, without simulating anything",
		Long: `Rebuild the reports of a result.json, or of the folder that holds one. The table goes
to stdout, and report.html beside the result; --out writes another file in its
place, whose extension picks the format (.html, .md, .json or .txt).`,
		Example: `  faultline report faultline-out/shop
  faultline report old.json --out old.md --quiet`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError(cmd, "report takes one result: write the path of a result.json")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"json"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return t.rebuild(cmd, args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "`file` to write (default report.html beside the result)")
	flags.BoolVar(&f.noReport, "no-report", false, "write no file")
	flags.BoolVar(&f.quiet, "quiet", false, "errors alone on stderr")
	addFormat(cmd, &f.format)
	return cmd
}

// extensions are the formats of files.
var extensions = map[string]string{".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".txt": "text"}

func (t *tool) rebuild(cmd *cobra.Command, path string, f *reportFlags) error {
	shown, err := lookupFormat(cmd, f.format)
	if err != nil {
		return err
	}
	path = resultPath(path)
	out := f.out
	if out == "" {
		out = filepath.Join(filepath.Dir(path), "report.html")
	}
	format, err := reports.Lookup(extensions[strings.ToLower(filepath.Ext(out))])
	if err != nil {
		return usageError(cmd, "--out: no format has the extension of %s; one of .html, .md, .json, .txt", out)
	}
	store, err := readResult(path)
	if err != nil {
		return fail(exitUsage, "%v", err)
	}
	t.collect() // its text
	if !f.noReport {
		if err := prepareFile(out); err != nil {
			return fail(exitTool, "%v", err)
		}
		if err := writeFile(out, format.Write, store); err != nil {
			return fail(exitTool, "%v", err)
		}
	}
	if err := shown.Write(t.stdout, store, reports.Options{Color: t.color(t.stdout)}); err != nil {
		return written(err)
	}
	if !f.noReport && !f.quiet {
		fmt.Fprintf(t.stderr, "wrote %s\n", out)
	}
	return nil
}

// readResult reads a result.json and checks it. The error says what is wrong
// with the file.
func readResult(path string) (*result.Store, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s", path, reason(err))
	}
	defer file.Close()
	store, err := result.ReadJSON(file)
	if err != nil {
		return nil, fmt.Errorf("%s is no result of this version: %s", path, strings.TrimPrefix(err.Error(), "result.json: "))
	}
	return store, nil
}
