package study

import (
	"embed"
	"errors"
	"strconv"
	"strings"

	"faultline/topologies"
)

//go:embed starter/*.yaml
var starter embed.FS

// File is a file to be written.
type File struct {
	Name, Text string
}

// Starter is a commented example to begin with: an application, two topologies
// and a scenario, all of a name; the scenario comes last. The error says what is
// wrong with the name.
func Starter(name string) ([]File, error) {
	why := topologies.BadName(name)
	if strings.EqualFold(name, "null") {
		why = strconv.Quote(name) + " is no name to YAML"
	}
	if why != "" {
		return nil, errors.New(why)
	}
	var files []File
	for _, file := range []string{"application.yaml", "monolith.yaml", "microservices.yaml", "scenario.yaml"} {
		text, err := starter.ReadFile("starter/" + file)
		if err != nil {
			return nil, err
		}
		files = append(files, File{file, strings.ReplaceAll(string(text), "NAME", name)})
	}
	return files, nil
}
