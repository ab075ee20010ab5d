package unit

import (
	"math"
	"strconv"
	"strings"
)

// Bytes is a size of 0 bytes or more: "4KiB", "512MiB", "2GB", "100B", or "0".
type Bytes int64

// ByteRate is a number of bytes per second, 0 or more: "5MiB/s", or "0".
type ByteRate float64

// sizes are the units of size, each power of 1024 before its power of 1000, so
// that the first that divides a size evenly is the one to print.
var sizes = []scale{
	{"EiB", 1 << 60}, {"EB", 1e18},
	{"PiB", 1 << 50}, {"PB", 1e15},
	{"TiB", 1 << 40}, {"TB", 1e12},
	{"GiB", 1 << 30}, {"GB", 1e9},
	{"MiB", 1 << 20}, {"MB", 1e6},
	{"KiB", 1 << 10}, {"KB", 1e3},
	{"B", 1},
	{"kB", 1e3},
}

// misspelt sizes, and what was meant. Kubernetes leaves out the B.
var sizeHints = map[string]string{
	"Ki": "KiB", "Mi": "MiB", "Gi": "GiB", "Ti": "TiB", "Pi": "PiB", "Ei": "EiB",
	"k": "KB", "K": "KB", "M": "MB", "G": "GB", "T": "TB", "P": "PB", "E": "EB",
	"kib": "KiB", "kiB": "KiB", "Kib": "KiB", "mib": "MiB", "Mib": "MiB", "gib": "GiB", "Gib": "GiB", "tib": "TiB",
	"kb": "KB", "Kb": "KB", "mb": "MB", "Mb": "MB", "gb": "GB", "Gb": "GB", "tb": "TB", "Tb": "TB",
	"b": "B", "byte": "B", "bytes": "B",
}

// ParseBytes reads a size; KiB, MiB, … are powers of 1024, KB, MB, … of 1000.
func ParseBytes(text string) (Bytes, error) {
	n, suffix, err := splitNumber(text, "a size", "4KiB")
	if err != nil {
		return 0, err
	}
	if suffix == "" && n.isZero() {
		return 0, nil
	}
	size, err := sizeOf(text, n, suffix)
	if err != nil {
		return 0, err
	}
	v, whole, fits := n.scaled(size)
	switch {
	case !fits:
		return 0, refuse(text, "is too large (the largest size is below 8EiB)")
	case !whole:
		return 0, refuse(text, "is not a whole number of bytes (write %dB or %dB)", v, v+1)
	}
	return Bytes(v), nil
}

// sizeOf is the number of bytes in a unit.
func sizeOf(text string, n number, suffix string) (int64, error) {
	for _, u := range sizes {
		if u.suffix == suffix {
			return u.size, nil
		}
	}
	if suffix == "" {
		return 0, refuse(text, "has no unit (write %[1]sB, %[1]sKiB, %[1]sMiB, …)", n.show())
	}
	if right, ok := sizeHints[suffix]; ok {
		return 0, refuse(text, "has an unknown unit %s (write %s%s)", Quote(suffix), n.show(), right)
	}
	return 0, refuse(text, "has an unknown unit %s (units of size are B, KiB, MiB, GiB, TiB and KB, MB, GB, TB)", Quote(suffix))
}

// UnmarshalText reads a size; see [ParseBytes].
func (b *Bytes) UnmarshalText(text []byte) error { return set(b, ParseBytes, text) }

// MarshalText is String.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String is the size in the largest unit that it is a whole number of.
func (b Bytes) String() string {
	if b == 0 {
		return "0"
	}
	for _, u := range sizes {
		if int64(b)%u.size == 0 {
			return strconv.FormatInt(int64(b)/u.size, 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B" // unreachable: everything divides by 1
}

const byteRateExample = "5MiB/s"

// ParseByteRate reads a size per unit of time. Unlike a size it need not be a
// whole number of bytes.
func ParseByteRate(text string) (ByteRate, error) {
	n, rest, err := splitNumber(text, "a byte rate", byteRateExample)
	if err != nil {
		return 0, err
	}
	if rest == "" && n.isZero() {
		return 0, nil
	}
	suffix, per, ok := strings.Cut(rest, "/")
	if !ok {
		if suffix == "" {
			suffix = "MiB"
		}
		return 0, refuse(text, "has no unit of time (write %s%s/s)", n.show(), suggest(suffix, "MiB"))
	}
	size, err := sizeOf(text, n, suffix)
	if err != nil {
		return 0, err
	}
	v, err := perSecond(text, n, float64(size), n.show()+suffix, per, byteRateExample)
	return ByteRate(v), err
}

// UnmarshalText reads a byte rate; see [ParseByteRate].
func (b *ByteRate) UnmarshalText(text []byte) error { return set(b, ParseByteRate, text) }

// MarshalText is String.
func (b ByteRate) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String is the byte rate per second: "5MiB/s".
func (b ByteRate) String() string {
	if v := float64(b); v > 0 && v < 1<<53 && v == math.Floor(v) {
		return Bytes(v).String() + "/s"
	}
	return plain(float64(b)) + "B/s"
}
