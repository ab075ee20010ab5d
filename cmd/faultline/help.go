package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// helpWidth is how wide help texts are set, as all that the tool prints.
const helpWidth = "100"

// usageTemplate is the library's, with flags that wrap.
func usageTemplate(root *cobra.Command) string {
	t := root.UsageTemplate()
	for _, flags := range []string{".LocalFlags.FlagUsages", ".InheritedFlags.FlagUsages"} {
		t = strings.ReplaceAll(t, flags+" |", "("+flags+"Wrapped "+helpWidth+") |")
	}
	return t
}

// helpCommand is "faultline help COMMAND"; a name that is no command is an error,
// as it is elsewhere.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		ValidArgsFunction: func(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
			for _, c := range root.Commands() {
				names = append(names, c.Name())
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(root, args[len(args)-max(len(rest), 1):])
			}
			cmd.InitDefaultHelpFlag() // shown as the flag --help shows it
			return cmd.Help()
		},
	}
}
