package dist

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// MaxRows bounds the rows of a file.
const MaxRows = 1_000_000

// maxLine bounds a line of a file, in bytes.
const maxLine = 1000

// ReadRows hands the rows of a file in CSV to each, split at commas: one row a
// line, without quotes. Empty lines are left out, and so is a first line that is a
// header: one that does not begin as a number does. An error of each comes back
// as "line 3: …"; a file without rows is an error.
func ReadRows(data []byte, each func(fields []string) error) error {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // as some spreadsheets begin
	rows := 0
	for line := 1; len(data) > 0; line++ {
		text, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		if len(text) > maxLine {
			return fmt.Errorf("line %d: longer than %d bytes", line, maxLine)
		}
		fields := split(string(text))
		if fields == nil || line == 1 && !numeric(fields[0]) {
			continue
		}
		if rows++; rows > MaxRows {
			return fmt.Errorf("line %d: more than %d rows", line, MaxRows)
		}
		if err := each(fields); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	if rows == 0 {
		return errors.New("the file has no rows (write one value a line, as in 3ms)")
	}
	return nil
}

// split is the fields of a line, spaces around them taken off; nil if it is empty.
func split(line string) []string {
	if line = strings.TrimSpace(line); line == "" {
		return nil
	}
	fields := strings.Split(line, ",")
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

// numeric reports whether a field begins as a number, a mistaken one too.
func numeric(field string) bool {
	return field == "" || strings.ContainsRune("0123456789+-.", rune(field[0]))
}
