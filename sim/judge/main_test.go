package judge

import (
	"testing"

	"faultline/sim/seeded"
)

// TestMain fixes what the property tests draw.
func TestMain(m *testing.M) { seeded.Main(m) }
