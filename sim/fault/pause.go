package fault

// Pause makes instances silent: their work freezes and goes on where it was when
// the fault ends; what arrives meanwhile waits, beyond any limit of the queue.
type Pause struct {
	Target `yaml:",inline"`
}

// Validate checks the target.
func (f *Pause) Validate() error { return f.check("pause") }

// Apply turns Frozen.
func (f *Pause) Apply(w World) {
	for _, p := range w.Targets() {
		w.Turn(p.host(), Frozen, 1)
	}
}
