// Package unit holds the values with units that users write: they parse
// themselves, print themselves, and what they print parses to the same value.
//
// To add one: 1. a type with UnmarshalText, MarshalText and String in a file of
// its own, built on number; 2. an entry in the round-trip tests and in the fuzz
// targets; 3. a row in the documentation's table of values.
//
// Every type refuses what it does not understand, with an error that quotes the
// text found and says what would be right. None accepts an empty text, NaN, an
// infinity, a sign, an exponent, a leading zero ("010" is 8 to some and 10 to
// others), digits with underscores, or hexadecimal.
package unit

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// digitLimit bounds the digits of a number. The longest that String ever prints
// is a float64 of 10^-324 with 17 significant digits.
const digitLimit = 400

// quoteLimit bounds what an error repeats of the text that it refuses.
const quoteLimit = 60

// Quote shows text in an error: quoted, escaped, and cut when it is long.
func Quote(text string) string {
	if len(text) <= quoteLimit {
		return strconv.Quote(text)
	}
	cut := quoteLimit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "…"
}

// suggest is text as part of the advice of an error, or instead when text is
// long or holds what a terminal would not print as it is.
func suggest(text, instead string) string {
	unprintable := func(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }
	if len(text) > quoteLimit || strings.ContainsFunc(text, unprintable) {
		return instead
	}
	return text
}

// refuse is the error for text: what was found, then why it will not do and
// what would be right.
func refuse(text, format string, args ...any) error {
	return fmt.Errorf("%s %s", Quote(text), fmt.Sprintf(format, args...))
}

// number is an unsigned decimal: digits, and digits after a point. It keeps the
// spelling, so that a scale can be applied without rounding twice.
type number struct{ whole, fraction string }

// splitNumber cuts text into the number that it begins with and the rest, which
// is the unit. The example is what the error recommends, as in "5ms".
func splitNumber(text, what, example string) (n number, rest string, err error) {
	if err := plausible(text, what, example); err != nil {
		return n, "", err
	}
	n.whole, rest = leadingDigits(text)
	if strings.HasPrefix(rest, ".") {
		if n.fraction, rest = leadingDigits(rest[1:]); n.fraction == "" {
			return n, "", refuse(text, "has no digits after the point (write %s)", suggest(n.whole+rest, example))
		}
	}
	if len(n.whole) > 1 && n.whole[0] == '0' {
		right := strings.TrimLeft(n.whole, "0")
		if right == "" {
			right = "0"
		}
		return n, "", refuse(text, "begins with a zero, which some read as octal (write %s)", suggest(right+strings.TrimPrefix(text, n.whole), example))
	}
	if len(n.whole)+len(n.fraction) > digitLimit {
		return n, "", refuse(text, "has more than %d digits (write a shorter number, as in %s)", digitLimit, example)
	}
	return n, rest, unitLike(text, rest, example)
}

// plausible refuses what does not begin with a digit, by the likely mistake.
func plausible(text, what, example string) error {
	switch {
	case text == "":
		return fmt.Errorf("the value is empty (write %s, as in %s)", what, example)
	case strings.TrimSpace(text) != text:
		return refuse(text, "has spaces around it (write %s)", suggest(strings.TrimSpace(text), example))
	case text[0] == '-':
		return refuse(text, "is negative (write %s of 0 or more, as in %s)", what, example)
	case text[0] == '+':
		return refuse(text, "has a sign (write %s)", suggest(text[1:], example))
	case text[0] == '.' && len(text) > 1 && isDigit(text[1]):
		return refuse(text, "has no digit before the point (write %s)", suggest("0"+text, example))
	case !isDigit(text[0]):
		return refuse(text, "is not a number (write %s, as in %s)", what, example)
	}
	return nil
}

// unitLike refuses what follows a number but cannot be a unit.
func unitLike(text, rest, example string) error {
	if rest == "" {
		return nil
	}
	switch c := rest[0]; {
	case c == '_' || c == '\'':
		return refuse(text, "has a separator between digits (write the digits alone, as in %s)", example)
	case c == ',':
		return refuse(text, "has a comma (write a point before decimals and nothing between thousands, as in %s)", example)
	case c == '.':
		return refuse(text, "has two points (write one number, as in %s)", example)
	case c == 'x' || c == 'X' || c == 'o':
		if len(rest) > 1 && isHex(rest[1]) {
			return refuse(text, "is not decimal (write decimal digits, as in %s)", example)
		}
	case (c == 'e' || c == 'E') && len(rest) > 1 && (isDigit(rest[1]) || rest[1] == '-' || rest[1] == '+'):
		return refuse(text, "has an exponent (write the digits out, as in %s)", example)
	case c == ' ' || c == '\t':
		return refuse(text, "has a space between number and unit (write %s)", suggest(strings.Join(strings.Fields(text), ""), example))
	}
	return nil
}

func leadingDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// String is the number as it was written.
func (n number) String() string {
	if n.fraction == "" {
		return n.whole
	}
	return n.whole + "." + n.fraction
}

// show is the number as part of the advice of an error.
func (n number) show() string { return suggest(n.String(), "5") }

func (n number) isZero() bool { return strings.Trim(n.whole+n.fraction, "0") == "" }

// float is n × 10^exponent, correctly rounded; !ok when beyond float64, or when
// it is so small that it would become zero.
func (n number) float(exponent int) (v float64, ok bool) {
	v, err := strconv.ParseFloat(n.String()+"e"+strconv.Itoa(exponent), 64)
	return v, err == nil && (v > 0 || n.isZero())
}

// scaled is n × scale, exactly: !whole when that is not an integer, !fits when it
// is beyond int64.
func (n number) scaled(scale int64) (v int64, whole, fits bool) {
	if n.fraction == "" && len(n.whole) <= 9 && scale <= 1e9 { // nearly all: no overflow
		v, _ := strconv.ParseInt(n.whole, 10, 64) // digits alone
		return v * scale, true, true
	}
	product, _ := new(big.Int).SetString(n.whole+n.fraction, 10)
	product.Mul(product, big.NewInt(scale))
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(n.fraction))), nil)
	quotient, remainder := product.QuoRem(product, ten, new(big.Int))
	if !quotient.IsInt64() {
		return 0, true, false
	}
	return quotient.Int64(), remainder.Sign() == 0, true
}
