package reports

import (
	"io"

	"faultline/sim/result"
)

// JSON writes result.json, unchanged: programs escape for themselves.
func JSON(w io.Writer, store *result.Store, _ Options) error { return store.WriteJSON(w) }
