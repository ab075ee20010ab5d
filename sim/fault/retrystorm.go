package fault

import "errors"

// RetryStorm makes clients try again at once on any failure, that many times, in
// place of their retry policy: on an edge, or on all edges to the target.
type RetryStorm struct {
	Target   `yaml:",inline"`
	Attempts int `yaml:"attempts" required:"true" min:"1" doc:"retries at once, beside the first attempt"`
}

// maxStorm bounds the attempts: an attempt's number is counted in a byte.
const maxStorm = 100

// Validate checks target and attempts.
func (f *RetryStorm) Validate() error {
	if f.Attempts < 1 || f.Attempts > maxStorm {
		return errors.New("attempts lie between 1 and 100; write one within")
	}
	return f.check("retryStorm")
}

// Apply turns Storm.
func (f *RetryStorm) Apply(w World) {
	for _, p := range w.Clients() {
		w.Turn(p, Storm, float64(f.Attempts))
	}
}
