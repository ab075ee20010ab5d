package topologies

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/sim/model"
	"faultline/topologies/strict"
)

// shop is an application that the tests cut in several ways.
const shop = `
application: shop
components:
  front:
    team: web
    operations:
      page:
        - cpu: 10ms
        - call: stock.get
        - call: price.get
          probability: 50%
          optional: true
  stock: { operations: { get: [ { cpu: 2ms }, { read: items }, { read: items, time: 7ms } ] } }
  price: { operations: { get: [ { cpu: 4ms }, [ { call: bank.rate }, { sleep: 8ms } ] ], idle: [ { call: stock.get } ] } }
  bank: { external: true, operations: { rate: [ { sleep: 20ms } ] } }
stores:
  items: { read: 3ms }
journeys:
  look: { call: front.page, weight: 3, criticality: critical, objectives: { latency: "p(99)<300ms, p(50)<20ms", availability: 99.9% } }
  ask: { call: stock.get }
`

// loadText loads a topology given as text beside the shop, which is app.yaml.
func loadText(text string, set ...string) (*Topology, error) {
	overrides, err := ParseSets(set)
	if err != nil {
		return nil, err
	}
	l := NewLoader(new(strict.Errors))
	files := fstest.MapFS{"t.yaml": {Data: []byte(text)}, "app.yaml": {Data: []byte(shop)}}
	t := l.Topology(InFS(files, "t.yaml"), nil, func(string) []Override { return overrides })
	return t, l.Errs.Err()
}

func mustLoad(t *testing.T, text string, set ...string) *Topology {
	t.Helper()
	top, err := loadText("topology: t\napplication: app.yaml\n"+text, set...)
	if err != nil {
		t.Fatal(err)
	}
	return top
}

// stationText is one station on a line.
func stationText(sys *model.System, s model.Station) string {
	var hosts []string
	for _, c := range s.Components {
		hosts = append(hosts, sys.Components[c].Name)
	}
	limit := func(n int) string {
		if n == model.Unlimited {
			return "inf"
		}
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s %s hosts=%v replicas=%d cores=%g workers=%s queue=%s sched=%d startup=%v zones=%v",
		s.Kind, s.Name, append(hosts, s.Stores...), s.Replicas, s.Cores, limit(s.Workers), limit(s.Queue), s.Scheduling, s.Startup, s.Zones) +
		moreOfStation(s)
}

// moreOfStation is what most stations have none of.
func moreOfStation(s model.Station) (text string) {
	say := func(format string, is bool, args ...any) {
		if is {
			text += " " + fmt.Sprintf(format, args...)
		}
	}
	say("queueTimeout=%v", s.QueueTimeout != nil, s.QueueTimeout)
	say("discipline=%d", s.Discipline != 0, s.Discipline)
	say("contention=%g", s.Contention != 0, s.Contention)
	if s.RateLimit != nil {
		say("rateLimit=%v+%d", true, s.RateLimit.Rate, s.RateLimit.Burst)
	}
	say("memory=%d", s.Memory != 0, s.Memory)
	say("warmup=%v", s.Warmup.Duration != 0, s.Warmup)
	if s.Pauses != nil {
		say("pauses=%v/%v", true, s.Pauses.Length, s.Pauses.Every)
	}
	say("protocol=%g", s.Protocol > 0 && s.Protocol != 1, s.Protocol)
	return text
}

func TestServicesAndDatabasesBecomeStations(t *testing.T) {
	const users = "users users hosts=[] replicas=1 cores=2.147483647e+09 workers=inf queue=inf sched=0 startup=0s zones=[]"
	const bank = "external bank hosts=[bank] replicas=1 cores=2.147483647e+09 workers=inf queue=inf sched=0 startup=0s zones=[]"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"rest in one process, all defaults", `
services: { shop: { components: rest } }
databases: { db: { stores: rest } }`, []string{users,
			"service shop hosts=[front stock price] replicas=1 cores=1 workers=inf queue=inf sched=0 startup=5s zones=[0]",
			"database db hosts=[items] replicas=1 cores=1 workers=inf queue=inf sched=1 startup=5s zones=[0]", bank}},
		{"a service for each component under defaults, one with keys of its own", `
zones: [x, y]
services:
  "*": { perComponent: true, replicas: 3, cpu: 500m, workers: 8, queue: 0, scheduling: fifo, runtime: { startup: 2s } }
  price: { components: [price], replicas: 1, workers: unlimited }
databases: { "*": { perStore: true, cpu: 2, connections: 5, zone: y, scheduling: ps } }`, []string{users,
			"service price hosts=[price] replicas=1 cores=0.5 workers=inf queue=0 sched=1 startup=2s zones=[0]",
			"service front hosts=[front] replicas=3 cores=0.5 workers=8 queue=0 sched=1 startup=2s zones=[0 1 0]",
			"service stock hosts=[stock] replicas=3 cores=0.5 workers=8 queue=0 sched=1 startup=2s zones=[0 1 0]",
			"database items-db hosts=[items] replicas=1 cores=2 workers=5 queue=inf sched=0 startup=5s zones=[1]", bank}},
		{"lists, and components in the application's order whatever the list's", `
services: { a: { components: [price, front] }, stock: {} }
databases: { db: { stores: [items] } }`, []string{users,
			"service a hosts=[front price] replicas=1 cores=1 workers=inf queue=inf sched=0 startup=5s zones=[0]",
			"service stock hosts=[stock] replicas=1 cores=1 workers=inf queue=inf sched=0 startup=5s zones=[0]",
			"database db hosts=[items] replicas=1 cores=1 workers=inf queue=inf sched=1 startup=5s zones=[0]", bank}},
	} {
		t.Run(test.name, func(t *testing.T) {
			sys := mustLoad(t, test.text).System
			var got []string
			for _, s := range sys.Stations {
				got = append(got, stationText(sys, s))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// edgeText is one edge on a line.
func edgeText(e model.Edge) string {
	text := fmt.Sprintf("%s timeout=%v try=%v lb=%s", e.Name, e.Timeout, e.PerTryTimeout, e.LoadBalancer)
	if e.Retries != nil {
		text += fmt.Sprintf(" retries=%d", e.Retries.Attempts)
	}
	for _, d := range []struct {
		name string
		dist fmt.Stringer
		none bool
	}{{"cpu", e.Protocol, e.Protocol == nil}, {"same", e.SameZone, e.SameZone == nil}, {"cross", e.CrossZone, e.CrossZone == nil}} {
		if !d.none {
			text += " " + d.name + "=" + d.dist.String()
		}
	}
	return text + moreOfEdge(e)
}

// moreOfEdge is what most edges have none of.
func moreOfEdge(e model.Edge) (text string) {
	if b := e.CircuitBreaker; b != nil {
		text += fmt.Sprintf(" breaker=%v/%v", b.FailureRateThreshold, b.SlidingWindow)
	}
	if b := e.Bulkhead; b != nil {
		text += fmt.Sprintf(" bulkhead=%d", b.MaxConcurrentCalls)
	}
	if h := e.Hedging; h != nil {
		text += fmt.Sprintf(" hedging=%d/%v", h.MaxAttempts, h.HedgingDelay)
	}
	if o := e.OutlierDetection; o != nil {
		text += fmt.Sprintf(" outliers=%d", o.Consecutive5xxErrors)
	}
	if a := e.AdaptiveThrottling; a != nil {
		text += fmt.Sprintf(" throttling=%g", a.K)
	}
	for _, flag := range []struct {
		name string
		is   bool
	}{{"cancel", e.CancelOnTimeout}, {"deadline", e.DeadlinePropagation}, {"locality", e.LocalityAware}, {"local", e.Local}} {
		if flag.is {
			text += " " + flag.name
		}
	}
	if e.Pool > 0 {
		text += fmt.Sprintf(" pool=%d", e.Pool)
	}
	return text
}

func edgeTexts(sys *model.System) (list []string) {
	for _, e := range sys.Edges {
		list = append(list, edgeText(e))
	}
	slices.Sort(list)
	return list
}

func TestTheMostSpecificEdgeWinsKeyByKey(t *testing.T) {
	const cut = `
services: { front: { components: [front] }, back: { components: [stock, price] } }
databases: { db: { stores: rest } }
`
	for _, test := range []struct {
		name, edges string
		want        []string
	}{
		{"defaults: no network for users, across zones to others", ``, []string{
			"back -> bank timeout=0s try=0s lb=LEAST_REQUEST same=500us cross=500us",
			"back -> db timeout=0s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"front -> back timeout=0s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"users -> back timeout=0s try=0s lb=LEAST_REQUEST",
			"users -> front timeout=0s try=0s lb=LEAST_REQUEST"}},
		{"a star means services on the right, and not users on the left", `
  "* -> *": { timeout: 1s }`, []string{
			"back -> bank timeout=0s try=0s lb=LEAST_REQUEST same=500us cross=500us",
			"back -> db timeout=0s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"front -> back timeout=1s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"users -> back timeout=0s try=0s lb=LEAST_REQUEST",
			"users -> front timeout=0s try=0s lb=LEAST_REQUEST"}},
		{"four ranks, each key from the most specific that has it", `
  "* -> *": { timeout: 1s, loadBalancer: RANDOM, protocol: { cpu: 1us }, retries: { attempts: 1, perTryTimeout: 9ms } }
  "* -> back": { timeout: 2s, loadBalancer: ROUND_ROBIN, protocol: { cpu: 2us } }
  "front -> *": { timeout: 3s, loadBalancer: LEAST_REQUEST }
  "front -> back": { timeout: 4s }
  "users -> *": { timeout: 10s, network: 5ms }
  "* -> db": { timeout: 5s, network: none }
  "price -> bank": { timeout: 6s }`, []string{
			"front -> back timeout=4s try=9ms lb=LEAST_REQUEST retries=1 cpu=2us same=200us cross=500us",
			"price -> bank timeout=6s try=0s lb=LEAST_REQUEST same=500us cross=500us",
			"back -> db timeout=5s try=0s lb=LEAST_REQUEST",
			"users -> back timeout=10s try=0s lb=LEAST_REQUEST same=5ms cross=5ms",
			"users -> front timeout=10s try=0s lb=LEAST_REQUEST same=5ms cross=5ms"}},
		{"a policy is replaced whole, and none switches it off", `
  "* -> back": { retries: { attempts: 3, perTryTimeout: 9ms } }
  "front -> back": { retries: { attempts: 1 } }
  "users -> back": { retries: { attempts: 2 } }
  "users -> *": { retries: none, timeout: none }`, []string{
			"back -> bank timeout=0s try=0s lb=LEAST_REQUEST same=500us cross=500us",
			"back -> db timeout=0s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"front -> back timeout=0s try=0s lb=LEAST_REQUEST retries=1 same=200us cross=500us",
			"users -> back timeout=0s try=0s lb=LEAST_REQUEST retries=2",
			"users -> front timeout=0s try=0s lb=LEAST_REQUEST"}},
		{"of retries and hedging the more specific", `
  "* -> *": { retries: { attempts: 1 } }
  "front -> back": { hedging: { maxAttempts: 2, hedgingDelay: 5ms } }
  "* -> db": { hedging: { maxAttempts: 2, hedgingDelay: 5ms } }
  "back -> db": { hedging: none }
  "users -> *": { hedging: { maxAttempts: 3, hedgingDelay: 5ms } }
  "users -> back": { retries: { attempts: 2 } }`, []string{
			"back -> bank timeout=0s try=0s lb=LEAST_REQUEST same=500us cross=500us",
			"back -> db timeout=0s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"front -> back timeout=0s try=0s lb=LEAST_REQUEST same=200us cross=500us hedging=2/5ms",
			"users -> back timeout=0s try=0s lb=LEAST_REQUEST retries=2",
			"users -> front timeout=0s try=0s lb=LEAST_REQUEST hedging=3/5ms"}},
		{"a component is more specific than its service, and splits the edge", `
  "front -> back": { timeout: 1s }
  "front -> price": { timeout: 2s }
  "stock -> db": { timeout: 3s }`, []string{
			"back -> bank timeout=0s try=0s lb=LEAST_REQUEST same=500us cross=500us",
			"front -> back timeout=1s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"front -> price timeout=2s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"stock -> db timeout=3s try=0s lb=LEAST_REQUEST same=200us cross=500us",
			"users -> back timeout=0s try=0s lb=LEAST_REQUEST",
			"users -> front timeout=0s try=0s lb=LEAST_REQUEST"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := edgeTexts(mustLoad(t, cut+"edges:"+orEmpty(test.edges)).System)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func orEmpty(edges string) string {
	if edges == "" {
		return " {}"
	}
	return edges
}

func TestNoneIsNoNetwork(t *testing.T) {
	sys := mustLoad(t, "services: { \"*\": { perComponent: true } }\ndatabases: { db: { stores: rest } }\nnetwork: none").System
	for _, e := range sys.Edges {
		if e.SameZone != nil || e.CrossZone != nil {
			t.Errorf("%s has a network", edgeText(e))
		}
	}
}

func TestWhatNoJourneyReachesGetsNoEdge(t *testing.T) {
	top := mustLoad(t, "services: { \"*\": { perComponent: true } }\ndatabases: { db: { stores: rest } }")
	for _, e := range top.System.Edges {
		if e.Name == "price -> stock" {
			t.Errorf("%s: only price.idle calls it, which nobody does", e.Name)
		}
	}
	if want := "no journey reaches price.idle: a fault there changes nothing"; !slices.Contains(top.Warnings, want) {
		t.Errorf("warnings %q lack %q", top.Warnings, want)
	}
}

// The same step has the same place in every topology: the key of its draws names
// no service. So a program is the same but for the ids of its edges.
func TestPlacesNameNoService(t *testing.T) {
	one := mustLoad(t, "services: { shop: { components: rest } }\ndatabases: { db: { stores: rest } }").System
	many := mustLoad(t, "services: { \"*\": { perComponent: true } }\ndatabases: { db: { stores: rest } }").System
	if diff := cmp.Diff(one.Code, many.Code); diff != "" {
		t.Errorf("code: %s", diff)
	}
	for i := range one.Sites {
		if a, b := one.Sites[i], many.Sites[i]; a.Op != b.Op || a.Place != b.Place || a.Optional != b.Optional {
			t.Errorf("site %d: %+v and %+v", i, a, b)
		}
	}
}

func TestJourneysCarryTheirObjectives(t *testing.T) {
	sys := mustLoad(t, "services: { shop: { components: rest } }\ndatabases: { db: { stores: rest } }").System
	look, ask := sys.Journeys[0], sys.Journeys[1]
	if look.Weight != 3 || look.LatencyBound != 300*time.Millisecond || look.Latency != "p(99)<300ms, p(50)<20ms" ||
		look.Availability != 0.999 || look.Criticality != "critical" {
		t.Errorf("%+v", look)
	}
	if ask.Weight != 1 || ask.LatencyBound != 0 || ask.Availability != 0 || ask.Criticality != "normal" {
		t.Errorf("%+v", ask)
	}
}

func TestWarningsNameEveryDefaultThatHidesSomething(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"everything left to its default", "services: { \"*\": { perComponent: true } }\ndatabases: { db: { stores: rest } }", []string{
			"no journey reaches price.idle: a fault there changes nothing",
			"no timeout on front -> stock, front -> price, stock -> db, price -> bank: a slow or silent callee holds its caller for as long as it takes",
			"no timeout on users -> front, users -> stock: users wait for an answer for ever, and never give up",
			"workers of front, stock, price are unlimited: calls that wait downstream never use up the workers, so no queue forms in front of them",
			"connections of db are unlimited: no query ever waits for one",
		}},
		{"everything decided, even if by unlimited and none", `
services: { "*": { perComponent: true, workers: unlimited, queue: unlimited } }
databases: { db: { stores: rest, connections: unlimited } }
edges:
  "users -> *": { timeout: none }
  "* -> *": { timeout: 1s }
  "* -> db": { retries: { attempts: 1, perTryTimeout: 1s } }
  "* -> bank": { timeout: 1s }`, []string{"no journey reaches price.idle: a fault there changes nothing"}},
		{"a queue without a bound, and an edge that nobody uses", `
services: { shop: { components: rest, workers: 8 } }
databases: { db: { stores: rest, connections: 9 } }
edges:
  "users -> *": { timeout: 1s }
  "* -> *": { timeout: 1s }
  "shop -> db": { timeout: 1s }
  "shop -> bank": { timeout: 1s }
  "front -> stock": { loadBalancer: RANDOM }
  "stock -> front": { loadBalancer: RANDOM }`, []string{
			"no journey reaches price.idle: a fault there changes nothing",
			"the queue of shop is unlimited: an overload shows as ever longer waits, never as rejected requests",
			`no remote call here matches edge "* -> *", edge "stock -> front": these policies change nothing`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, mustLoad(t, test.text).Warnings); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOverridesReachTopologyAndApplication(t *testing.T) {
	const text = "services: { shop: { components: rest } }\ndatabases: { db: { stores: rest } }"
	plain := mustLoad(t, text)
	top := mustLoad(t, text, "services.shop.replicas=4", "components.front.operations.page.0.cpu=50ms", `edges."users -> *".timeout=2s`)
	if top.System.Stations[1].Replicas != 4 || top.System.Edges[len(top.System.Edges)-1].Timeout != 2*time.Second {
		t.Errorf("%+v %+v", top.System.Stations[1], top.System.Edges)
	}
	if top.System.Dists[0].Mean() != 50*time.Millisecond {
		t.Errorf("front.page takes %v", top.System.Dists[0])
	}
	if plain.Digest == top.Digest || plain.ApplicationDigest == top.ApplicationDigest {
		t.Error("an override leaves the digest as it was")
	}
	var resolved []resolvedRow
	top.Resolved(func(r resolvedRow) { resolved = append(resolved, r) })
	i := slices.IndexFunc(resolved, func(r resolvedRow) bool { return r.Path == "t.services.shop.replicas" })
	if i < 0 || resolved[i].Value != "4" || resolved[i].Origin != "--set" {
		t.Errorf("resolved: %+v", resolved)
	}
}

func TestAKeyIsEveryTaggedField(t *testing.T) {
	if diff := cmp.Diff(tagged(Spec{}), sorted(append(slices.Clone(Keys), "stores", "journeys", "topics"))); diff != "" {
		t.Errorf("Keys: %s", diff)
	}
	if diff := cmp.Diff(tagged(Application{}), sorted(append(slices.Clone(ApplicationKeys), "application"))); diff != "" {
		t.Errorf("ApplicationKeys: %s", diff)
	}
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func TestTheSmallestTopologyIsOneFile(t *testing.T) {
	top, err := loadText("topology: station\nservices: { s: { operations: { do: [ { cpu: exp(8ms) } ] } } }\njourneys: { j: { call: s.do } }")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(top.System.Code); n != 4 || top.System.Components[0].Name != "s" || len(top.Sources) != 1 {
		t.Errorf("%d instructions, %+v", n, top.System)
	}
	if !strings.HasPrefix(top.Digest, "sha256:") || len(top.Digest) != 7+64 {
		t.Errorf("digest %s", top.Digest)
	}
}
