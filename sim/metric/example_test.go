package metric_test

import (
	"fmt"

	"faultline/sim/metric"
)

func Example() {
	s, err := metric.ParseSelector("latency{topology:shop-monolith, journey:checkout}")
	if err != nil {
		panic(err)
	}
	e, err := metric.ParseExpression("p(99)<300ms", s)
	if err != nil {
		panic(err)
	}
	fmt.Println(s)
	fmt.Println(e)
	fmt.Println(e.Judge(0.21, 0.25, 0.29), e.Judge(0.25, 0.29, 0.33), e.Judge(0.31, 0.35, 0.39))
	_, err = metric.ParseExpression("p99 < 300ms", s)
	fmt.Println(err)
	// Output:
	// latency{journey:checkout, topology:shop-monolith}
	// p(99) < 300ms
	// pass inconclusive fail
	// unknown aggregator "p99" (did you mean p(99)?)
}
