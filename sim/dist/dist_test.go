package dist

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"faultline/cmd/bounded"
	"faultline/sim/rng"
)

// examples are all spellings that the table promises to read.
func examples(t *testing.T, f func(t *testing.T, text string, d Dist)) {
	for _, k := range Table {
		for _, text := range append([]string{k.Example}, k.Examples...) {
			t.Run(text, func(t *testing.T) {
				f(t, text, must(t, text))
			})
		}
	}
}

// must reads a distribution and its files.
func must(t *testing.T, text string) Dist {
	t.Helper()
	var v Value
	if err := v.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := v.Open(files); err != nil {
		t.Fatal(err)
	}
	return v.Dist
}

// files are what the examples name.
func files(name string) ([]byte, error) {
	data, ok := map[string]string{
		"latencies.csv":   "latency\n12ms\n3ms\n\n4.5ms\r\n 3ms \n250us\n1s",
		"weighted.csv":    "latency,count\n1ms,900\n40ms,50\n3ms,49.5\n2s,0.5\n",
		"../data/one.csv": "\ufeff7ms\n",
	}[name]
	if !ok {
		return nil, fmt.Errorf("no file %s", name)
	}
	return []byte(data), nil
}

func stream(i int) rng.Stream { return rng.Root(1, 0).Child(uint32(i)).Stream(0) }

func samples(d Dist, n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = float64(d.Sample(stream(i)))
	}
	return xs
}

func TestTableIsDocumented(t *testing.T) {
	for _, k := range slices.Concat(Table, CountTable) {
		if k.Name == "" || k.Syntax == "" || k.Doc == "" || k.Source == "" || k.Example == "" || len(k.Examples) == 0 {
			t.Errorf("%+v leaves something out", k)
		}
	}
}

func TestConformanceMean(t *testing.T) {
	const n = 400_000
	examples(t, func(t *testing.T, text string, d Dist) {
		xs := samples(d, n)
		var sum, squares float64
		for _, x := range xs {
			sum += x
		}
		mean := sum / n
		for _, x := range xs {
			squares += (x - mean) * (x - mean)
		}
		// Five standard errors, and half a nanosecond that the mean was rounded by.
		tolerance := 5*math.Sqrt(squares/n/n) + 0.5
		if math.Abs(mean-float64(d.Mean())) > tolerance {
			t.Errorf("the mean of %d draws is %v ± %v, Mean says %v",
				n, time.Duration(mean), time.Duration(tolerance), d.Mean())
		}
	})
}

// The quantile function must have the mean too: ∫₀¹ Q(q) dq, by the midpoint rule
// on a grid that grows finer towards the tail: q = 1 - u⁴, so dq = 4u³ du.
func TestConformanceMeanOfTheQuantiles(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		sum := 0.0
		const steps = 20_000
		for i := range steps {
			rest := 1 - (float64(i)+0.5)/steps
			sum += float64(d.Quantile(nearOne(math.Pow(rest, 4)))) * 4 * math.Pow(rest, 3) / steps
		}
		if math.Abs(sum-float64(d.Mean())) > 1e-3*float64(d.Mean())+0.5 {
			t.Errorf("the quantiles have the mean %v, Mean says %v", time.Duration(sum), d.Mean())
		}
	})
}

// nearOne is 1-rest, but below 1, where a quantile need not be finite.
func nearOne(rest float64) float64 { return min(1-rest, 1-0x1p-53) }

func TestConformanceQuantiles(t *testing.T) {
	const n = 200_000
	examples(t, func(t *testing.T, text string, d Dist) {
		xs := samples(d, n)
		slices.Sort(xs)
		for _, q := range []float64{0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999} {
			at := float64(d.Quantile(q))
			below, _ := slices.BinarySearch(xs, at)
			within, _ := slices.BinarySearch(xs, at+1) // durations are whole
			tolerance := 5*math.Sqrt(q*(1-q)*n) + 1
			if float64(below) > q*n+tolerance || float64(within) < q*n-tolerance {
				t.Errorf("%d to %d of %d draws are within Quantile(%v) = %v, want %.0f ± %.0f",
					below, within, n, q, d.Quantile(q), q*n, tolerance)
			}
		}
	})
}

func TestConformanceQuantileIsMonotoneAndBounded(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		last := time.Duration(0)
		for i := range 10_001 {
			q := float64(i) / 10_000
			if now := d.Quantile(q); now < last {
				t.Fatalf("Quantile(%v) = %v is below its neighbour's %v", q, now, last)
			} else {
				last = now
			}
		}
	})
}

// Quantile is the smallest duration that draws stay within so often: mixtures are
// built on it. (Where a formula gives the quantile, rounding may cost a nanosecond.)
func TestConformanceQuantileMeetsTheProbabilities(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		c := d.(cumulative)
		for _, q := range []float64{1e-6, 0.001, 0.01, 0.1, 0.25, 0.49999, 0.5, 0.75, 0.9, 0.99, 0.999, 0.999999} {
			at := d.Quantile(q)
			wide := at/(1<<40) + 1 // far out, the float's own grid
			if at < math.MaxInt64-wide && c.within(at+wide) < q-1e-12 || at > wide && c.within(at-wide-1) > q+1e-12 {
				t.Errorf("Quantile(%v) = %v, with probabilities %v and %v about it", q, at, c.within(at-wide-1), c.within(at+wide))
			}
		}
		if c.within(-1) > 0 && d.Quantile(0.5) > 0 || c.within(math.MaxInt64) < 1-1e-9 {
			t.Errorf("probabilities from %v to %v", c.within(-1), c.within(math.MaxInt64))
		}
	})
}

func TestConformanceNoDrawIsNegative(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		for i := range 50_000 {
			if x := d.Sample(stream(i)); x < 0 {
				t.Fatalf("draw %d is %v", i, x)
			}
		}
	})
}

func TestConformanceSameStreamSameDraw(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		for i := range 1000 {
			if a, b := d.Sample(stream(i)), d.Sample(stream(i)); a != b {
				t.Fatalf("the same stream gave %v and %v", a, b)
			}
		}
	})
}

// TestConformanceComparison: they can be keys of a map.
func TestConformanceComparison(t *testing.T) {
	examples(t, func(t *testing.T, _ string, d Dist) {
		if seen := map[Dist]bool{d: true}; !seen[d] {
			t.Error("it is not equal to itself")
		}
	})
}

func TestConformanceTextRoundTrip(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		if d.String() != text {
			t.Errorf("String is %q", d.String())
		}
		var v Value
		if err := v.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := v.Open(files); err != nil {
			t.Fatal(err)
		}
		out, err := v.MarshalText()
		if err != nil || string(out) != text {
			t.Errorf("MarshalText is %q, %v", out, err)
		}
		for i := range 100 {
			if a, b := d.Sample(stream(i)), v.Sample(stream(i)); a != b {
				t.Fatalf("draw %d is %v, and %v after the round trip", i, a, b)
			}
		}
	})
}

func TestConformanceNoAllocation(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		i, sum := 0, time.Duration(0)
		if n := testing.AllocsPerRun(1000, func() {
			sum += d.Sample(stream(i))
			i++
		}); n != 0 {
			t.Errorf("a draw allocates %v times", n)
		}
	})
}

var pinned = map[string]struct {
	first [3]time.Duration
	hash  uint64
}{
	"3ms":                          {[3]time.Duration{3000000, 3000000, 3000000}, 0xcb1dae73662e9da5},
	"0":                            {[3]time.Duration{0, 0, 0}, 0x61b94018df3e37a5},
	"1ns":                          {[3]time.Duration{1, 1, 1}, 0xb91c41e2263cca45},
	"1.5s":                         {[3]time.Duration{1500000000, 1500000000, 1500000000}, 0x54dc920760457da5},
	"24h":                          {[3]time.Duration{86400000000000, 86400000000000, 86400000000000}, 0x7d93e3754a237a5},
	"exp(3ms)":                     {[3]time.Duration{401111, 5354485, 5059238}, 0x37632832da6a6c73},
	"exp(1us)":                     {[3]time.Duration{134, 1785, 1686}, 0xc12e07d7ddcfefbe},
	"exp(1.5s)":                    {[3]time.Duration{200555745, 2677242696, 2529618982}, 0x42b85ec69946893e},
	"exp(200h)":                    {[3]time.Duration{96266757552496, 1285076494007936, 1214217111134506}, 0x5e91765ebe860ba9},
	"lognormal(3ms cv=1.5)":        {[3]time.Duration{1291137, 5630435, 439438}, 0xdf4feb5d5989394b},
	"lognormal(p50=3ms p99=40ms)":  {[3]time.Duration{2312561, 10472092, 765662}, 0x757268bc23d29ddd},
	"lognormal(250us cv=0.1)":      {[3]time.Duration{243026, 278239, 220113}, 0x12676a5d7060b88a},
	"lognormal(10ms cv=3)":         {[3]time.Duration{2218009, 17373634, 491739}, 0x11cb0e7998f5281f},
	"lognormal(p50=1s p99=1.001s)": {[3]time.Duration{999899580, 1000482490, 999473188}, 0x4ae2bbf8b1c06e04},
	"uniform(1ms 5ms)":             {[3]time.Duration{2647973, 2748096, 3309738}, 0x54ec9284d5ea7607},
	"uniform(0 1s)":                {[3]time.Duration{411993325, 437024006, 577434506}, 0x1a54de0d5d545608},
	"uniform(3ns 4ns)":             {[3]time.Duration{3, 3, 4}, 0xb4bb921b4716fe6b},
	"uniform(10ms 10ms)":           {[3]time.Duration{10000000, 10000000, 10000000}, 0x915b977154c2afa5},
	"uniform(0 2562047h)":          {[3]time.Duration{3799966543129277440, 4030833755507343872, 5325891640313542656}, 0xbf8512c27a84013},
	"normal(3ms sd=1ms)":           {[3]time.Duration{3439963, 3322498, 4292560}, 0x3f17ddf912e1c7b3},
	"normal(10ms sd=2ms)":          {[3]time.Duration{10888919, 10653990, 12594113}, 0x77cb3b16c51cffd8},
	"normal(10ms cv=0.1)":          {[3]time.Duration{10444461, 10326997, 11297058}, 0x21e22f8940af286f},
	"normal(1ms sd=1ms)":           {[3]time.Duration{925520, 808055, 1778116}, 0xa12808caf1a96975},
	"normal(1ms sd=5ms)":           {[3]time.Duration{347458, 149289, 1710912}, 0xd036cb93aed3c99f},
	"normal(3s sd=1us)":            {[3]time.Duration{3000000444, 3000000327, 3000001297}, 0xedd520b9907ca7eb},
	"gamma(3ms cv=0.5)":            {[3]time.Duration{3438969, 3246852, 5065002}, 0x799f77c7cc914823},
	"gamma(3ms cv=1)":              {[3]time.Duration{3298197, 2912660, 7156437}, 0xab6f21d263de0c6},
	"gamma(20us cv=2.5)":           {[3]time.Duration{6211, 76056, 3568}, 0xede578cdeafb0985},
	"gamma(1s cv=0.01)":            {[3]time.Duration{1004417792, 1003240143, 1012993188}, 0xca32922542486fa5},
	"erlang(3ms k=4)":              {[3]time.Duration{3438969, 3246852, 5065002}, 0x799f77c7cc914823},
	"erlang(1s k=1)":               {[3]time.Duration{1099398970, 970886540, 2385479060}, 0x2d59c64192b9c882},
	"erlang(250us k=100)":          {[3]time.Duration{260425, 257417, 282961}, 0x6f19f11fc2e97941},
	"weibull(3ms shape=0.7)":       {[3]time.Duration{133777, 5422151, 5000140}, 0x19b4cf07a2beae5b},
	"weibull(1s shape=1)":          {[3]time.Duration{133703830, 1784828464, 1686412654}, 0xa017c19cd791924c},
	"weibull(40h shape=3.5)":       {[3]time.Duration{90067646220933, 188854226717229, 185818442080477}, 0xc45789f0ee050617},
	"weibull(3ms shape=0.4)":       {[3]time.Duration{5901, 3841813, 3333916}, 0x3dfed315f3a9e6bb},
	"pareto(3ms alpha=2.5)":        {[3]time.Duration{1898888, 3675606, 3533722}, 0x7e944c2f1e0088e6},
	"pareto(1s alpha=3.5)":         {[3]time.Duration{742100098, 1189435415, 1156455762}, 0xb794d1f6edeb904e},
	"pareto(200ms alpha=20)":       {[3]time.Duration{191274442, 207735471, 206715759}, 0xa59802a0c23e91cb},
	"pareto(2.905223541s alpha=1.5 max=1000s)": {[3]time.Duration{1424750268, 1466671912, 1775789439}, 0x15ede0bda70581d},
	"pareto(3ms alpha=2.2 max=4ms)":            {[3]time.Duration{2798043, 2828026, 3017708}, 0x6f856e0bd687a703},
	"hyperexp(3ms cv=2)":                       {[3]time.Duration{257476, 467323, 732096}, 0xe44255c4f6560d0a},
	"hyperexp(3ms cv=1)":                       {[3]time.Duration{456916, 829309, 1299176}, 0x8b58a2586b60b373},
	"hyperexp(1s cv=1.5)":                      {[3]time.Duration{94005626, 170621505, 267291489}, 0x60b187452d65e9b1},
	"hyperexp(3ms cv=5)":                       {[3]time.Duration{233029, 422951, 662585}, 0x9a88a40fb0742dea},
	"empirical(latencies.csv)":                 {[3]time.Duration{3000000, 3000000, 4500000}, 0x823e98b4b5c23d85},
	"empirical(weighted.csv)":                  {[3]time.Duration{1000000, 1000000, 1000000}, 0xa25e76fec5c4d4a5},
	"empirical(../data/one.csv)":               {[3]time.Duration{7000000, 7000000, 7000000}, 0xe361dbc5fe2a8da5},
	"mix(95% exp(1ms) 5% exp(40ms))":           {[3]time.Duration{152305, 276436, 433059}, 0xd8d11a70b58b7e0},
	"mix(90% 1ms 10% 40ms)":                    {[3]time.Duration{1000000, 1000000, 1000000}, 0x2dfe4f9c7e6785a5},
	"mix(50% uniform(1ms 2ms) 50% mix(50% 0 50% gamma(5ms cv=0.5)))": {[3]time.Duration{1343550, 1185658, 2900957}, 0x1d773659482f809b},
	"mix(99.9% exp(100ms) 0.1% exp(10s))":                            {[3]time.Duration{15230544, 27643647, 43305863}, 0xf5a3dd3cc9b3a958},
}

// TestConformancePinnedDraws guards every committed result: the first draws, and
// a hash over many, in which the rare branches of the samplers take part.
func TestConformancePinnedDraws(t *testing.T) {
	examples(t, func(t *testing.T, text string, d Dist) {
		var first [3]time.Duration
		hash := uint64(14695981039346656037)
		for i := range 100_000 {
			x := d.Sample(stream(i))
			if i < len(first) {
				first[i] = x
			}
			hash = (hash ^ uint64(x)) * 1099511628211
		}
		if want := pinned[text]; first != want.first || hash != want.hash {
			t.Errorf("draws %d, hash %#x; want %d, %#x", first, hash, want.first, want.hash)
		}
	})
}

func TestMeanIsExactlyAsWritten(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"3ms": 3 * time.Millisecond, "exp(3ms)": 3 * time.Millisecond, "lognormal(3ms cv=1.5)": 3 * time.Millisecond,
		"lognormal(250us cv=0.1)": 250 * time.Microsecond,
	} {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if d.Mean() != want {
			t.Errorf("%s has the mean %v", text, d.Mean())
		}
	}
}

func TestFiguresBeyondTheLargestDurationAreHeldThere(t *testing.T) {
	for _, text := range []string{"exp(2562047h)", "lognormal(p50=1ns p99=2562047h)", "lognormal(2562047h cv=100)"} {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		held := false
		for i := range 100_000 {
			x := d.Sample(stream(i))
			if x < 0 {
				t.Fatalf("%s: draw %d is %v", text, i, x)
			}
			held = held || x == math.MaxInt64
		}
		if !held {
			t.Errorf("%s: no draw reached the largest duration; the test tests nothing", text)
		}
		if d.Quantile(1) != math.MaxInt64 || d.Mean() <= 0 {
			t.Errorf("%s: Quantile(1) = %d, Mean = %d", text, d.Quantile(1), d.Mean())
		}
	}
}

var badSpellings = []struct{ text, want string }{
	{"", "the distribution is empty (write a duration, as in 3ms, or"},
	{"5", `"5" has no unit (write 5ms, 5s, …)`},
	{"-3ms", "negative"},
	{"0x", `unknown unit "x"`},
	{"9x", `unknown unit "x"`},
	{"fast", "neither a duration nor a distribution"},
	{"constant(3ms)", "(write a duration, as in 3ms)"},
	{"constant", "(write a duration, as in 3ms)"},
	{"exp", "no mean (write exp(MEAN), as in exp(3ms))"},
	{"exp()", "no mean"},
	{"exp(0)", "the mean is 0"},
	{"exp(3)", `"3" has no unit (write 3ms, 3s, …)`},
	{"exp(3ms 4ms)", `unknown argument "4ms"`},
	{"exp(3ms cv=1)", `unknown argument "cv=1"`},
	{"exp(mean=3ms)", "no mean"},
	{"exp(3ms", "cut off at a comma"},
	{"lognormal(250us", "cut off at a comma"},
	{"lognormal(3ms)", "no cv"},
	{"lognormal(3ms cv=0)", "not above 0"},
	{"lognormal(3ms cv=-1)", "negative"},
	{"lognormal(3ms cv=101)", "cv is above 100"},
	{"lognormal(p50=3ms)", "no p99"},
	{"lognormal(p99=3ms)", "no p50"},
	{"lognormal(p50=3ms p99=3ms)", "p99 is not above p50"},
	{"lognormal(3ms p50=3ms p99=4ms)", `unknown argument "3ms"`},
	{"geometric(4)", "geometric draws whole numbers, not durations"},
	{"uniform(1ms)", "no upper end"},
	{"uniform(5ms 1ms)", "the upper end is below the lower"},
	{"uniform(0 0)", "both ends are 0"},
	{"normal(3ms)", "no sd or cv"},
	{"normal(3ms sd=0)", "the sd or cv is 0"},
	{"normal(3ms sd=31ms)", "above 10 times the mean"},
	{"normal(3ms sd=1ms cv=1)", "unknown argument \"sd=1ms\""},
	{"gamma(3ms cv=0.0001)", "cv is below 0.001"},
	{"gamma(3ms cv=101)", "cv is above 100"},
	{"erlang(3ms k=2.5)", "k is not a whole number"},
	{"erlang(3ms k=2000000)", "k is above 1000000"},
	{"weibull(3ms shape=0.1)", "shape is below 0.15"},
	{"weibull(3ms shape=1e-300)", "has an exponent"},
	{"pareto(3ms alpha=1)", "alpha is below 1.01"},
	{"pareto(3ms alpha=2 max=3ms)", "max is not above the mean"},
	{"hyperexp(3ms cv=0.9)", "cv is below 1"},
	{"mix()", "no share"},
	{"mix(95%)", "no distribution after the share \"95%\""},
	{"mix(95% exp(1ms) 4% exp(40ms))", "the shares make 99%, not 100%"},
	{"mix(95% exp(1ms) 5% exp(0))", "the mean is 0"},
	{"mix(exp(1ms) 100%)", "share: "},
	{"mix(100% geometric(3))", "geometric draws whole numbers"},
	{"empirical", "no file"},
	{"empirical(a.csv b.csv)", "unknown argument \"b.csv\""},
	{"expo(3ms)", `unknown distribution "expo"`},
}

func TestParseSaysWhatWouldBeRight(t *testing.T) {
	for _, c := range badSpellings {
		d, err := Parse(c.text)
		if err == nil {
			t.Errorf("Parse(%q) = %v", c.text, d)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q) says %q, want %q in it", c.text, err, c.want)
		}
	}
}

func TestParseTakesCommasToo(t *testing.T) {
	a, err := Parse("lognormal(200us, cv=0.5)")
	if err != nil {
		t.Fatal(err)
	}
	if a.String() != "lognormal(200us cv=0.5)" {
		t.Errorf("String is %q", a.String())
	}
}

func TestValueWithoutDistributionPrintsNothing(t *testing.T) {
	if s := (Value{}).String(); s != "" {
		t.Errorf("String is %q", s)
	}
}

func FuzzParse(f *testing.F) {
	for _, k := range Table {
		for _, text := range append([]string{k.Example}, k.Examples...) {
			f.Add(text)
		}
	}
	for _, text := range []string{"", "5", "exp(", "lognormal(p50=1ns p99=2562047h)", "lognormal(3ms,cv=1e9)", "mix(95% exp(1ms))", "((", "exp(1ns)\x00"} {
		f.Add(text)
	}
	for _, c := range badSpellings {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer bounded.Input(t)()
		d, err := Parse(text)
		if err != nil {
			for _, r := range err.Error() {
				if r == utf8.RuneError || !strconv.IsPrint(r) {
					t.Fatalf("the error holds %q: %q", r, err)
				}
			}
			return
		}
		again, err := Parse(d.String())
		if err != nil {
			t.Fatalf("%q prints as %q, which is refused: %v", text, d, err)
		}
		for _, d := range []Dist{d, again} {
			if err := (Value{d}).Open(func(string) ([]byte, error) { return []byte("1ms,3\n4ms,1"), nil }); err != nil {
				t.Fatal(err)
			}
		}
		if d.Mean() != again.Mean() || d.Quantile(0.9) != again.Quantile(0.9) {
			t.Errorf("%q prints as %q, which is another distribution", text, d)
		}
		if x := d.Sample(stream(0)); x < 0 || d.Mean() < 0 || d.Quantile(0.5) < 0 {
			t.Errorf("%q has negative figures", text)
		}
	})
}
