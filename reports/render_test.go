package reports

import (
	"os"
	"testing"

	"faultline/reports/internal/fixture"
	"faultline/sim/result"
)

func TestTmpRender(t *testing.T) {
	dir := os.Getenv("FL_OUT")
	if dir == "" {
		t.Skip()
	}
	for name, doc := range map[string]*result.Document{
		"document": fixture.Document(), "hostile": fixture.Hostile(), "many": fixture.Many(7), "calm": fixture.Calm(), "onepoint": fixture.OnePoint(), "void": fixture.Void(), "empty": fixture.Empty(),
	} {
		s := fixture.Store(doc)
		for _, f := range Formats {
			w, _ := os.Create(dir + "/" + name + "." + f.Name)
			if err := f.Write(w, s, Options{}); err != nil {
				t.Error(err)
			}
			w.Close()
		}
	}
}
