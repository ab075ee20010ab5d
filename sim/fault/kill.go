package fault

// Kill takes processes away until the fault ends: connections to them are
// refused. With a duration of 0 they restart at once.
type Kill struct {
	Target `yaml:",inline"`
}

// Validate checks the target.
func (f *Kill) Validate() error { return f.check("kill") }

// Momentary reports that a kill that ends at once does something.
func (f *Kill) Momentary() bool { return true }

// Apply turns Down and crashes.
func (f *Kill) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p.host(), Down, 1)
		w.Crash(p)
	}
}
