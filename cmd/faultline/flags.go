package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"faultline/scenarios"
	"faultline/sim/unit"
	"faultline/topologies"
	"faultline/topologies/strict"
)

// modelFlags change what is simulated: they are part of what repeats a result.
type modelFlags struct {
	root         string
	set          []string
	seed         count
	replications count
	duration     unit.Duration
	flags        *pflag.FlagSet
}

func (m *modelFlags) add(cmd *cobra.Command) {
	m.flags = cmd.Flags()
	m.flags.StringArrayVar(&m.set, "set", nil, "change a value of the files, `path=value`; repeatable")
	m.flags.Var(&m.seed, "seed", "`number` from which all draws begin, in place of run.seed")
	m.replications.min = 1
	m.flags.Var(&m.replications, "replications", "`number` of independent repetitions, in place of run.replications")
	m.flags.TextVar(&m.duration, "duration", unit.Duration(0), "`time` during which requests arrive, such as 5m, in place of run.duration")
	m.flags.Lookup("duration").DefValue = ""
	m.addRoot(cmd)
}

func (m *modelFlags) addRoot(cmd *cobra.Command) {
	m.flags = cmd.Flags()
	m.flags.StringVar(&m.root, "root", "", "`folder` that no path in a file may leave (default: the nearest with .git, else the working directory)")
}

// options are the flags that were given.
func (m *modelFlags) options() scenarios.Options {
	o := scenarios.Options{Root: m.root, Set: m.set}
	if m.flags.Changed("seed") {
		o.Seed = &m.seed.value
	}
	if m.flags.Changed("replications") {
		n := int(m.replications.value)
		o.Replications = &n
	}
	if m.flags.Changed("duration") {
		d := m.duration.Std()
		o.Duration = &d
	}
	return o
}

// load loads the scenario at a path, or the built-in one of a name. A path wins,
// even one that looks like a name.
func (m *modelFlags) load(arg string) (*scenarios.Scenario, error) {
	s, err := scenarios.Load(pathFirst(arg), m.options())
	return s, asUsage(err)
}

// asUsage makes an error of loading one of usage: if it does not lie in the
// files, what is wrong is the argument.
func asUsage(err error) error {
	var files *strict.Errors
	if err == nil || errors.As(err, &files) {
		return err
	}
	return fail(exitUsage, "%v", err)
}

// pathFirst makes a file that has the name of a built-in one a path.
func pathFirst(arg string) string {
	if info, err := os.Stat(arg); err == nil && info.Mode().IsRegular() && !topologies.IsPath(arg) {
		return "./" + arg
	}
	return arg
}

// command is the shortest command line that repeats the simulation of one
// scenario: flags that only say where to write or how many jobs to use are left
// out, so that they do not change the result.
func (m *modelFlags) command(scenario string) string {
	return m.line([]string{"faultline", "run", scenario})
}

// line is a command line of some words and the flags that change the model;
// own are those that only this command has.
func (m *modelFlags) line(words []string, own ...string) string {
	for _, s := range m.set {
		words = append(words, "--set", s)
	}
	for _, name := range append([]string{"seed", "replications", "duration", "root", "max-in-flight", "max-events", "max-memory"}, own...) {
		if !m.flags.Changed(name) {
			continue
		}
		words = append(words, "--"+name)
		if f := m.flags.Lookup(name); f.NoOptDefVal == "" {
			words = append(words, f.Value.String())
		}
	}
	for i, w := range words {
		words[i] = shellQuote(w)
	}
	return strings.Join(words, " ")
}

// shellQuote quotes a word for a POSIX shell, where it must be.
func shellQuote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:@%+"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// count is a whole number as a flag: decimal, with no leading zero that another
// reader would take for octal.
type count struct {
	value uint64
	min   uint64
	max   uint64 // 0: a million, of what is counted from 1 on
}

// Set parses text.
func (c *count) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is too large", text)
	case err != nil:
		return fmt.Errorf("%q is no whole number of %d or more", text, c.min)
	case len(text) > 1 && text[0] == '0':
		return fmt.Errorf("%q begins with 0 (write %d)", text, n)
	case n < c.min:
		return fmt.Errorf("%d is too small (write %d or more)", n, c.min)
	case c.min > 0 && n > max(c.max, 1_000_000): // whatever is counted, nobody has so many
		return fmt.Errorf("%d is too large", n)
	}
	c.value = n
	return nil
}

// String is the number.
func (c *count) String() string {
	if c.value == 0 && c.min > 0 {
		return ""
	}
	return strconv.FormatUint(c.value, 10)
}

// Type names the value in the help.
func (c *count) Type() string { return "number" }
