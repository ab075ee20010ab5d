package study_test

import (
	"context"
	"fmt"
	"log"

	"faultline/scenarios"
	"faultline/scenarios/study"
	"faultline/sim/metric"
)

// A program runs a scenario and asks its result.
func Example() {
	replications := 2
	scenario, err := scenarios.Load("canary-must-fail", scenarios.Options{Replications: &replications})
	if err != nil {
		log.Fatal(err)
	}
	store, err := study.Run(context.Background(), scenario, study.RunOptions{})
	if err != nil {
		log.Fatal(err)
	}
	radius, err := metric.ParseSelector("blastRadius{fault:payments-errors, journey:checkout, topology:shop-microservices}")
	if err != nil {
		log.Fatal(err)
	}
	figure, _ := store.Figure(radius)
	fmt.Printf("checkout loses %.0f%%: %s\n", 100**figure.Value, store.Document().Verdict)
	// Output: checkout loses 50%: fail
}
