// Reads streams of YAML by the parsers of kubectl, Helm and kustomize: takes a list of streams as JSON, and writes, for
// each, the documents that a parser finds in it as {"documents": […]}, or {"error": "…"}.
//
//	yaml-readers kubectl|go-yaml-v2|go-yaml-v3
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
	stream "k8s.io/apimachinery/pkg/util/yaml"
)

// A decoder gives the next document, or io.EOF after the last.
type decoder interface{ Decode(into any) error }

var readers = map[string]func(io.Reader) decoder{
	// As kubectl and the API server: documents are told apart by their lines, and each is turned into JSON first.
	"kubectl":    func(text io.Reader) decoder { return stream.NewYAMLToJSONDecoder(text) },
	"go-yaml-v2": func(text io.Reader) decoder { return yaml2.NewDecoder(text) },
	"go-yaml-v3": func(text io.Reader) decoder { return yaml3.NewDecoder(text) },
}

type answer struct {
	Documents []json.RawMessage `json:"documents,omitempty"`
	Error     string            `json:"error,omitempty"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 || readers[os.Args[1]] == nil {
		log.Fatal("yaml-readers: one of kubectl, go-yaml-v2, go-yaml-v3")
	}
	var streams []string
	if err := json.NewDecoder(os.Stdin).Decode(&streams); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, len(streams))
	for i, text := range streams {
		documents, err := read(readers[os.Args[1]](strings.NewReader(text)))
		if err != nil {
			answers[i].Error = err.Error()
		} else {
			answers[i].Documents = documents
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}

func read(from decoder) ([]json.RawMessage, error) {
	documents := []json.RawMessage{}
	for {
		var document any
		if err := from.Decode(&document); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return nil, err
		}
		plain, err := withTextKeys(document)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(plain)
		if err != nil {
			return nil, err
		}
		documents = append(documents, text)
	}
}

// withTextKeys is the value with maps that JSON has: a key that is no text is an error, as what was written has none.
func withTextKeys(value any) (any, error) {
	switch value := value.(type) {
	case map[any]any:
		fields := make(map[string]any, len(value))
		for key, field := range value {
			text, isText := key.(string)
			if !isText {
				return nil, fmt.Errorf("the key %v is a %T", key, key)
			}
			plain, err := withTextKeys(field)
			if err != nil {
				return nil, err
			}
			fields[text] = plain
		}
		return fields, nil
	case map[string]any:
		for key, field := range value {
			plain, err := withTextKeys(field)
			if err != nil {
				return nil, err
			}
			value[key] = plain
		}
		return value, nil
	case []any:
		for i, item := range value {
			plain, err := withTextKeys(item)
			if err != nil {
				return nil, err
			}
			value[i] = plain
		}
		return value, nil
	case time.Time:
		return nil, fmt.Errorf("a text is a time: %v", value)
	}
	return value, nil
}
