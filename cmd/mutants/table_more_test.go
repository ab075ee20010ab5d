package mutants

// load are errors of who comes when.
var load = []mutant{
	{"a twin draws anew", "sim/engine/source.go", "\troot.pc, root.class =", "\troot.key = a.key.Child(uint32(len(e.job.Faults)))\n\troot.pc, root.class =", "sim/engine.TestAFaultThatNeverStrikesChangesNothing"},
	{"think time is skipped", "sim/engine/user.go", "at += f.ThinkTime.Sample(s)", "_ = s", "sim/engine.TestAClosedNetworkObeysTheMachineRepairmanModel"},
	{"a batch is one less", "sim/engine/source.go", "s.batch = uint64(s.flow.Batch.Sample(s.own.Stream(placeBatch)))",
		"s.batch = uint64(max(1, s.flow.Batch.Sample(s.own.Stream(placeBatch))-1))", "sim/engine.TestBatchesComeTogetherAndRateCountsThem"},
	{"all journeys are alike", "sim/engine/source.go", "\t\tsum += w\n\t\tf.journeys", "\t\tsum += total / float64(len(fl.Weights))\n\t\tf.journeys", "sim/engine.TestJourneysComeByTheirWeights"},
	{"gaps between arrivals are 1% longer", "sim/load/poisson.go", "hits + dist.Exponential(s)", "hits + dist.Exponential(s)*1.01", "sim/load.TestConformanceExpectedCount"},
	{"half of the population never comes", "sim/load/identity.go", "s.IntN(n))", "s.IntN((n + 1) / 2))", "sim/load.TestUsersAreAllAlike"},
	{"requests above 4 billion are those below", "sim/load/identity.go", "high != 0", "high > 1<<31", "sim/load.TestIdentityIsPinned"},
	{"pauses of a session are latency", "sim/engine/compute.go", "\t\tf.sent += d\n", "", "sim/engine.TestASessionsOwnPausesAreNoLatency"},
}

// stretches are errors of what happens next, and on which island.
var stretches = []mutant{
	{"requests come last at their instant", "sim/engine/stretch.go", "\t\tc.next = des.At(c.arrivals[id].at)\n", "\t\tc.next = des.At(c.arrivals[id].at + 1)\n", "sim/engine.TestARequestComesBeforeAllElseAtItsInstant"},
	{"what is planned has an order of its own", "sim/engine/stretch.go", "\tagenda.Follow(&e.Calendar)\n", "", "sim/engine.TestWhatIsScheduledFirstHappensFirst"},
	{"others come between those of a batch", "sim/engine/stretch.go", "\tif s.begun {\n", "\tif false {\n", "sim/engine.TestABatchComesAsOne"},
	{"a request is foreseen with the work of another", "sim/engine/stretch.go", "\ta.call = site.keyOf(a.key)\n", "\ta.call = site.keyOf(a.key + 1)\n", "sim/engine.TestFingerprintsArePinned"},
	{"what has not come when a run ends early counts", "sim/engine/stretch.go", "c.coming != none && i > int(c.coming);", "false;", "sim/engine.TestARunThatEndsEarlyCountsWhoHasCome"},
	{"the run ends with the last answer on the last island", "sim/engine/island.go", "is.last = max(is.last, e.Now())", "is.last = e.Now()", "sim/engine.TestARunEndsWithTheLastAnswer"},
	{"nothing happens after an island's last answer", "sim/engine/island.go", "is.round, e.course.end = roundToLastAnswer, des.At(is.last)", "is.round, e.course.end = roundToLastAnswer, des.Due{}", "sim/engine.TestARunEndsWithTheLastAnswer"},
	{"what is scheduled for islands by a fault gets lost", "sim/engine/island.go", "\t\tis.keep(p, append(append(is.later, is.pendingOn(p)...), planned[:n]...))\n", "\t\tis.keep(p, append(is.later, is.pendingOn(p)...))\n", "sim/engine.TestIslandsDoApartWhatTheyDoTogether"},
	{"users join nothing", "sim/engine/island.go", "f := &e.flows[i]; f.closed {", "f := &e.flows[i]; f.closed && e.ticks > 0 {", "sim/engine.TestIslandsAreToldApart"},
	{"a zone joins nothing", "sim/engine/island.go", "if p.Zone != model.None {", "if p.Zone != model.None && e.ticks > 0 {", "sim/engine.TestIslandsAreToldApart"},
	{"a journey joins nothing", "sim/engine/island.go", "range model.Calls(e.sys, j.entry) {\n", "range model.Calls(e.sys, j.entry)[:1] {\n", "sim/engine.TestAJourneyOfTwoServicesJoinsThem"},
	{"a calendar does not follow", "sim/des/share.go", "c.seq = max(c.seq, o.seq)", "", "sim/des.TestCalendarsThatFollowOneAnotherHaveOneOrder"},
	{"what is put back is not kept in order", "sim/des/share.go", "\t\tc.limit = events[n].At\n", "\t\tc.limit = events[len(events)-1].At\n", "sim/des.TestWhatIsPutAwayComesBackAsItWas"},
}

// figures are errors of what is told of the runs.
var figures = []mutant{
	{"the warm-up is kept", "sim/engine/observe.go", "\tif e.measuring {\n", "\tif !e.closed {\n", "sim/engine.TestFiguresAreOfTheMeasuredWindowAlone"},
	{"a late answer is good", "sim/engine/observe.go", "(j.bound == 0 || latency <= j.bound)", "(j.bound == 0 || latency <= 2*j.bound)", "sim/engine.TestGoodIsAnsweredWithinTheBound"},
	{"work that nobody waits for is not wasted", "sim/engine/instance.go", "flInside != 0 && e.inVain(f) {\n", "flInside != 0 && e.inVain(f) && f.flags&flOrphan != 0 {\n", "sim/engine.TestWhatNobodyWaitsForAnyMoreIsWasted"},
	{"quantiles are one bucket off", "sim/measure/histogram.go", "out[k] = b.Low +", "out[k] = b.High +", "sim/measure.TestQuantilesOfEvenlySpreadTimesAreExact"},
	{"merging forgets a count", "sim/measure/counts.go", "\tn += uint64(o[uint8(i)])\n", "", "sim/measure.TestMergingIsRecordingEverything"},
	{"what does not fit into a byte is lost", "sim/measure/counts.go", "\tc.more.add(i, n)\n", "", "sim/measure.TestNoCountIsLost"},
	{"intervals of 90%", "sim/stats/stats.go", "const Confidence = 0.95", "const Confidence = 0.90", "sim/stats.TestIntervalOfKnownValues"},
	{"intervals by the normal distribution", "sim/stats/stats.go", "s.t[df-1] = TQuantile(upper, df)", "s.t[df-1] = TQuantile(upper, 1000)", "sim/stats.TestIntervalCoversTheMeanIn95PercentOfTrials"},
	{"sections are centred on their own mean", "sim/stats/stats.go", "s.around(estimate, spread(values, estimate), len(values))", "s.around(Mean(values), spread(values, Mean(values)), len(values))",
		"sim/stats.TestSectioningWidensWithTheBiasOfItsSections"},
	{"pairs are no pairs", "sim/stats/stats.go", "diff[i] = b[i] - a[i]\n\t}\n\tvar d Difference\n", "diff[i] = b[len(b)-1-i] - a[i]\n\t}\n\tvar d Difference\n", "sim/stats.TestPairingRemovesWhatIsCommon"},
	{"MSER-5 cuts nothing", "sim/stats/mser.go", "return best * mserBatch, best < half", "return 0, best < half", "sim/stats.TestMSER5CutsWhatHasNotSettled"},
	{"MSER-5 judges by the variance alone", "sim/stats/mser.go", "rest.m2 / float64(rest.N) / float64(rest.N)", "rest.m2 / float64(rest.N)", "sim/stats.TestMSER5FollowsItsDefinition"},
	{"a warm-up errs on the short side", "sim/stats/mser.go", "return last * mserBatch", "return cut", "sim/stats.TestALateCutLeavesLessOfTheBeginning"},
	{"a few losses vary little", "sim/stats/rare.go", "if len(values) < leastRare || k == 0", "if true || k == 0", "sim/stats.TestAFewLossesAreCounted"},
	{"each topology has a warm-up of its own", "sim/pilot.go", "cut = max(cut, time.Duration(stats.LateMSER5(v))*p.pilotWindow())", "cut = time.Duration(stats.LateMSER5(v)) * p.pilotWindow()",
		"sim.TestTheLongestWarmupIsThatOfAllTopologies"},
	{"a precision is reached at twice its width", "sim/precision.go", "widest <= p.HalfWidth ||", "widest <= 2*p.HalfWidth ||", "sim.TestAPrecisionGoesOnUntilItIsReached"},
	{"a twin has another seed", "sim/run.go", "job.Ledger = len(p.Faults) > 0", "job.Ledger = len(p.Faults) > 0\n\t\tjob.Seed = r.o.Seed + uint64(skip+1)", "sim.TestEachFaultHasItsTwin"},
	{"a twin keeps its fault", "sim/run.go", "i != skip && skip != all", "skip != all", "sim.TestEachFaultHasItsTwin"},
	{"the blast radius pairs other requests", "sim/blast/count.go", "c.pairs[j].add(f[i], b[i])", "c.pairs[j].add(f[len(f)-1-i], b[i])", "sim/blast.TestChanceDifferencesCancel"},
	{"what was gained is not set off", "sim/blast/blast.go", "return t.Lost - t.Gained + t.Short", "return t.Lost + t.Short", "sim/blast.TestChanceDifferencesCancel"},
	{"recovery takes two good slices", "sim/blast/state.go", "len(p.Slices)-1-last >= 3", "len(p.Slices)-1-last >= 2", "sim/blast.TestStates"},
	{"costs leave out what crosses zones", "sim/estimate/cost.go", "perHour := vcpu + memory + crossZone + services", "perHour := vcpu + memory + services", "sim/estimate.TestCost"},
	{"a maximum is the mean of the maxima", "sim/estimate/latency.go", "out.Max = s.section(name, \"max\", high, l.max, reason)", "_, out.Max = high, s.part(name, \"max\", l.max, amount, reason)",
		"sim/estimate.TestPercentilesComeFromTheMergedHistogram"},
}

// kernel are errors of clock, draws and distributions.
var kernel = []mutant{
	{"ties fall due in reverse", "sim/des/calendar.go", "near[(i-1)%nearCap].At <= at {", "near[(i-1)%nearCap].At < at {", "sim/des.TestEventsFallDueInOrderOfTimeThenOfScheduling"},
	{"a child is a sum", "sim/rng/rng.go", "return Key(mix(uint64(k) + (uint64(place)+1)*childGamma))", "return Key(uint64(k) + (uint64(place)+1)*childGamma)",
		"sim/rng.TestChildIsNeitherCommutativeNorAdditive"},
	{"exponentials are 1% longer", "sim/dist/exp.go", "float64(Exponential(s) * float64(e.mean))", "float64(Exponential(s) * float64(e.mean) * 1.01)", "sim/dist.TestConformanceMean"},
	{"the tail of an exponential is cut off", "sim/dist/ziggurat.go", "base += z.tail // beyond", "base += 0 // beyond", "sim/dist.TestExponentialTail"},
	{"a lognormal has the mean of its logarithm", "sim/dist/lognormal.go", "detmath.Log(float64(mean)) - float64(0.5*sigma2)", "detmath.Log(float64(mean))", "sim/dist.TestConformanceMean"},
	{"counts are rounded down", "sim/dist/count.go", "time.Duration(up) < x%time.Second &&", "time.Duration(up) < 0 &&", "sim/dist.TestCountsHaveTheMeanAndTheBoundsThatTheySay"},
}
