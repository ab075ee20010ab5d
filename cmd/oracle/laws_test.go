package oracle

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"faultline/sim/dist"
)

// law is so many exponential stages one after the other.
type law struct {
	rate   float64 // of each stage, per second
	stages int
}

// duration is a mixture of laws, by their numbers.
type duration []share

type share struct {
	p float64
	n int // a law, a count
}

// laws numbers the laws of a system, equal ones alike.
type laws []law

func (l *laws) number(x law) int {
	for i, y := range *l {
		if x == y {
			return i
		}
	}
	*l = append(*l, x)
	return len(*l) - 1
}

// read understands exp, erlang, and mixtures of them, as they are written.
func (l *laws) read(d dist.Dist) (duration, error) { return l.parse(d.(fmt.Stringer).String()) }

func (l *laws) parse(text string) (duration, error) {
	name, inner, ok := strings.Cut(strings.TrimSuffix(text, ")"), "(")
	bad := fmt.Errorf("%s is not made of exponential stages", text)
	if !ok {
		return nil, bad
	}
	words := strings.Fields(inner)
	switch name {
	case "exp", "erlang":
		stages := 1
		if name == "erlang" {
			n, err := strconv.Atoi(strings.TrimPrefix(words[1], "k="))
			if err != nil {
				return nil, bad
			}
			stages = n
		}
		mean, err := time.ParseDuration(words[0])
		if err != nil {
			return nil, bad
		}
		return duration{{1, l.number(law{float64(stages) / mean.Seconds(), stages})}}, nil
	case "mix":
		return l.mixture(inner)
	}
	return nil, bad
}

func (l *laws) mixture(inner string) (all duration, err error) {
	for inner = strings.TrimSpace(inner); inner != ""; {
		percent, rest, _ := strings.Cut(inner, "% ")
		part, after, _ := strings.Cut(rest, ")")
		p, err := strconv.ParseFloat(percent, 64)
		if err != nil {
			return nil, err
		}
		d, err := l.parse(part + ")")
		if err != nil {
			return nil, err
		}
		for _, s := range d {
			all = append(all, share{p / 100 * s.p, s.n})
		}
		inner = strings.TrimSpace(after)
	}
	return all, nil
}

// exponential is the rate of a time that is exponential and nothing else.
func exponential(d dist.Dist) (rate float64, err error) {
	var l laws
	parts, err := l.read(d)
	if err == nil && (len(parts) != 1 || l[0].stages != 1) {
		err = fmt.Errorf("%v is not exponential", d)
	}
	if err != nil {
		return 0, err
	}
	return l[0].rate, nil
}

// counts understands a whole number, and uniform(LOW HIGH).
func counts(c dist.Count) ([]share, error) {
	if n, err := strconv.Atoi(c.String()); err == nil {
		return []share{{1, n}}, nil
	}
	var low, high int
	if _, err := fmt.Sscanf(c.String(), "uniform(%d %d)", &low, &high); err != nil {
		return nil, fmt.Errorf("%s is not a count that the oracle knows", c)
	}
	var all []share
	for n := low; n <= high; n++ {
		all = append(all, share{1 / float64(high-low+1), n})
	}
	return all, nil
}
