package main

// Rows of the steps of an operation.

var stepKnobs = []knob{
	{"step.CPU.cpu", nil, page + "0.cpu=exp(7ms)", figures},
	{"step.Call.call", nil, page + "1.call=back.more", figures},
	{"step.Call.probability", nil, page + "1.probability=50%", figures},
	{"step.Call.optional", hit("faults.f.errors.component=back", "faults.f.errors.share=20%"), page + "1.optional=true", figures},
	{"step.Call.times", nil, page + "1.times=2", figures},
	{"step.Sleep.sleep", nil, page + "2.sleep=exp(3ms)", figures},
	{"step.Read.read", nil, page + "3.read=rest", figures},
	{"step.Read.time", nil, page + "3.time=exp(5ms)", figures},
	{"step.Read.probability", nil, page + "3.probability=50%", figures},
	{"step.Read.optional", []string{`edges."front -> main".timeout=6ms`}, page + "3.optional=true", figures},
	{"step.Read.times", nil, page + "3.times=2", figures},
	{"step.Write.write", nil, page + "4.write=pages", figures},
	{"step.Write.time", nil, page + "4.time=exp(5ms)", figures},
	{"step.Write.probability", nil, page + "4.probability=50%", figures},
	{"step.Write.optional", []string{`edges."front -> other".timeout=6ms`}, page + "4.optional=true", figures},
	{"step.Write.times", nil, page + "4.times=2", figures},
	{"step.ForkBody.wait", []string{page + "5={ parallel: { branches: [ { sleep: exp(3ms) }, { sleep: exp(3ms) }, { sleep: exp(3ms) } ] } }"}, page + "5.parallel.wait=2", figures},
	{"step.Alternative.probability", []string{page + "2=" + choice("50%", "50%")}, page + "2=" + choice("30%", "70%"), figures},
	{"step.RepeatBody.times", []string{page + "2={ repeat: { times: 2, steps: [ { sleep: exp(2ms) } ] } }"}, page + "2.repeat.times=uniform(1 5)", figures},
	{"step.CacheBody.hitRatio", []string{page + "2=" + aCache}, page + "2.cache.hitRatio=50%", figures},
	{"step.CacheBody.refill", append(with("crash", "component=front", "every=500ms"), page+"2="+aCache), page + "2.cache.refill=100ms", figures},
	{"step.Operation.errorRate", []string{work}, "components.back.operations.work.errorRate=10%", figures},
	{"step.Operation.size", append(with("bandwidth", "service=back"), work), "components.back.operations.work.size=4KiB", figures},
	{"step.Operation.memory", heavy(), "components.front.operations.ping.memory=3MiB", figures},
	{"step.Parallel", nil, page + "5=[ { sleep: exp(3ms) }, { sleep: exp(3ms) }, { sleep: exp(3ms) } ]", figures},
}

// work is the operation that has more about it than steps.
const work = "components.back.operations.work={ steps: [ { cpu: exp(6ms) } ], size: 1KiB }"

// choice is a step of two branches.
func choice(first, second string) string {
	return "{ choose: [ { probability: " + first + ", steps: [ { sleep: exp(2ms) } ] }, { probability: " + second + ", steps: [ { sleep: exp(9ms) } ] } ] }"
}
