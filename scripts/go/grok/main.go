// Matches texts against grok patterns: reads a list of {"definitions", "pattern", "text"} as JSON, and writes a list of
// what was found in each, or null.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/elastic/go-grok"
)

type question struct {
	Definitions map[string]string `json:"definitions"`
	Pattern     string            `json:"pattern"`
	Text        string            `json:"text"`
}

func main() {
	log.SetFlags(0)
	var asked []question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	answers := make([]map[string]interface{}, len(asked))
	for i, each := range asked {
		found, err := match(each)
		if err != nil {
			log.Fatalf("%s: %v", each.Pattern, err)
		}
		answers[i] = found
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}

func match(asked question) (map[string]interface{}, error) {
	matcher := grok.NewWithoutDefaultPatterns()
	if err := matcher.AddPatterns(asked.Definitions); err != nil {
		return nil, err
	}
	if err := matcher.Compile(asked.Pattern, true); err != nil {
		return nil, err
	}
	if !matcher.MatchString(asked.Text) {
		return nil, nil
	}
	return matcher.ParseTypedString(asked.Text)
}
