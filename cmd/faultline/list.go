package main

import (
	"io"
	"slices"

	"github.com/spf13/cobra"

	"faultline/reports"
	"faultline/scenarios/study"
	"faultline/topologies/strict"
)

func (t *tool) listCommand() *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "list [SECTION…]",
		Short: "List what is built in: scenarios, topologies, faults, distributions, metrics and more",
		Example: `  faultline list
  faultline list faults distributions`,
		RunE: func(cmd *cobra.Command, args []string) error {
			sections, err := pickSections(cmd, sections(), args)
			if err != nil {
				return err
			}
			return t.print(cmd, format, sections, func(w io.Writer) error { return study.WriteList(w, sections) })
		},
	}
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
		for _, s := range sections() {
			names = append(names, s.Name)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	addFormatOf(cmd, &format, "what stdout gets", printFormats())
	return cmd
}

// sections are those of the study, and the formats, which only the command knows.
func sections() []study.Section {
	formats := study.Section{Name: "formats"}
	for _, f := range reports.Formats {
		formats.Items = append(formats.Items, study.Item{Name: f.Name, Doc: f.Doc})
	}
	return append(study.List(), formats)
}

// pickSections are those named by the arguments, all without any.
func pickSections(cmd *cobra.Command, all []study.Section, args []string) ([]study.Section, error) {
	if len(args) == 0 {
		return all, nil
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	var picked []study.Section
	for _, arg := range args {
		i := slices.Index(names, arg)
		if i < 0 {
			return nil, usageError(cmd, "no section %s%s", strict.Quote(arg), strict.DidYouMean(arg, names))
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}
