package metric

var (
	journeyOnly   = []Tag{Journey}
	journeyOrFlow = []Tag{Journey, Flow}
	journeyOrTeam = []Tag{Journey, Team}
	callers       = []Tag{Journey, Service, Database, Edge}
	stations      = []Tag{Service, Database}
	perRun        = []Tag{Topology, Run, Versus}
	perTopology   = []Tag{Topology, Versus}
	perFault      = []Tag{Fault, Topology, Versus}

	bothPhases = []string{During, After}

	percentiles = []Aggregator{"avg", "min", "med", "max", "p(50)", "p(90)", "p(95)", "p(99)", "p(99.9)"}
	waits       = []Aggregator{"avg", "p(99)", ShareOf}
	total       = []Aggregator{Total}
)

// States are the words of the metric state, from good to bad; unknown and
// overloaded (without the fault already) are no judgement.
var States = []string{"stable", "degraded", "outage", "recovering", "metastable", "unknown", "overloaded"}

// Table is every metric of faultline, in the order in which they are shown.
var Table = []Metric{
	{Name: "offered", Unit: Rate, Subjects: journeyOrFlow, Tags: perRun, Phases: bothPhases, Due: true,
		Doc: "requests that arrived, a second"},
	{Name: "throughput", Unit: Rate, Subjects: journeyOrFlow, Tags: perRun, Better: Higher, Due: true,
		Doc: "requests answered, whatever the outcome, a second"},
	{Name: "goodput", Unit: Rate, Subjects: journeyOrFlow, Tags: perRun, Better: Higher, Phases: bothPhases, Due: true,
		Doc: "requests answered well, within the journey's latency objective, a second"},
	{Name: "latency", Unit: Time, Subjects: callers, Tags: perRun, Better: Lower, Aggregators: percentiles, Phases: bothPhases, Due: true,
		Doc: "time from the intended start to the answer, of requests (calls) that succeeded or degraded"},
	{Name: "completion", Unit: Time, Subjects: journeyOnly, Tags: perRun, Better: Lower, Aggregators: percentiles,
		Doc: "time until all messages that a request led to are done"},
	{Name: "availability", Unit: Share, Subjects: callers, Tags: perRun, Better: Higher, Phases: bothPhases, Due: true,
		Doc: "(succeeded + degraded) / offered; of a service, database or edge: of its calls"},
	{Name: "errorRate", Unit: Share, Subjects: callers, Tags: perRun, Better: Lower, Phases: bothPhases, Due: true,
		Doc: "failed / offered; of a service, database or edge: failed / calls"},
	{Name: "degradedRate", Unit: Share, Subjects: callers, Tags: perRun, Better: Lower, Phases: bothPhases, Due: true,
		Doc: "degraded / offered; of a service, database or edge: of its calls"},

	{Name: "utilization", Unit: Share, Subjects: stations, NeedsSubject: true, Tags: perRun, Due: true,
		Doc: "share of the core time in use"},
	{Name: "concurrency", Unit: Count, Subjects: stations, NeedsSubject: true, Tags: perRun, Due: true,
		Doc: "mean requests in service; of a database: connections in use"},
	{Name: "queueLength", Unit: Count, Subjects: stations, NeedsSubject: true, Tags: perRun, Better: Lower, Due: true,
		Doc: "mean calls that wait for a worker (a connection)"},
	{Name: "queueWait", Unit: Time, Subjects: stations, NeedsSubject: true, Tags: perRun, Better: Lower, Aggregators: waits, Due: true,
		Doc: "time that admitted calls wait for a worker; share: of those that waited at all"},
	{Name: "replicas", Unit: Count, Subjects: stations, NeedsSubject: true, Tags: perRun, Due: true,
		Doc: "mean number of instances ready"},
	{Name: "memory", Unit: Size, Subjects: stations, NeedsSubject: true, Tags: perRun, Better: Lower, Due: true,
		Doc: "mean bytes in use, of all instances together"},
	{Name: "amplification", Unit: Ratio, Subjects: callers[1:], NeedsSubject: true, Tags: perRun, Better: Lower, Due: true,
		Doc: "attempts sent / first attempts; of a service or database: of the calls to it"},
	{Name: "wastedWork", Unit: Share, Subjects: stations, NeedsSubject: true, Tags: perRun, Better: Lower, Due: true,
		Doc: "share of the time spent on calls whose reply nobody took"},

	{Name: "blastRadius", Unit: Share, Subjects: journeyOrTeam, Tags: perFault, Better: Lower, Phases: bothPhases, Due: true,
		Doc: "(lost − gained) / good without the fault, of requests during it"},
	{Name: "blastRadiusAfter", Unit: Share, Subjects: journeyOrTeam, Tags: perFault, Better: Lower, Due: true,
		Doc: "the same of requests that arrived after the fault"},
	{Name: "lost", Unit: Count, Subjects: journeyOrTeam, Tags: perFault, Better: Lower, Aggregators: total, Phases: bothPhases, Due: true,
		Doc: "requests during the fault, in one run, good without it and not with it"},
	{Name: "gained", Unit: Count, Subjects: journeyOrTeam, Tags: perFault, Better: Higher, Aggregators: total, Phases: bothPhases, Due: true,
		Doc: "requests during the fault, in one run, good with it and not without it"},
	{Name: "pairs", Unit: Count, Subjects: journeyOrTeam, Tags: perFault, Aggregators: total, Phases: bothPhases, Due: true,
		Doc: "requests during the fault, in one run, compared with themselves"},
	{Name: "severity", Unit: Share, Subjects: journeyOrTeam, Tags: perFault, Better: Lower, Aggregators: []Aggregator{"failed", "tooSlow", "degraded"}, Due: true,
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

	{Name: "journeyBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Due: true,
		Doc: "share of the journeys, by weight, whose objective the fault broke in three slices of 10 s or more"},
	{Name: "componentBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Due: true,
		Doc: "share of the components other than the target that the fault hurt: error rate or p99 above what is usual without it"},
	{Name: "teamBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Due: true,
		Doc: "share of the teams other than the target's with a component that the fault hurt"},
	{Name: "containment", Unit: Share, Tags: perFault, Better: Higher, Due: true,
		Doc: "of the components that can block on the target, the share that stayed well"},
	{Name: "surprise", Unit: Count, Tags: perFault, Better: Lower, Aggregators: total, Due: true,
		Doc: "components that were hurt though they cannot block on the target"},
	{Name: "userBlastRadius", Unit: Share, Tags: perFault, Better: Lower, Due: true,
		Doc: "share of the users who lost a request, during the fault or after it"},
	{Name: "userMinutesLost", Unit: Count, Tags: perFault, Better: Lower, Aggregators: total, Due: true,
		Doc: "minutes in which a user lost a request, summed over the users"},
	{Name: "concentration", Unit: Share, Tags: perFault, Better: Lower, Due: true,
		Doc: "share of the lost requests that the worst-hit tenth of the users bore"},
	{Name: "resilienceLoss", Unit: Count, Tags: perFault, Better: Lower, Aggregators: total, Due: true,
		Doc: "requests by which the good share fell short of the run without the fault, slice by slice"},
	{Name: "budgetBurn", Unit: Ratio, Tags: perFault, Better: Lower, Due: true,
		Doc: "lost / the error budget of 30 days, (1 − availability objective) × offered"},

	{Name: "backlog", Unit: Count, Doc: "messages not yet done"},
	{Name: "lag", Unit: Time, Doc: "age of the oldest message not yet done"},
	{Name: "deadLettered", Unit: Count, Doc: "messages given up"},
	{Name: "redelivered", Unit: Count, Doc: "messages delivered again"},
	{Name: "inconsistencies", Unit: Count, Doc: "torn writes"},
	{Name: "staleReads", Unit: Count, Doc: "reads of a lagging copy"},
	{Name: "lostWrites", Unit: Count, Doc: "writes acknowledged and gone"},
	{Name: "inconsistentTime", Unit: Time, Doc: "time of inconsistency"},
	{Name: "costPerHour", Unit: Currency, Tags: perTopology, Better: Lower, Due: true,
		Doc: "price of an hour: cores, memory, bytes between zones, services"},
	{Name: "costPerMillion", Unit: Currency, Tags: perTopology, Better: Lower, Due: true,
		Doc: "price of a million good requests"},
	{Name: "capacity", Unit: Rate, Doc: "highest load that meets all objectives"},
}
