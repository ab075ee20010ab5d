package result

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"testing"
)

// populate sets every field to something that is no zero.
func populate(v reflect.Value) {
	if values, ok := v.Addr().Interface().(*Values); ok {
		*values = ValuesOf(Resolved{"a <-> \u2028", "b", "c"}, Resolved{"a <- \"x\"", "b", "d"})
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		populate(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			populate(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		populate(v.Index(0))
		populate(v.Index(1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range []string{"b", "a <-> \u2028"} {
			e := reflect.New(v.Type().Elem()).Elem()
			populate(e)
			v.SetMapIndex(reflect.ValueOf(key), e)
		}
	case reflect.String:
		v.SetString("a -> \"b\"")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1.5e-9)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64:
		v.SetUint(8)
	default:
		panic(v.Kind())
	}
}

// A key that is added to the types is written where encoding/json would write it, or
// this fails.
func TestADocumentIsWrittenAsAWholeWouldBe(t *testing.T) {
	full, half, none := new(Document), new(Document), new(Document)
	populate(reflect.ValueOf(full).Elem())
	populate(reflect.ValueOf(half).Elem())
	half.Topologies[1] = Topology{}
	half.Topologies[0].Baseline = &Baseline{}
	half.Samples, half.Against, half.Resolved = nil, nil, Values{}
	for name, doc := range map[string]*Document{"full": full, "half": half, "none": none} {
		var whole, parts bytes.Buffer
		if err := WriteJSON(&whole, doc); err != nil {
			t.Fatal(err)
		}
		if err := (&Store{doc: doc}).WriteJSON(&parts); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(whole.Bytes(), parts.Bytes()) {
			t.Errorf("%s: as a whole\n%s\nin parts\n%s", name, whole.Bytes(), parts.Bytes())
		}
	}
}

// disk is a disk that takes so many bytes.
type disk struct{ left int }

var errFull = errors.New("no space left on the disk")

func (d *disk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	s := newStore(t, wide(100))
	for _, room := range []int{0, 70_000, 500_000} {
		if err := s.WriteJSON(&disk{room}); !errors.Is(err, errFull) {
			t.Errorf("a disk with %d bytes: %v", room, err)
		}
	}
	doc := testDocument()
	doc.Topologies[0].Series.Window = math.NaN()
	if err := (&Store{doc: doc}).WriteJSON(&disk{1 << 20}); err == nil {
		t.Error("NaN is written")
	}
}
