package strict

import "strings"

// maxSuggest bounds the length of the words compared, in characters: the
// distance takes their product.
const maxSuggest = 64

// Suggest returns the valid name nearest to got, or "" if none is near: by
// Damerau-Levenshtein distance (insertions, deletions, substitutions and swaps
// of neighbours) up to a third of the longer one's length, letter case aside.
// Among equals the first wins.
func Suggest(got string, valid []string) string {
	best, nearest := "", maxSuggest
	a := []rune(strings.ToLower(cut(got, maxSuggest+1)))
	for _, name := range valid {
		b := []rune(strings.ToLower(cut(name, maxSuggest+1)))
		longer := max(len(a), len(b))
		limit := min(longer/3, nearest-1)
		if name == got || longer > maxSuggest || longer-min(len(a), len(b)) > limit {
			continue
		}
		if d := distance(a, b); d <= limit {
			best, nearest = name, d
		}
	}
	return best
}

// DidYouMean is ` (did you mean "replicas"?)` for the nearest valid name, or "".
func DidYouMean(got string, valid []string) string {
	if name := Suggest(got, valid); name != "" {
		return " (did you mean " + Quote(name) + "?)"
	}
	return ""
}

// distance is the restricted Damerau-Levenshtein distance ("optimal string
// alignment"), in three rows.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
