// Package mutants holds nothing but tests: errors that are planted in the source,
// one at a time, and the test that must notice each. They are the negative
// controls of the whole: a simulator that served 1% slower, forgot to take a
// fault back or gave intervals of 90% would otherwise look as sound as a right one.
//
// An error is a row of a table: a file, a text that occurs in it once, what stands
// there instead, and the test that fails then and passes without. It is planted
// through the overlay of the go command, so that the tree is never touched. A text
// that is no longer found, or a test that no longer exists, fails
// TestTheTableIsOfThisSource: the table cannot rot.
//
//	go test ./cmd/mutants                   the table, and a few of the errors
//	FAULTLINE_SOAK=1 go test -timeout 2h ./cmd/mutants   all of them
package mutants
