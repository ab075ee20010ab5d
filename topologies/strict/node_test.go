package strict

import (
	"testing"
	"unsafe"
)

// Most of what a large file takes are its scalars.
func TestAScalarTakesItsTextAndItsPlaceAlone(t *testing.T) {
	if size := unsafe.Sizeof(Node{}); size > 48 {
		t.Errorf("a node has %d bytes, more than 48: what few have belongs inside", size)
	}
	errs := new(Errors)
	root := Parse("f.yaml", []byte("a: { b: 1, c: [x] }\n"), errs).Root
	if b := root.Get("a").Get("b"); errs.Len() > 0 || b.Text() != "1" || b.in != nil {
		t.Errorf("a scalar holds %+v, %v", b, errs)
	}
}
