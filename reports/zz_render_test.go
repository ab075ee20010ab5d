package reports

import (
	"os"
	"testing"

	"faultline/sim/result"
)

func TestZZRender(t *testing.T) {
	in := os.Getenv("P_IN")
	if in == "" {
		t.Skip()
	}
	f, err := os.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	s, err := result.ReadJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range Formats {
		o, _ := os.Create(os.Getenv("P_OUT") + "." + Formats[i].Name)
		if Formats[i].Name != "json" {
			Formats[i].Write(o, s, Options{})
		}
		o.Close()
	}
}
