package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDocumentListsEveryKey fails when the table in the documentation and the table
// in the code differ, and shows the table that the document should have.
func TestDocumentListsEveryKey(t *testing.T) {
	text, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := table(); !strings.Contains(string(text), want) {
		t.Fatalf("docs/configuration.md does not hold this table:\n%s", want)
	}
}

func table() string {
	var b strings.Builder
	b.WriteString("| key | environment | kind | default | what it is |\n|---|---|---|---|---|\n")
	shown := Default()
	for _, k := range keys() {
		v := k.value(&shown)
		text := "`" + v.String() + "`"
		if v.String() == "" {
			text = "empty"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", k.name, k.env(), v.Type(), text, k.usage)
	}
	return b.String()
}
