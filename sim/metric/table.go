package metric

var (
	journeyOnly   = []Tag{Journey}
	journeyOrFlow = []Tag{Journey, Flow}
	callers       = []Tag{Journey, Service, Database, Edge}
	stations      = []Tag{Service, Database}
	perRun        = []Tag{Topology, Run, Versus}
	perTopology   = []Tag{Topology, Versus}
	perFault      = []Tag{Fault, Topology, Versus}

	percentiles = []Aggregator{"avg", "med", "max", "p(50)", "p(90)", "p(95)", "p(99)", "p(99.9)"}
	waits       = []Aggregator{"avg", "p(99)", ShareOf}
	total       = []Aggregator{Total}
)

// States are the words of the metric state, from good to bad; unknown and
// overloaded (without the fault already) are no judgement.
var States = []string{"stable", "degraded", "outage", "recovering", "metastable", "unknown", "overloaded"}

// Table is every metric of faultline, in the order in which they are shown.
var Table = []Metric{
	{Name: "offered", Unit: Rate, Subjects: journeyOrFlow, Tags: perRun, Due: true,
		Doc: "requests that arrived, a second"},
	{Name: "throughput", Unit: Rate, Subjects: journeyOrFlow, Tags: perRun, Better: Higher, Due: true,
		Doc: "requests answered, whatever the outcome, a second"},
	{Name: "goodput", Unit: Rate, Subjects: journeyOrFlow, Tags: perRun, Better: Higher, Due: true,
		Doc: "requests answered well, within the journey's latency objective, a second"},
	{Name: "latency", Unit: Time, Subjects: callers, Tags: perRun, Better: Lower, Aggregators: percentiles, Due: true,
		Doc: "time from the intended start to the answer, of requests (calls) that succeeded or degraded"},
	{Name: "completion", Unit: Time, Subjects: journeyOnly, Tags: perRun, Better: Lower, Aggregators: percentiles,
		Doc: "time until all messages that a request led to are done"},
	{Name: "availability", Unit: Share, Subjects: callers[:1], Tags: perRun, Better: Higher, Due: true,
		Doc: "(succeeded + degraded) / offered"},
	{Name: "errorRate", Unit: Share, Subjects: callers, Tags: perRun, Better: Lower, Due: true,
		Doc: "failed / offered; of a service, database or edge: failed / calls"},
	{Name: "degradedRate", Unit: Share, Subjects: journeyOnly, Tags: perRun, Better: Lower, Due: true,
		Doc: "degraded / offered"},

	{Name: "utilization", Unit: Share, Subjects: stations, NeedsSubject: true, Tags: perTopology, Due: true,
		Doc: "share of the core time in use"},
	{Name: "concurrency", Unit: Count, Subjects: stations, NeedsSubject: true, Tags: perTopology, Due: true,
		Doc: "mean requests in service; of a database: connections in use"},
	{Name: "queueLength", Unit: Count, Subjects: stations, NeedsSubject: true, Tags: perTopology, Better: Lower, Due: true,
		Doc: "mean calls that wait for a worker (a connection)"},
	{Name: "queueWait", Unit: Time, Subjects: stations, NeedsSubject: true, Tags: perTopology, Better: Lower, Aggregators: waits, Due: true,
		Doc: "time that admitted calls wait for a worker; share: of those that waited at all"},
	{Name: "replicas", Unit: Count, Subjects: stations[:1], NeedsSubject: true, Tags: perTopology, Due: true,
		Doc: "mean number of instances ready"},
	{Name: "memory", Unit: Count, Subjects: stations, NeedsSubject: true, Tags: perTopology, Better: Lower,
		Doc: "bytes in use"},
	{Name: "amplification", Unit: Ratio, Subjects: []Tag{Edge}, NeedsSubject: true, Tags: perTopology, Better: Lower, Due: true,
		Doc: "attempts sent / first attempts"},
	{Name: "wastedWork", Unit: Share, Subjects: stations, NeedsSubject: true, Tags: perTopology, Better: Lower, Due: true,
		Doc: "share of the time spent on calls whose reply nobody took"},

	{Name: "blastRadius", Unit: Share, Subjects: journeyOnly, Tags: perFault, Better: Lower, Due: true,
		Doc: "(lost − gained) / good without the fault, of requests during it"},
	{Name: "blastRadiusAfter", Unit: Share, Subjects: journeyOnly, Tags: perFault, Better: Lower, Due: true,
		Doc: "the same of requests that arrived after the fault"},
	{Name: "lost", Unit: Count, Tags: perFault, Better: Lower, Aggregators: total, Due: true,
		Doc: "requests during the fault, in one run, good without it and not with it"},
	{Name: "gained", Unit: Count, Tags: perFault, Better: Higher, Aggregators: total, Due: true,
		Doc: "requests during the fault, in one run, good with it and not without it"},
	{Name: "pairs", Unit: Count, Tags: perFault, Aggregators: total, Due: true,
		Doc: "requests during the fault, in one run, compared with themselves"},
	{Name: "severity", Unit: Share, Tags: perFault, Better: Lower, Aggregators: []Aggregator{"failed", "tooSlow", "degraded"}, Due: true,
		Doc: "how requests were lost: failed or too slow, as shares of those good without the fault; degraded: not lost, but less"},
	{Name: "timeToImpact", Unit: Time, Tags: perFault, Better: Higher, Never: true, Due: true,
		Doc: "start of the fault to the first bad slice of 10 s"},
	{Name: "timeToRecover", Unit: Time, Tags: perFault, Better: Lower, Never: true, Due: true,
		Doc: "end of the fault to the first of three good slices with none bad later"},
	{Name: "timeToRestore", Unit: Time, Tags: perFault, Better: Lower, Never: true, Due: true,
		Doc: "start of the fault to recovery"},
	{Name: "recoveredShare", Unit: Share, Tags: perFault, Better: Higher, Due: true,
		Doc: "share of the replications that recovered"},
	{Name: "state", Unit: Word, Tags: []Tag{Fault, Topology}, Words: States, Due: true,
		Doc: "what the fault left behind, the commonest over the replications"},

	{Name: "journeyBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Doc: "weighted share of journeys whose objective the fault broke"},
	{Name: "componentBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Doc: "share of the other components hurt"},
	{Name: "teamBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Doc: "share of the other teams hurt"},
	{Name: "containment", Unit: Share, Tags: perFault, Better: Higher, Doc: "share of those reachable that stayed well"},
	{Name: "surprise", Unit: Count, Tags: perFault, Better: Lower, Doc: "components hit though not reachable"},
	{Name: "userBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Doc: "users with at least one lost request"},
	{Name: "userMinutesLost", Unit: Count, Tags: perFault, Better: Lower, Doc: "minutes in which a user lost a request"},
	{Name: "concentration", Unit: Share, Tags: perFault, Better: Lower, Doc: "share of losses borne by the worst-hit 10%"},
	{Name: "resilienceLoss", Unit: Count, Tags: perFault, Better: Lower, Doc: "requests by which the good share fell short of the run without the fault"},
	{Name: "budgetBurn", Unit: Ratio, Tags: perFault, Better: Lower, Doc: "lost / the error budget of 30 days"},

	{Name: "backlog", Unit: Count, Doc: "messages not yet done"},
	{Name: "lag", Unit: Time, Doc: "age of the oldest message not yet done"},
	{Name: "deadLettered", Unit: Count, Doc: "messages given up"},
	{Name: "redelivered", Unit: Count, Doc: "messages delivered again"},
	{Name: "inconsistencies", Unit: Count, Doc: "torn writes"},
	{Name: "staleReads", Unit: Count, Doc: "reads of a lagging copy"},
	{Name: "lostWrites", Unit: Count, Doc: "writes acknowledged and gone"},
	{Name: "inconsistentTime", Unit: Time, Doc: "time of inconsistency"},
	{Name: "costPerHour", Unit: Currency, Doc: "price of an hour"},
	{Name: "costPerMillion", Unit: Currency, Doc: "price of a million good requests"},
	{Name: "capacity", Unit: Rate, Doc: "highest load that meets all objectives"},
}
