package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"faultline/reports/view"
	"faultline/sim/result"
)

// The elements of JUnit XML, as far as gates need them, in the form that the
// schema of Jenkins' xUnit plugin (junit-10.xsd) allows.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    string          `xml:"skipped,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string       `xml:"name,attr"`
		Classname string       `xml:"classname,attr"`
		Skipped   *junitReason `xml:"skipped"`
		Error     *junitReason `xml:"error"`
		Failure   *junitReason `xml:"failure"`
	}
	junitReason struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
	}
)

// JUnit writes a result as a suite of tests: a test a threshold, and one a figure
// that is compared with a baseline.
func JUnit(w io.Writer, store *result.Store, o Options) error { return gateJUnit(w, one(store), o) }

// gateJUnit writes a suite a scenario. What failed is a failure, what cannot be
// decided an error, or skipped where it was asked to pass. There are no times: the
// same files give the same bytes.
func gateJUnit(w io.Writer, g *result.Gate, _ Options) error {
	all := junitSuites{Name: "faultline"}
	for i := range g.Scenarios {
		s := newJUnitSuite(&g.Scenarios[i], g.Inconclusive)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Suites = append(all.Suites, s)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func newJUnitSuite(s *result.GatedScenario, undecided string) junitSuite {
	out := junitSuite{Name: view.Clean(s.Path), Properties: []junitProperty{{"seed", strconv.FormatUint(s.Seed, 10)},
		{"replications", strconv.Itoa(s.Replications)}, {"fingerprint", view.Clean(s.Fingerprint)}, {"command", view.Clean(s.Command)}}}
	j := junitBook{class: strings.TrimSuffix(strings.TrimSuffix(out.Name, ".yaml"), ".yml"), undecided: undecided}
	j.thresholds(s)
	if s.Error == "" && s.Updated == "" && (s.Outcome != "pass" || s.Against.Verdict != result.GateNoBaseline) {
		j.against(&s.Against)
	}
	skipped := 0
	for _, c := range j.cases {
		switch {
		case c.Failure != nil:
			out.Failures++
		case c.Error != nil:
			out.Errors++
		case c.Skipped != nil:
			skipped++
		}
	}
	out.Tests, out.Skipped, out.Cases = len(j.cases), strconv.Itoa(skipped), j.cases
	return out
}

// junitBook collects the tests of a suite.
type junitBook struct {
	class     string
	undecided string
	cases     []junitCase
}

// add notes a test: outcome is pass, fail, inconclusive or error.
func (j *junitBook) add(name, outcome, kind, message string) {
	c := junitCase{Name: view.Clean(name), Classname: j.class}
	why := &junitReason{kind, view.CleanText(message)}
	if outcome == "inconclusive" && j.undecided != "" {
		outcome = map[string]string{"pass": "skipped", "fail": "fail"}[j.undecided]
	}
	switch outcome {
	case "fail":
		c.Failure = why
	case "inconclusive", "error":
		c.Error = why
	case "skipped":
		c.Skipped = why
	}
	j.cases = append(j.cases, c)
}

func (j *junitBook) thresholds(s *result.GatedScenario) {
	switch {
	case s.Error != "":
		j.add("files", "error", "invalid", s.Error)
		return
	case s.Expect == "fail":
		outcome := "fail"
		if s.Thresholds == "fail" {
			outcome = "pass"
		} else if s.Thresholds == "inconclusive" {
			outcome = "inconclusive"
		}
		j.add("thresholds must fail", outcome, "expectation", s.Reason)
		return
	case s.Reason != "":
		j.add("the whole run", s.Outcome, "partial", s.Reason)
	}
	for _, t := range s.Judged {
		message := fmt.Sprintf("observed %s", view.Observed(t))
		if t.Reason != "" {
			message += ": " + t.Reason
		}
		j.add(fmt.Sprintf("%s on %s", view.ThresholdText(t), t.Topology), t.Verdict, "threshold", message)
	}
}

func (j *junitBook) against(a *result.Against) {
	switch a.Verdict {
	case result.GateNoBaseline, result.GateIncompatible:
		j.add("baseline", "inconclusive", a.Verdict, a.Verdict+": "+strings.Join(a.Reasons, "; "))
	}
	for _, f := range a.Figures {
		outcome := map[string]string{result.GateRegressed: "fail", result.GateInconclusive: "inconclusive"}[f.Verdict]
		message := view.FigureText(f)
		if f.Reason != "" {
			message += "; " + f.Reason
		}
		j.add(fmt.Sprintf("%s on %s against the baseline", view.Spelled(f), f.Candidate), outcome, f.Verdict, message)
	}
}
