package metric

import (
	"fmt"
	"strings"
)

// ParseObjective reads an objective of a journey: "p(99)<300ms" for latency,
// "99.9%" (or ">= 99.9%") for availability. Unlike a threshold, a latency
// objective may name any percentile: its bound is what matters. Bounds of 0
// are refused, since nothing could meet or miss them.
func ParseObjective(name, text string) (Expression, error) {
	m, err := Lookup(name)
	if err != nil {
		return Expression{}, err
	}
	switch name {
	case "latency":
		return latencyObjective(text, m)
	case "availability":
		return availabilityObjective(text, m)
	}
	return Expression{}, fmt.Errorf("%s is no objective (a journey has objectives for latency and availability)", name)
}

func latencyObjective(text string, m *Metric) (Expression, error) {
	e, bound, err := split(text, m)
	if err != nil {
		return Expression{}, err
	}
	if e.Aggregator == "" {
		e.Aggregator = m.Default()
	} else if !strings.HasPrefix(string(e.Aggregator), "p(") {
		if _, err := ParseExpression(text, Selector{Metric: m.Name}); err != nil {
			return Expression{}, err
		}
	}
	e.Unit = m.Unit
	if e.Bound, err = parseBound(bound, e.Unit, m, false); err != nil {
		return Expression{}, err
	}
	if e.Op != Less && e.Op != AtMost || e.Duration() <= 0 {
		return Expression{}, fmt.Errorf("%q is no latency objective (write a bound from above, as p(99)<300ms)", text)
	}
	return e, nil
}

func availabilityObjective(text string, m *Metric) (Expression, error) {
	if !strings.ContainsAny(text, "<>=!") {
		text = ">= " + strings.TrimSpace(text)
	}
	e, err := ParseExpression(text, Selector{Metric: m.Name})
	if err != nil {
		return Expression{}, err
	}
	if e.Op != Greater && e.Op != AtLeast || e.Bound <= 0 {
		return Expression{}, fmt.Errorf("%q is no availability objective (write the share that must succeed, as 99.9%%)", text)
	}
	return e, nil
}
