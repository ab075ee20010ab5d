package strict

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxStored bounds the errors kept, maxPrinted those that Error writes out.
const (
	maxStored  = 10_000
	maxPrinted = 100
)

// Errors collects the mistakes of the files of one load. The zero value is
// empty. It is not safe for several goroutines at once.
type Errors struct {
	list    []*Error
	dropped int
	seen    map[place]bool
	files   map[*File]int // in the order of their first error
}

// place identifies an error, so that none is kept twice.
type place struct {
	file         string // its path: a file that several extend is read several times
	flag         string // what follows a flag's name
	line, column int32
	message      string // "" for a scalar: it has one error at most
}

// Error is one mistake with its place.
type Error struct {
	Pos     Pos
	Message string // without the place; escaped, so that a terminal can show it

	file         *File
	line, column int32
}

// At reports an error at a value: the scalar itself, the opening bracket, or the
// key of a block mapping or list. A value has one error at most, the first. The
// formatted text is escaped; put texts from files in [Quote], which cuts them.
func (e *Errors) At(n *Node, format string, args ...any) {
	if e.full() {
		e.dropped++
		return
	}
	if n == nil {
		e.add(nil, 0, 0, false, fmt.Sprintf(format, args...))
		return
	}
	if n.kind != Scalar && n.flags&flow == 0 && n.in != nil && n.in.key != nil && n.in.key.file == n.file {
		e.add(n.file, n.in.key.line, n.in.key.column, false, fmt.Sprintf(format, args...))
		return
	}
	e.add(n.file, n.line, n.column, n.kind == Scalar, fmt.Sprintf(format, args...))
}

// AtKey reports an error at a key of a mapping, or at n if it has no such key.
func (e *Errors) AtKey(n *Node, key string, format string, args ...any) {
	if k := n.Key(key); k != nil {
		n = k
	}
	e.At(n, format, args...)
}

// AtPlace reports an error at a line and column, both from 1, of a file.
func (e *Errors) AtPlace(f *File, line, column int, format string, args ...any) {
	e.add(f, int32(line), int32(column), false, fmt.Sprintf(format, args...))
}

func (e *Errors) add(f *File, line, column int32, once bool, message string) {
	message = clean(message)
	id := place{line: line, column: column, message: message}
	if f != nil {
		if id.file = f.Path; f.flag {
			id.flag = string(f.Text)
		}
	}
	if once {
		id.message = ""
	}
	if e.seen[id] {
		return
	}
	if e.seen == nil {
		e.seen, e.files = make(map[place]bool), make(map[*File]int)
	}
	e.seen[id] = true
	if _, ok := e.files[f]; !ok {
		e.files[f] = len(e.files)
	}
	at := (&Node{file: f, line: line, column: column}).Pos()
	e.list = append(e.list, &Error{at, message, f, line, column})
}

// full reports that further errors are only counted.
func (e *Errors) full() bool { return len(e.list) >= maxStored }

// Len is the number of errors.
func (e *Errors) Len() int { return len(e.list) + e.dropped }

// Err is e as an error, nil if there is none.
func (e *Errors) Err() error {
	if e.Len() == 0 {
		return nil
	}
	return e
}

// All lists the errors: files in the order of their first error, and each file's
// by position.
func (e *Errors) All() []*Error {
	all := slices.Clone(e.list)
	slices.SortStableFunc(all, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(e.files[a.file], e.files[b.file]),
			cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	return all
}

// Unwrap makes the single errors reachable for errors.As.
func (e *Errors) Unwrap() []error {
	var list []error
	for _, one := range e.All() {
		list = append(list, one)
	}
	return list
}

// Error writes all errors, each with its line of source and a caret.
func (e *Errors) Error() string {
	var b strings.Builder
	for i, one := range e.All() {
		if i == maxPrinted {
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(one.Error())
	}
	if more := e.Len() - maxPrinted; more > 0 {
		fmt.Fprintf(&b, "\n… and %d more errors", more)
	}
	return b.String()
}

// Error is "path:line:column: message", the line of source, and a caret under
// the column. An error at a flag is "--set path=value: message".
func (e *Error) Error() string {
	switch {
	case e.file == nil:
		return e.Message
	case e.file.flag:
		return clean(e.file.Path+" "+cut(string(e.file.Text), maxQuoted)) + ": " + e.Message
	}
	head := clean(e.Pos.String()) + ": " + e.Message
	line, caret, ok := e.file.excerpt(int(e.line), int(e.column))
	if !ok {
		return head
	}
	return head + "\n    " + line + "\n    " + caret
}

// wrong reports what a type's own method said of a value: each of joined errors
// by itself, at its field if it names one, with a "did you mean" if it lists what is valid.
func (e *Errors) wrong(n *Node, prefix string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			e.wrong(n, prefix, one)
		}
		return
	}
	text := err.Error()
	var valid interface{ Valid() []string }
	if errors.As(err, &valid) {
		got := n.Text()
		var part interface{ Got() string } // of the value that is not valid
		if errors.As(err, &part) {
			got = part.Got()
		}
		text += DidYouMean(got, valid.Valid())
	}
	var field interface{ Field() string }
	if errors.As(err, &field) && field.Field() != "" {
		if v := n.Get(field.Field()); v != nil && v.kind == Scalar {
			n = v
		} else if k := n.Key(field.Field()); k != nil {
			n = k
		}
		prefix = strings.TrimSuffix(prefix, ": ")
		if prefix != "" {
			prefix += "."
		}
		prefix += JoinPath(field.Field()) + ": "
	}
	e.At(n, "%s%s", prefix, text)
}
