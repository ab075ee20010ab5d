package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"faultline/scenarios/study"
)

func (t *tool) initCommand() *cobra.Command {
	force := false
	cmd := &cobra.Command{
		Use:   "init [NAME|DIR]",
		Short: "Write a commented example to begin with: an application, two topologies, a scenario",
		Long: `Write a commented example to begin with into a folder, "starter" unless another is
given, and say how to run it. The folder's name is the scenario's. Files that are
there already are left alone, and nothing is written then, but for --force.`,
		Example: `  faultline init
  faultline init my-shop`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError(cmd, "init takes one folder")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "starter"
			if len(args) > 0 {
				dir = args[0]
			}
			return t.writeStarter(cmd, dir, force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace files that are there already")
	return cmd
}

// writeStarter writes all files of the example, or none where one is in the way.
func (t *tool) writeStarter(cmd *cobra.Command, dir string, force bool) error {
	whole, err := filepath.Abs(dir)
	if err != nil || dir == "" {
		return usageError(cmd, "the folder's name is empty, or leads nowhere")
	}
	files, err := study.Starter(filepath.Base(whole))
	if err != nil {
		return usageError(cmd, "%v: the folder's name is the scenario's; name another folder", err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		switch _, err := os.Lstat(path); {
		case err == nil && !force:
			return fail(exitUsage, "%s is there already; nothing is written (--force replaces it)", path)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return fail(exitTool, "cannot write to %s: %s", dir, reason(err))
		}
	}
	if err := prepare(dir); err != nil {
		return fail(exitTool, "%v", err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		err := writeAtomically(path, func(w io.Writer) error {
			_, err := io.WriteString(w, f.Text)
			return err
		})
		if err != nil {
			return fail(exitTool, "%v", err)
		}
		if _, err := fmt.Fprintf(t.stdout, "wrote %s\n", path); err != nil {
			return written(err)
		}
	}
	scenario := files[len(files)-1].Name
	next := "faultline run " + shellQuote(filepath.Join(dir, scenario))
	if !filepath.IsLocal(dir) { // its files would be outside the root
		next = "cd " + shellQuote(dir) + " && faultline run " + scenario
	}
	_, err = fmt.Fprintf(t.stdout, "\nnext: %s\n", next)
	return written(err)
}
