package main

import (
	"os/exec"
	"testing"
)

func TestShellQuotePassesThroughAShell(t *testing.T) {
	for _, word := range []string{"", "plain", "a b", "it's", `back\slash`, "$HOME", "`id`", "*", "a;b", "ü", "new\nline", `"`, "{a: 1}"} {
		out, err := exec.Command("sh", "-c", "printf %s "+shellQuote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q became %q: %v", word, out, err)
		}
	}
}

func TestOnlyReleasesHaveVersions(t *testing.T) {
	for version, want := range map[string]bool{
		"v1.2.3": true, "v0.1.0-rc.1": true, "v1.0.0-beta2": true,
		"(devel)": false, "": false, "v1.2.3+dirty": false,
		"v0.0.0-20260101120000-0123456789ab":     false,
		"v1.2.4-0.20260101120000-0123456789ab":   false,
		"v1.2.3-rc.1.0.20260101120000-012345678": false,
	} {
		if got := release.MatchString(version); got != want {
			t.Errorf("%q: a release: %v", version, got)
		}
	}
	if got := version(); got != "devel" {
		t.Errorf("the version of a test is %q: it is part of every result that the tests pin", got)
	}
}

func TestTheWorstExitCodeCounts(t *testing.T) {
	for _, c := range []struct{ a, b, want int }{
		{0, 98, 98}, {98, 99, 99}, {99, 98, 99}, {99, 2, 2}, {2, 1, 1}, {1, 130, 130}, {130, 0, 130}, {0, 0, 0},
	} {
		if got := worse(c.a, c.b); got != c.want {
			t.Errorf("worse(%d, %d) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
