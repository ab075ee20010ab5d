package chart

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"

	"gonum.org/v1/plot/vg/vgsvg"
)

// styleAttribute finds what the library writes and a strict content security
// policy forbids. Names cannot fake one: their quotes have been escaped.
var styleAttribute = regexp.MustCompile(`\s*style="([^"]*)"`)

// finish turns the canvas into an SVG element for the page: no XML prologue, no
// size (the page decides), a label and a description for those who cannot see
// it, and classes in place of styles. The frame is attributes for the page's
// script, or none.
func finish(c *vgsvg.Canvas, w, h float64, frame, label, description string) (string, error) {
	var raw bytes.Buffer
	if _, err := c.WriteTo(&raw); err != nil {
		return "", err
	}
	_, body, ok := strings.Cut(raw.String(), "<g ")
	if !ok {
		return "", fmt.Errorf("the canvas has no drawing")
	}
	var failed error
	body = styleAttribute.ReplaceAllStringFunc(body, func(s string) string {
		attributes, err := restyle(styleAttribute.FindStringSubmatch(s)[1])
		if err != nil {
			failed = err
		}
		return attributes
	})
	if failed != nil {
		return "", failed
	}
	return fmt.Sprintf("<svg class=\"chart\" viewBox=\"0 0 %g %g\" role=\"img\"%s aria-label=\"%s\">\n<desc>%s</desc>\n<g %s",
		w, h, frame, html.EscapeString(label), html.EscapeString(description), body), nil
}

// restyle turns the declarations of one style attribute into a class for the
// ink and presentation attributes for the rest. Fonts are the page's.
func restyle(style string) (string, error) {
	var classes []string
	var rest strings.Builder
	for declaration := range strings.SplitSeq(style, ";") {
		name, value, _ := strings.Cut(declaration, ":")
		switch name {
		case "fill", "stroke":
			if value == "none" {
				rest.WriteString(` ` + name + `="none"`)
				continue
			}
			i, v, err := decode(value)
			if err != nil {
				return "", err
			}
			classes = append(classes, i.class())
			rest.WriteString(` ` + name + `="currentColor"`)
			rest.WriteString(v.attribute())
		case "font-weight":
			if value == "bold" {
				classes = append(classes, "strong")
			}
		case "stroke-width", "stroke-dasharray", "stroke-dashoffset":
			rest.WriteString(` ` + name + `="` + value + `"`)
		}
	}
	return ` class="` + strings.Join(classes, " ") + `"` + rest.String(), nil
}

// attribute is what a variant means as a presentation attribute.
func (v variant) attribute() string {
	switch {
	case v == textMiddle:
		return ` text-anchor="middle"`
	case v == textEnd:
		return ` text-anchor="end"`
	case v == washed:
		return ` fill-opacity="0.18"`
	}
	return ""
}
