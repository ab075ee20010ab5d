package main

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"faultline/sim/result"
)

func (t *tool) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the tool, of the result's schema and of Go",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(t.stdout, "faultline %s\nschema %s\n%s\n", version(), result.Schema, runtime.Version())
			return written(err)
		},
	}
}

// release matches the version of a release, and of a release candidate; not
// those that are made up from a commit.
var release = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[a-z]+\.?\d*)?$`)

// version is the release that was built, or "devel". What it was built from is
// left out: the same release gives the same result.json wherever it was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || !release.MatchString(info.Main.Version) {
		return "devel"
	}
	return info.Main.Version
}
