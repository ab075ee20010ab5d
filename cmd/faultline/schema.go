package main

import (
	"github.com/spf13/cobra"

	"faultline/scenarios/study"
)

func (t *tool) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [scenario|topology|application]",
		Short: "Print the JSON Schema of a kind of file, for editors",
		Long: `Print the JSON Schema (draft 2020-12) of scenario files, or of another kind. Editors
complete and check YAML by it; in those that use yaml-language-server, a first line
in the file names it:

  # yaml-language-server: $schema=scenario.schema.json

A schema sees one file at a time: faultline validate sees all of them together.`,
		Example:   `  faultline schema > scenario.schema.json`,
		ValidArgs: study.SchemaKinds,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError(cmd, "schema takes one kind of file")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := study.SchemaKinds[0]
			if len(args) > 0 {
				kind = args[0]
			}
			text, err := study.Schema(kind)
			if err != nil {
				return usageError(cmd, "%v", err)
			}
			_, err = t.stdout.Write(text)
			return written(err)
		},
	}
}
