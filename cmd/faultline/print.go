package main

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"
)

// print writes a value to stdout as JSON, or as text by the function given.
func (t *tool) print(cmd *cobra.Command, format string, v any, text func(io.Writer) error) error {
	switch format {
	case "text":
		return written(text(t.stdout))
	case "json":
		e := json.NewEncoder(t.stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return written(e.Encode(v))
	}
	return unknownFormat(cmd, format, printFormats())
}

// printFormats are the formats of what is no result.
func printFormats() []string { return []string{"text", "json"} }

// written makes an error of writing to stdout one of the tool.
func written(err error) error {
	if err != nil {
		return fail(exitTool, "cannot write to stdout: %s", reason(err))
	}
	return nil
}
