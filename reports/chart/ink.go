package chart

import (
	"fmt"
	"image/color"
	"strconv"
)

// ink names what is drawn, not its colour: it becomes a CSS class, and the page
// says what it looks like in light, in dark and in print. On its way through
// the plotting library an ink is an opaque sentinel colour.
type ink uint8

// The inks. Topologies have one each, from inkTopology on, again from the start
// after topologyInks of them.
const (
	inkAxis ink = iota
	inkGrid
	inkText
	inkMuted
	inkWindow // while a fault is active
	inkWarmup
	inkBase // the run without faults
	inkThroughput
	inkCalm
	inkIdle
	inkSilent
	inkFail1
	inkFail2
	inkFail3
	inkFail4
	inkSlow1
	inkSlow2
	inkSlow3
	inkBetter
	inkWorse
	inkSeries // of lines that are no topologies: causes, services
	_
	_
	_
	_
	inkTopology
)

const topologyInks = 6

// seriesInks is the number of lines that one panel can tell apart.
const seriesInks = 5

var inkNames = []string{
	"axis", "grid", "ink", "muted", "window", "warmup", "base", "through", "calm", "idle", "silent",
	"fail1", "fail2", "fail3", "fail4", "slow1", "slow2", "slow3",
	"better", "worse", "c0", "c1", "c2", "c3", "c4", "t0", "t1", "t2", "t3", "t4", "t5",
}

// topologyInk is the ink of a topology by its position in the result.
func topologyInk(i int) ink { return inkTopology + ink(i%topologyInks) }

// Class is the CSS class of a topology by its position in the result.
func Class(topology int) string { return topologyInk(topology).class() }

func (i ink) class() string { return inkNames[i] }

// A sentinel colour keeps an ink in its red and a variant in its green, far
// enough apart to survive the library's rounding, and a mark in its blue.
const (
	inkStep     = 8
	variantStep = 64
	inkMark     = 0xF5
)

// variant is a second bit of meaning: how a text is anchored, or that an area
// is a wash that lets the rest shine through.
type variant uint8

const (
	solid      variant = iota // also a text that starts at its point
	textMiddle                // a text centred on its point
	textEnd                   // a text that ends at its point
	washed                    // an area that what lies under it shines through
)

func (i ink) color() color.Color { return i.variant(solid) }

func (i ink) variant(v variant) color.Color {
	return color.NRGBA{R: uint8(i)*inkStep + inkStep/2, G: uint8(v)*variantStep + variantStep/2, B: inkMark, A: 0xFF}
}

// decode reads the sentinel colour "#RRGGBB" back.
func decode(hex string) (ink, variant, error) {
	if len(hex) != 7 || hex[0] != '#' {
		return 0, 0, fmt.Errorf("%q is no colour", hex)
	}
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return 0, 0, err
	}
	i, v, mark := ink(n>>16/inkStep), variant(n>>8&0xFF/variantStep), n&0xFF
	if int(i) >= len(inkNames) || mark < inkMark-1 || mark > inkMark {
		return 0, 0, fmt.Errorf("%s is the colour of no ink", hex)
	}
	return i, v, nil
}
