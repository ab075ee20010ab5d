package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"faultline/reports/view"
	"faultline/topologies/strict"
)

// The exit codes.
const (
	exitPass         = 0
	exitTool         = 1
	exitUsage        = 2
	exitInconclusive = 98
	exitFail         = 99
	exitInterrupted  = 130
)

// severity is the exit codes from the mildest to the worst: of several
// scenarios the worst counts.
var severity = []int{exitPass, exitInconclusive, exitFail, exitUsage, exitTool, exitInterrupted}

func worse(a, b int) int {
	if slices.Index(severity, b) > slices.Index(severity, a) {
		return b
	}
	return a
}

// codedError is an error with the exit code that it leads to. Without a message
// all has been said.
type codedError struct {
	code    int
	message string
}

func (e *codedError) Error() string { return e.message }

// fail is an error with an exit code and a message.
func fail(code int, format string, args ...any) error {
	return &codedError{code, fmt.Sprintf(format, args...)}
}

// usageError is a mistake on the command line.
func usageError(cmd *cobra.Command, format string, args ...any) error {
	return fail(exitUsage, "%s\nTry \"%s --help\".", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// report prints an error and returns the exit code. The mistakes of files stand
// for themselves, each with its place; what is said of the command has its name
// before it.
func (t *tool) report(err error) int {
	if err == nil {
		return exitPass
	}
	code := exitTool
	var coded *codedError
	var files *strict.Errors
	switch {
	case errors.As(err, &files):
		fmt.Fprintln(t.stderr, files)
		return exitUsage
	case errors.As(err, &coded):
		code = coded.code
	}
	if err.Error() != "" {
		fmt.Fprintf(t.stderr, "faultline: %s\n", view.CleanText(err.Error())) // it may repeat an argument
	}
	return code
}

// notYet are the commands that are planned.
var notYet = []string{"advise"}

func unknownCommand(root *cobra.Command, args []string) error {
	i := slices.IndexFunc(args, func(a string) bool { return !strings.HasPrefix(a, "-") })
	word := args[max(i, 0)]
	if slices.Contains(notYet, word) {
		return usageError(root, "%s is not supported yet", word)
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return usageError(root, "unknown command %s%s", strict.Quote(word), strict.DidYouMean(word, names))
}

// flagError is a mistake in a flag, in our words.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var value *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		flag := "--" + unknown.GetSpecifiedName()
		return usageError(cmd, "unknown flag %s%s", strict.Quote(flag), strict.DidYouMean(flag, names))
	case errors.As(err, &unknown):
		return usageError(cmd, "unknown flag %s", strict.Quote("-"+unknown.GetSpecifiedShortnames()))
	case errors.As(err, &missing):
		return usageError(cmd, "--%s needs a value", missing.GetFlag().Name)
	case errors.As(err, &value):
		return usageError(cmd, "--%s: %v", value.GetFlag().Name, value.Unwrap())
	}
	return usageError(cmd, "%v", err)
}

// someArgs are the arguments of a command that takes one or more.
func someArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError(cmd, "no %s: write a path, or the name of a built-in one (faultline list)", what)
		}
		return nil
	}
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(cmd, "%s takes no arguments: %s is one too many", cmd.Name(), strict.Quote(args[0]))
	}
	return nil
}
