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
	replications := 5
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
	fmt.Printf("%s: checkout loses at least a third: %t\n", store.Document().Verdict, *figure.Value > 1.0/3)
	// Output: fail: checkout loses at least a third: true
}
