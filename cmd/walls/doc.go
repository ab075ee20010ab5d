// Package walls holds nothing but tests: the rules of ARCHITECTURE.md that a
// compiler does not know. Which room may import which; what a kernel that gives
// the same bits on every CPU must not do; what only one file of the engine does;
// how long a file and a function may be.
//
// Every rule is tried on a snippet that breaks it and on one that does not, so
// that a rule which no longer finds anything is found out.
package walls
