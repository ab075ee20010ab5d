package main

import (
	"strings"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/topologies/strict"
)

func formatNames() []string { return writerNames(reports.Formats) }

// addFormat adds --format with all formats of a result.
func addFormat(cmd *cobra.Command, format *string) {
	addFormatOf(cmd, format, "what stdout gets", formatNames())
}

// addFormatOf adds --format with some formats.
func addFormatOf(cmd *cobra.Command, format *string, what string, names []string) {
	cmd.Flags().StringVar(format, "format", names[0], what+", a `format`: "+strings.Join(names, ", "))
	// The error is that of a flag that is not there, which it is.
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// lookupFormat finds a format of a result by its name.
func lookupFormat(cmd *cobra.Command, name string) (reports.Format, error) {
	return lookupWriter(cmd, reports.Formats, name)
}

// unknownFormat is the error of a format that is none of names.
func unknownFormat(cmd *cobra.Command, name string, names []string) error {
	hint := strict.DidYouMean(name, names)
	if hint == "" {
		hint = " (there are " + strings.Join(names, ", ") + ")"
	}
	return usageError(cmd, "--format: unknown format %s%s", strict.Quote(name), hint)
}
