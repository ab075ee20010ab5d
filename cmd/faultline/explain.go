package main

import (
	"io"

	"github.com/spf13/cobra"

	"faultline/scenarios/study"
)

func (t *tool) explainCommand() *cobra.Command {
	f, format := new(modelFlags), "text"
	cmd := &cobra.Command{
		Use:   "explain SCENARIO",
		Short: "Show the model in force without running it: calls, bottleneck, origin of each value",
		Example: `  faultline explain recommendations-crash
  faultline explain shop.yaml --set load.shoppers.rate=600/s`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError(cmd, "explain takes one scenario")
			}
			return someArgs("scenario")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.load(args[0])
			if err != nil {
				return err
			}
			e := study.Explain(s)
			return t.print(cmd, format, e, func(w io.Writer) error { return e.WriteText(w) })
		},
	}
	cmd.ValidArgsFunction = completeOne(completeScenarios)
	f.add(cmd)
	addFormatOf(cmd, &format, "what stdout gets", printFormats())
	return cmd
}
