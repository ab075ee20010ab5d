// Package strict turns YAML files into tagged Go structs and refuses whatever it
// does not understand, with the place, the text found and what would be right.
// It is the only room that imports YAML or reflects, and it knows no key: types
// declare their keys in tags and their odd spellings by structural interfaces,
// which they satisfy without importing this package.
//
// The way of a file:
//
//	errs := new(strict.Errors)
//	file := strict.Parse("shop.yaml", text, errs)
//	root := strict.Merge(base.Root, file.Root)                 // extends
//	root, err := strict.Set(root, "services.cart.replicas", "3") // --set
//	var shop Shop
//	strict.Decode(root, &shop, errs)
//	errs.At(root.Get("services"), "no service %s", strict.Quote(name)) // the caller's own checks
//	return errs.Err()
//
// Every step goes on after an error, so that errs holds all of a file's mistakes
// at once; what is already known to be wrong is skipped, so that one mistake is
// one error.
//
// # Tags
//
//	yaml:"name"      the key of this field
//	yaml:",inline"   the fields of this struct are keys of the enclosing mapping
//	yaml:",kind"     this union takes the one key of the enclosing mapping that is a kind
//	default:"text"   decoded as if written when the key is absent; on a pointer it
//	                 only documents: a pointer is nil when its key is absent
//	required:"true"  the key must be there
//	min:"1" max:"9"  bounds of an integer or float field
//	oneof:"ps fifo"  the words that a string field takes
//	text:"true"      a string field that may hold line breaks and tabs (descriptions)
//	notyet:"true"    the key is known and refused: "autoscaling is not supported yet";
//	                 the field may be blank: _ struct{} `yaml:"autoscaling" notyet:"true"`
//	doc:"…"          for people
//
// Fields without a yaml tag are left alone. A field may be a string, bool,
// integer or float, a struct, a slice or a pointer of these, a [Map], a *[Node]
// (kept undecoded), or a type with one of the methods below. A badly declared
// type panics: that is a mistake of the program, not of the file.
//
// # Methods that types may have
//
//	UnmarshalText([]byte) error   a scalar is decoded by it; a type that has tagged
//	                              fields too, or embeds a Map, is also decoded from
//	                              a mapping
//	Open(func(name string) ([]byte, error)) error
//	                              called after UnmarshalText, for values that name
//	                              files: it reads them by [Decoder.Open]
//	ShortKey() string             what is not a mapping is decoded as that key alone
//	Kinds() []string; New(kind string) any; Set(kind string, v any)
//	                              a union, see below
//	Validate() error              called when the value has been filled without error;
//	                              joined errors are reported one by one, and one with
//	                              Field() string is placed at that key
//
// An error (of UnmarshalText or Validate) with Valid() []string gets a "did you
// mean" from that list.
//
// A union picks its type by a key. As an element or a value, the mapping's own
// keys hold exactly one kind, and the whole mapping is decoded into New(kind); a
// list is the kind "[]". As a field tagged ",kind", the value of that one key is
// decoded into New(kind). New returns a pointer, or nil for a kind that is known
// but not supported yet. Set is called only with what was decoded without error.
package strict

// Limits on what a file may ask for. They are far above any honest file, and
// low enough that the worst file found costs some 3 s and 0.5 GB.
const (
	MaxBytes   = 4 << 20 // of a file
	MaxMarks   = 300_000 // commas, colons, opening brackets, quotes and lines of a file: the library keeps 1.5 KB for each
	MaxDepth   = 64      // of nested lists and mappings
	MaxAliased = 10_000  // values that the aliases of a file expand to, together
)
