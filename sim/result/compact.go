package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// compact is JSON as encoding/json writes it, without escapes for HTML: what there are
// thousands of is appended to it by hand, which takes a third of the time, and leaves
// nothing to be collected. All else is left to encoding/json.
//
// A key that is added to one of these types and not here fails
// TestADocumentIsWrittenAsAWholeWouldBe.
type compact struct {
	b   []byte
	err error
}

// key begins a member; the first of an object follows its bracket.
func (c *compact) key(name string) {
	if c.b[len(c.b)-1] != '{' {
		c.b = append(c.b, ',')
	}
	c.b = append(append(append(c.b, '"'), name...), '"', ':')
}

// any is what encoding/json makes of a value.
func (c *compact) any(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil && c.err == nil {
		c.err = err
	}
	c.b = append(c.b, bytes.TrimSuffix(b.Bytes(), []byte{'\n'})...)
}

// text is a string.
func (c *compact) text(s string) {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b > '~' || b == '"' || b == '\\' {
			c.any(s)
			return
		}
	}
	c.b = append(append(append(c.b, '"'), s...), '"')
}

// named is a member that is a string.
func (c *compact) named(name, s string) {
	c.key(name)
	c.text(s)
}

// float is a number in the shortest form that parses to it.
func (c *compact) float(v float64) {
	if !isFinite(v) {
		if c.err == nil {
			c.err = fmt.Errorf("%v is no number that JSON has", v)
		}
		return
	}
	form := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		form = 'e'
	}
	c.b = strconv.AppendFloat(c.b, v, form, -1, 64)
	if n := len(c.b); form == 'e' && c.b[n-4] == 'e' && c.b[n-3] == '-' && c.b[n-2] == '0' {
		c.b[n-2] = c.b[n-1] // e-09 is e-9
		c.b = c.b[:n-1]
	}
}

// null is a number, or null.
func (c *compact) null(v *float64) {
	if v == nil {
		c.b = append(c.b, "null"...)
		return
	}
	c.float(*v)
}

// listOf is a list; nil is null.
func listOf[T any](c *compact, all []T, write func(i int)) {
	if all == nil {
		c.b = append(c.b, "null"...)
		return
	}
	c.b = append(c.b, '[')
	for i := range all {
		if i > 0 {
			c.b = append(c.b, ',')
		}
		write(i)
	}
	c.b = append(c.b, ']')
}

func (c *compact) numbers(all []*float64) { listOf(c, all, func(i int) { c.null(all[i]) }) }

func (c *compact) texts(all []string) { listOf(c, all, func(i int) { c.text(all[i]) }) }

// object is an object.
func (c *compact) object(members func()) {
	c.b = append(c.b, '{')
	members()
	c.b = append(c.b, '}')
}

func (c *compact) resolved(r *Resolved) {
	c.object(func() {
		c.named("path", r.Path)
		c.named("value", r.Value)
		c.named("origin", r.Origin)
	})
}

// sample is a sample whose tags are JSON already.
func (c *compact) sample(s *Sample, tags []byte) {
	c.object(func() {
		c.named("metric", s.Metric)
		c.key("tags")
		c.b = append(c.b, tags...)
		c.key("values")
		c.numbers(s.Values)
	})
}

func (c *compact) node(n *Node) {
	c.object(func() {
		c.named("name", n.Name)
		c.named("kind", n.Kind)
		c.key("components")
		c.texts(n.Components)
		c.key("teams")
		c.texts(n.Teams)
	})
}

func (c *compact) graphEdge(e *GraphEdge) {
	c.object(func() {
		c.named("from", e.From)
		c.named("to", e.To)
	})
}

// inside are the members of an estimate.
func (c *compact) inside(e *Estimate) {
	c.key("value")
	c.null(e.Value)
	c.key("low")
	c.null(e.Low)
	c.key("high")
	c.null(e.High)
	if e.Reason != "" {
		c.named("reason", e.Reason)
	}
}

// estimate is a member; nil is none.
func (c *compact) estimate(name string, e *Estimate) {
	if e != nil {
		c.key(name)
		c.object(func() { c.inside(e) })
	}
}

func (c *compact) latency(l *Latency) {
	c.key("latency")
	c.object(func() {
		c.estimate("avg", &l.Avg)
		c.estimate("p50", &l.P50)
		c.estimate("p90", &l.P90)
		c.estimate("p95", &l.P95)
		c.estimate("p99", &l.P99)
		c.estimate("p999", &l.P999)
		c.estimate("max", &l.Max)
		c.estimate("min", l.Min)
		if len(l.More) > 0 {
			c.key("more")
			listOf(c, l.More, func(i int) {
				c.object(func() {
					c.key("percent")
					c.float(l.More[i].Percent)
					c.inside(&l.More[i].Estimate)
				})
			})
		}
	})
}

func (c *compact) service(s *Service) {
	c.object(func() {
		c.named("name", s.Name)
		c.key("external")
		c.b = strconv.AppendBool(c.b, s.External)
		c.key("components")
		c.texts(s.Components)
		c.estimate("replicas", &s.Replicas)
		c.estimate("utilization", &s.Utilization)
		c.estimate("concurrency", &s.Concurrency)
		c.estimate("queueLength", &s.QueueLength)
		c.key("queueWait")
		c.object(func() {
			c.estimate("avg", &s.QueueWait.Avg)
			c.estimate("p99", &s.QueueWait.P99)
			c.estimate("share", &s.QueueWait.Share)
		})
		c.latency(&s.Latency)
		c.estimate("errorRate", &s.ErrorRate)
		c.estimate("wastedWork", &s.WastedWork)
		c.estimate("availability", s.Availability)
		c.estimate("degradedRate", s.DegradedRate)
		c.estimate("amplification", s.Amplification)
		c.estimate("memory", s.Memory)
	})
}

func (c *compact) edge(e *Edge) {
	c.object(func() {
		c.named("from", e.From)
		c.named("to", e.To)
		c.key("calls")
		c.b = strconv.AppendInt(c.b, e.Calls, 10)
		c.key("retries")
		c.b = strconv.AppendInt(c.b, e.Retries, 10)
		c.estimate("amplification", &e.Amplification)
		c.estimate("errorRate", &e.ErrorRate)
		c.latency(&e.Latency)
		c.key("failures")
		if e.Failures != nil && len(e.Failures) == 0 {
			c.b = append(c.b, "{}"...)
		} else {
			c.any(e.Failures)
		}
		c.estimate("availability", e.Availability)
		c.estimate("degradedRate", e.DegradedRate)
	})
}

// bandNames are the metrics that series are of, sorted.
var bandNames = [...]string{"concurrency", "errorRate", "goodput", "latency", "offered", "queueLength", "replicas", "throughput", "utilization"}

// bands are the series of one thing by metric, in the order of their names.
func (c *compact) bands(all map[string]Band) {
	known := 0
	for _, name := range bandNames {
		if _, ok := all[name]; ok {
			known++
		}
	}
	if all == nil || known != len(all) {
		c.any(all)
		return
	}
	c.object(func() {
		for _, name := range bandNames {
			if b, ok := all[name]; ok {
				c.key(name)
				c.band(&b)
			}
		}
	})
}

func (c *compact) band(b *Band) {
	c.object(func() {
		c.key("value")
		c.numbers(b.Value)
		if len(b.Low) > 0 {
			c.key("low")
			c.numbers(b.Low)
		}
		if len(b.High) > 0 {
			c.key("high")
			c.numbers(b.High)
		}
	})
}
