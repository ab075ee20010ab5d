package estimate

import (
	"math"
	"slices"
	"strconv"
	"time"

	"faultline/sim/measure"
	"faultline/sim/model"
	"faultline/sim/result"
	"faultline/sim/stats"
)

// The series of each kind, in the order of their bands.
var (
	journeySeries   = [...]string{"offered", "throughput", "goodput", "errorRate", "latency"}
	stationSeries   = [...]string{"utilization", "concurrency", "queueLength", "replicas"}
	componentSeries = [...]string{"throughput", "errorRate", "latency"}
)

// band is one series: a mean and a variance a window.
type band []stats.Welford

// series accumulates values per window. Only whole windows before the end of
// the arrivals count: later ones would mix the drain with the load.
type series struct {
	window     time.Duration
	n          int                      // replications
	total      [len(journeySeries)]band // all journeys
	journeys   [][len(journeySeries)]band
	stations   [][len(stationSeries)]band
	components [][len(componentSeries)]band
	cores      []float64 // of one replica, by station; NaN without a limit
	causes     [measure.NOutcomes][]int64
}

func newSeries(sys *model.System) series {
	s := series{
		journeys:   make([][len(journeySeries)]band, len(sys.Journeys)),
		stations:   make([][len(stationSeries)]band, len(sys.Stations)),
		components: make([][len(componentSeries)]band, len(sys.Components)),
	}
	for i := range sys.Stations {
		c := sys.Stations[i].Cores
		if c >= model.Unlimited {
			c = math.NaN()
		}
		s.cores = append(s.cores, c)
	}
	return s
}

// add takes one run. Of one that ended early, the windows before its end count.
func (s *series) add(r *measure.Run) {
	s.window = r.Window
	s.n++
	windows := max(1, int(r.Duration/r.Window))
	seen := windows
	if r.Partial != "" {
		seen = min(seen, int(r.End/r.Window))
	}
	seconds := r.Window.Seconds()
	s.addCauses(r, windows)
	for i := range s.journeys {
		m := &r.Journeys[i].Series
		fill(s.journeys[i][:], windows, seen, func(k int) [5]float64 { return journeyWindow(m, k, seconds) })
	}
	fill(s.total[:], windows, seen, func(k int) [5]float64 {
		all := totalWindow(r.Journeys, k)
		return journeyWindow(&all, 0, seconds)
	})
	for i := range s.stations {
		m, cores := r.Stations[i].Series, s.cores[i]
		fill(s.stations[i][:], windows, seen, func(k int) [4]float64 { return stationWindow(at(m, k), cores) })
	}
	for i := range s.components {
		fill(s.components[i][:], windows, seen, func(k int) [3]float64 {
			return componentWindow(at(at(r.ComponentSeries, k), i), seconds)
		})
	}
}

// addCauses adds the failures of each window by their cause.
func (s *series) addCauses(r *measure.Run, windows int) {
	for o := measure.Timeout; int(o) < measure.NOutcomes; o++ {
		counts := r.Causes[o]
		if counts != nil && s.causes[o] == nil {
			s.causes[o] = make([]int64, windows)
		}
		for k, n := range counts[:min(len(counts), windows)] {
			s.causes[o][k] += int64(n)
		}
	}
}

// documentCauses are the failures a second by cause, nil if nothing failed.
func (s *series) documentCauses() map[string][]float64 {
	var out map[string][]float64
	for o := measure.Timeout; int(o) < measure.NOutcomes; o++ {
		if !slices.ContainsFunc(s.causes[o], func(n int64) bool { return n > 0 }) {
			continue
		}
		rates := make([]float64, len(s.causes[o]))
		for k, n := range s.causes[o] {
			rates[k] = rounded(float64(n) / float64(s.n) / s.window.Seconds())
		}
		if out == nil {
			out = map[string][]float64{}
		}
		out[o.String()] = rates
	}
	return out
}

// fill adds the values of each window to their bands; NaN is missing.
func fill[V [3]float64 | [4]float64 | [5]float64](bands []band, windows, seen int, values func(k int) V) {
	for i := range bands {
		if bands[i] == nil {
			bands[i] = make(band, windows)
		}
	}
	for k := range seen {
		v := values(k)
		for i := range bands {
			if !math.IsNaN(v[i]) {
				bands[i][k].Add(v[i])
			}
		}
	}
}

// totalWindow sums the journeys in window k into a series of one window. Its
// interval cannot be had from theirs: journeys share queues.
func totalWindow(journeys []measure.Journey, k int) measure.JourneySeries {
	var arrived, completed, good, failed uint32
	var latency float64
	for i := range journeys {
		m := &journeys[i].Series
		arrived += at(m.Arrived, k)
		completed += at(m.Completed, k)
		good += at(m.Good, k)
		failed += at(m.Failed, k)
		latency += at(m.LatencySum, k)
	}
	return measure.JourneySeries{Arrived: []uint32{arrived}, Completed: []uint32{completed},
		Good: []uint32{good}, Failed: []uint32{failed}, LatencySum: []float64{latency}}
}

func journeyWindow(m *measure.JourneySeries, k int, seconds float64) [5]float64 {
	completed, failed := float64(at(m.Completed, k)), float64(at(m.Failed, k))
	return [...]float64{float64(at(m.Arrived, k)) / seconds, completed / seconds, float64(at(m.Good, k)) / seconds,
		over(failed, completed), over(at(m.LatencySum, k), completed-failed)}
}

// stationWindow is undefined in utilisation while no replica is up.
func stationWindow(w measure.StationWindow, cores float64) [4]float64 {
	up := float64(w.Up)
	return [...]float64{over(float64(w.BusyCores), float64(up*cores)), float64(w.InService), float64(w.Queued), up}
}

func componentWindow(w measure.ComponentWindow, seconds float64) [3]float64 {
	calls, failed := float64(w.Calls), float64(w.Failed)
	return [...]float64{calls / seconds, over(failed, calls), over(w.TimeSum, calls-failed)}
}

// at is element k, zero beyond the end: nothing happened there.
func at[T any](s []T, k int) (v T) {
	if k < len(s) {
		v = s[k]
	}
	return v
}

// over is a/b, NaN if b is 0.
func over(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// document names the bands. The users' station has no series.
func (s *series) document(sys *model.System, students *stats.Students) result.Series {
	out := result.Series{
		Window:     s.window.Seconds(),
		Journeys:   map[string]map[string]result.Band{},
		Services:   map[string]map[string]result.Band{},
		Components: map[string]map[string]result.Band{},
	}
	out.Causes = s.documentCauses()
	out.Total = s.bands(s.total[:], journeySeries[:], students)
	for i := range s.journeys {
		out.Journeys[sys.Journeys[i].Name] = s.bands(s.journeys[i][:], journeySeries[:], students)
	}
	for i := range s.stations {
		if sys.Stations[i].Kind != model.KindUsers {
			out.Services[sys.Stations[i].Name] = s.bands(s.stations[i][:], stationSeries[:], students)
		}
	}
	for i := range s.components {
		out.Components[sys.Components[i].Name] = s.bands(s.components[i][:], componentSeries[:], students)
	}
	return out
}

func (s *series) bands(all []band, names []string, students *stats.Students) map[string]result.Band {
	out := make(map[string]result.Band, len(all))
	for i, b := range all {
		out[names[i]] = s.band(b, students)
	}
	return out
}

func (s *series) band(b band, students *stats.Students) result.Band {
	value := make([]float64, len(b))
	for k := range b {
		value[k] = rounded(b[k].Mean())
	}
	out := result.Band{Value: pointers(value)}
	if s.n < 2 {
		return out
	}
	low, high := make([]float64, len(b)), make([]float64, len(b))
	for k := range b {
		l, h, ok := students.Band(&b[k])
		if !ok {
			l, h = math.NaN(), math.NaN()
		}
		// All series are of amounts that cannot be below zero.
		low[k], high[k] = rounded(max(l, 0)), rounded(h)
	}
	out.Low, out.High = pointers(low), pointers(high)
	return out
}

// rounded keeps six significant digits: series are for charts, and make up most
// of result.json. Rounding keeps the order of low, value and high.
func rounded(v float64) float64 {
	if math.IsNaN(v) {
		return v
	}
	var buffer [32]byte
	short, err := strconv.ParseFloat(string(strconv.AppendFloat(buffer[:0], v, 'g', 6, 64)), 64)
	if err != nil {
		return v
	}
	return short
}
