// Package study holds the questions that can be asked of a scenario, one file
// each: run simulates and judges it, explain shows the model without running
// it, list names what can be used in one, capacity searches the load that a
// topology carries, sweep runs a scenario over a grid of values.
//
// To add one: a file with a function of a *scenarios.Scenario, and a subcommand.
package study
