package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"faultline/scenarios"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// shells are those that can complete, with what writes the script of each.
var shells = []struct {
	name  string
	write func(root *cobra.Command, w io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) }},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
	{"powershell", func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) }},
}

func shellNames() (names []string) {
	for _, s := range shells {
		names = append(names, s.name)
	}
	return names
}

func (t *tool) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion " + strings.Join(shellNames(), "|"),
		Short: "Print a script that completes commands, flags and scenario names in a shell",
		Example: `  source <(faultline completion bash)
  faultline completion zsh > "${fpath[1]}/_faultline"
  faultline completion fish > ~/.config/fish/completions/faultline.fish
  faultline completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shellNames(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError(cmd, "completion takes one shell: %s", strings.Join(shellNames(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, s := range shells {
				if s.name == args[0] {
					return written(s.write(cmd.Root(), t.stdout))
				}
			}
			return usageError(cmd, "no shell %s%s; one of %s", strict.Quote(args[0]), strict.DidYouMean(args[0], shellNames()), strings.Join(shellNames(), ", "))
		},
	}
}

// completeScenarios offers the built-in scenarios; the shell adds files.
func completeScenarios(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return described(scenarios.Entries()), cobra.ShellCompDirectiveDefault
}

// completeFiles offers all built-in files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	all := append(scenarios.Entries(), topologies.Entries(topologies.Builtin(), "topology", "application")...)
	return described(all), cobra.ShellCompDirectiveDefault
}

// completeOne is a completion of the first argument alone.
func completeOne(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, word)
	}
}

func described(entries []topologies.Entry) (words []string) {
	for _, e := range entries {
		words = append(words, fmt.Sprintf("%s\t%s", e.Name, e.Description))
	}
	return words
}
