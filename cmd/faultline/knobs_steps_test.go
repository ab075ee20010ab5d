package main

// Rows of the steps of an operation.

var stepKnobs = []knob{
	{"step.CPU.cpu", nil, page + "0.cpu=exp(7ms)", figures},
	{"step.Call.call", nil, page + "1.call=back.more", figures},
	{"step.Call.probability", nil, page + "1.probability=50%", figures},
	{"step.Call.optional", hit("faults.f.errors.component=back", "faults.f.errors.share=20%"), page + "1.optional=true", figures},
	{"step.Sleep.sleep", nil, page + "2.sleep=exp(3ms)", figures},
	{"step.Read.read", nil, page + "3.read=rest", figures},
	{"step.Read.time", nil, page + "3.time=exp(5ms)", figures},
	{"step.Read.probability", nil, page + "3.probability=50%", figures},
	{"step.Read.optional", []string{`edges."front -> main".timeout=6ms`}, page + "3.optional=true", figures},
	{"step.Write.write", nil, page + "4.write=pages", figures},
	{"step.Write.time", nil, page + "4.time=exp(5ms)", figures},
	{"step.Write.probability", nil, page + "4.probability=50%", figures},
	{"step.Write.optional", []string{`edges."front -> other".timeout=6ms`}, page + "4.optional=true", figures},
	{"step.Parallel", nil, page + "5=[ { sleep: exp(3ms) }, { sleep: exp(3ms) }, { sleep: exp(3ms) } ]", figures},
}
