package integration

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// TestMutableStateIsFound plants package variables of each kind.
func TestMutableStateIsFound(t *testing.T) {
	for source, want := range map[string]bool{
		`var ErrX = errors.New("x")`:                                   false,
		`var table = map[string]int{"a": 1}`:                           false,
		`var pattern = regexp.MustCompile("a")`:                        false,
		`var _ Reader = (*File)(nil)`:                                  false,
		"//go:embed a.txt\nvar text string":                            false,
		`var table = []int{1}; func f() { table := 2; table = 3 }`:     false,
		`var count int`:                                                true,
		`var cache = map[string]int{}; func f() { cache["a"] = 1 }`:    true,
		`var cache = make(map[string]int)`:                             true,
		`var limit = 3; func SetLimit(n int) { limit = n }`:            true,
		`var limit = 3; func f() { limit++ }`:                          true,
		`var settings = struct{ n int }{1}; func f() { g(&settings) }`: true,
		`var lock = sync.Mutex{}`:                                      true,
		`var shared = &Server{}`:                                       true,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+source, parser.ParseComments)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if got := len(mutableState([]*ast.File{file})) > 0; got != want {
			t.Errorf("%s: found is %v, want %v", source, got, want)
		}
	}
}
