package unit

// Unlisted is the error for a word that is not among those that are valid. It says
// text; who shows it may add which of the valid words is near, from its methods
// Got and Valid.
func Unlisted(text, got string, valid []string) error {
	return &unlisted{text: text, got: got, valid: valid}
}

type unlisted struct {
	text, got string
	valid     []string
}

func (e *unlisted) Error() string { return e.text }

// Got is the word.
func (e *unlisted) Got() string { return e.got }

// Valid lists what would be right.
func (e *unlisted) Valid() []string { return e.valid }
