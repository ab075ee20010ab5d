// Package study holds the questions that can be asked of a scenario, one file
// each: run simulates and judges it, explain shows the model without running
// it, list names what can be used in one.
//
// To add one: a file with a function of a *scenarios.Scenario, and a subcommand.
package study
