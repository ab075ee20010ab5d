package strict

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// text decodes a scalar by the type's own UnmarshalText.
func (d *Decoder) text(n *Node, v reflect.Value, t encoding.TextUnmarshaler) bool {
	switch {
	case n.kind != Scalar:
		return d.errorf(n, "a single value is needed; found %s", n.kind)
	case n.flags&broken != 0:
		return d.errorf(n, "%s holds a line break or a tab; write it on one line", Quote(n.text))
	}
	if err := t.UnmarshalText([]byte(n.text)); err != nil {
		d.Errs.wrong(n, d.prefix(), err)
		return false
	}
	if err := d.open(n, t); err != nil {
		d.Errs.wrong(n, d.prefix(), err)
		return false
	}
	d.leafAt(n, v)
	return true
}

// open has a value read the files that it names. Resolve needs no files.
func (d *Decoder) open(n *Node, v any) error {
	o, ok := v.(opener)
	if !ok || d.leaf != nil {
		return nil
	}
	return o.Open(func(name string) ([]byte, error) {
		if d.Open == nil {
			return nil, errors.New("no file can be read here")
		}
		return d.Open(n, name)
	})
}

// scalar decodes into Go's own types.
func (d *Decoder) scalar(n *Node, v reflect.Value, f *field) bool {
	if f == nil {
		f = &field{}
	}
	var why string
	switch k := v.Kind(); {
	case n.kind != Scalar:
		return d.errorf(n, "a single value is needed; found %s", n.kind)
	case k == reflect.String:
		why = setString(n, v, f)
	case k == reflect.Bool:
		if why = notBool(n); why == "" {
			v.SetBool(n.text == "true")
		}
	case v.CanInt():
		why = setInt(n, v, f)
	case v.CanUint():
		why = setUint(n, v, f)
	case v.CanFloat():
		why = setFloat(n, v, f)
	default:
		panic(fmt.Sprintf("strict: cannot decode into %v", v.Type()))
	}
	if why != "" {
		return d.errorf(n, "%s", why)
	}
	d.leafAt(n, v)
	return true
}

func setString(n *Node, v reflect.Value, f *field) (why string) {
	switch {
	case n.flags&broken != 0 && !f.text:
		return Quote(n.text) + " holds a line break or a tab; write it on one line"
	case n.text == "" && f.required:
		return "the text is empty"
	case len(f.oneof) > 0 && !slices.Contains(f.oneof, n.text):
		why = Quote(n.text) + " is not one of " + strings.Join(f.oneof, ", ")
		return why + DidYouMean(n.text, f.oneof)
	}
	v.SetString(n.text)
	return ""
}

func notBool(n *Node) (why string) {
	switch {
	case n.text == "true" || n.text == "false":
		if n.flags&quoted != 0 {
			return Quote(n.text) + " is in quotes; write it without"
		}
		return ""
	case slices.Contains([]string{"yes", "on", "y"}, strings.ToLower(n.text)) || strings.ToLower(n.text) == "true":
		return Quote(n.text) + " is not true or false; write true"
	case slices.Contains([]string{"no", "off", "n"}, strings.ToLower(n.text)) || strings.ToLower(n.text) == "false":
		return Quote(n.text) + " is not true or false; write false"
	}
	return Quote(n.text) + " is not true or false"
}

func setInt(n *Node, v reflect.Value, f *field) (why string) {
	if why := notDecimal(n, true); why != "" {
		return why
	}
	i, err := strconv.ParseInt(n.text, 10, v.Type().Bits())
	if err != nil {
		return Quote(n.text) + " is too large"
	}
	if why := f.outside(n, float64(i)); why != "" {
		return why
	}
	v.SetInt(i)
	return ""
}

func setUint(n *Node, v reflect.Value, f *field) (why string) {
	if why := notDecimal(n, true); why != "" {
		return why
	}
	if strings.HasPrefix(n.text, "-") {
		return Quote(n.text) + " is negative; write a whole number of 0 or more"
	}
	i, err := strconv.ParseUint(n.text, 10, v.Type().Bits())
	if err != nil {
		return Quote(n.text) + " is too large"
	}
	if why := f.outside(n, float64(i)); why != "" {
		return why
	}
	v.SetUint(i)
	return ""
}

func setFloat(n *Node, v reflect.Value, f *field) (why string) {
	if why := notDecimal(n, false); why != "" {
		return why
	}
	x, err := strconv.ParseFloat(n.text, v.Type().Bits())
	if err != nil {
		return Quote(n.text) + " is too large"
	}
	if why := f.outside(n, x); why != "" {
		return why
	}
	v.SetFloat(x)
	return ""
}

// outside checks the bounds of the field.
func (f *field) outside(n *Node, x float64) (why string) {
	low, high := "", ""
	if f.min != nil {
		low = strconv.FormatFloat(*f.min, 'f', -1, 64)
	}
	if f.max != nil {
		high = strconv.FormatFloat(*f.max, 'f', -1, 64)
	}
	switch {
	case (f.min == nil || x >= *f.min) && (f.max == nil || x <= *f.max):
		return ""
	case f.max == nil:
		return fmt.Sprintf("%s is below %s; write %s or more", Quote(n.text), low, low)
	case f.min == nil:
		return fmt.Sprintf("%s is above %s; write %s or less", Quote(n.text), high, high)
	}
	return fmt.Sprintf("%s is outside %s to %s", Quote(n.text), low, high)
}

// notDecimal says why a scalar is not a plain decimal number, or not a whole
// one. YAML reads 010 as 8, 1_000 as 1000 and .nan as a number; people do not.
func notDecimal(n *Node, whole bool) (why string) {
	kind := "a number"
	if whole {
		kind = "a whole number"
	}
	digits := strings.TrimPrefix(n.text, "-")
	integer, fraction, point := strings.Cut(digits, ".")
	lower := strings.ToLower(digits)
	switch {
	case n.flags&quoted != 0 && allDigits(integer):
		return Quote(n.text) + " is in quotes; write it without"
	case strings.HasPrefix(lower, "0x") || strings.HasPrefix(lower, "0o") || strings.HasPrefix(lower, "0b"):
		return Quote(n.text) + " is not decimal; write it in decimal digits"
	case strings.Contains(digits, "_") && allDigits(strings.ReplaceAll(digits, "_", "")):
		return Quote(n.text) + " has separators; write " + cut(strings.ReplaceAll(n.text, "_", ""), maxQuoted)
	case allDigits(digits) && len(digits) > 1 && digits[0] == '0':
		return Quote(n.text) + " begins with a zero, which YAML reads as octal; write " + cut(withoutZeros(digits), maxQuoted)
	case strings.HasPrefix(n.text, "+") && allDigits(n.text[1:]):
		return Quote(n.text) + " has a sign; write " + cut(n.text[1:], maxQuoted)
	case allDigits(integer) && point && allDigits(fraction):
		if whole {
			return Quote(n.text) + " is not a whole number"
		}
		return ""
	case allDigits(strings.ReplaceAll(strings.ReplaceAll(lower, ".", ""), "e", "")) && strings.Contains(lower, "e"):
		return Quote(n.text) + " has an exponent; write the digits out"
	case !allDigits(digits):
		return Quote(n.text) + " is not " + kind
	}
	return ""
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func withoutZeros(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return "0"
}
