package measure

import "testing"

func TestEntryKeepsOutcomeAndGood(t *testing.T) {
	for o := range Outcome(NOutcomes) {
		for _, good := range []bool{false, true} {
			if e := NewEntry(o, good); e.Outcome() != o || e.Good() != good {
				t.Errorf("%v, %v came back as %v, %v", o, good, e.Outcome(), e.Good())
			}
		}
	}
}

func TestEveryOutcomeIsAnsweredOrFailedOrInFlight(t *testing.T) {
	names := map[string]bool{}
	for o := range Outcome(NOutcomes) {
		kinds := 0
		for _, is := range []bool{o == InFlight, o.Answered(), o.Failed()} {
			if is {
				kinds++
			}
		}
		if kinds != 1 {
			t.Errorf("%v is of %d kinds", o, kinds)
		}
		if o.String() == "" || names[o.String()] {
			t.Errorf("the name of outcome %d, %q, is missing or not its own", o, o)
		}
		names[o.String()] = true
	}
}

func TestOfferedIsTheSumOfItsParts(t *testing.T) {
	var c Counts
	for o := range Outcome(NOutcomes) {
		c.Add(o, int64(1)<<o)
	}
	if want := int64(1)<<NOutcomes - 1; c.Offered() != want {
		t.Errorf("offered %d, want %d", c.Offered(), want)
	}
	if got := c.Failed() + c.Answered() + c.Of(InFlight); got != c.Offered() || c.Answered() != 1<<Succeeded|1<<Degraded {
		t.Errorf("the parts sum to %d, %d answered of %d", got, c.Answered(), c.Offered())
	}
	twice := c
	twice.others = nil // a copy shares it
	twice.AddAll(&c)
	if twice.Of(Succeeded) != 4 || twice.Failed() != c.Failed() || twice.String() == c.String() {
		t.Errorf("%v and the successes of %v are %v", c, c, twice)
	}
	if c := new(Counts); c.Failed() != 0 || c.Offered() != 0 || c.String() != "" || c.Of(Timeout) != 0 {
		t.Errorf("nothing counts as %v", c)
	}
}
