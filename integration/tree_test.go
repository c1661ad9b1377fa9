// Package integration proves the product from outside, as real processes, in its
// subdirectories; here it proves the rules of the source tree: who may import
// whom, that every package says what it is, and that no state hides in package
// variables.
package integration

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sourceFile is a parsed file of the module and the package that it belongs to.
type sourceFile struct {
	path    string // relative to the module's root
	pkg     string // import path
	test    bool
	syntax  *ast.File
	imports []string
}

// sourceTree parses every Go file of the module, whatever its build constraints.
func sourceTree(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	set := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "testdata" || len(name) > 2 && name[0] == '.'):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		syntax, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, describe(path, syntax))
		return nil
	})
	if err != nil {
		t.Fatalf("read the source tree: %v", err)
	}
	if len(files) == 0 {
		t.Fatal("the source tree has no Go files")
	}
	return files
}

func describe(path string, syntax *ast.File) sourceFile {
	relative := strings.TrimPrefix(filepath.ToSlash(path), "../")
	file := sourceFile{path: relative, test: strings.HasSuffix(path, "_test.go"), syntax: syntax}
	file.pkg = "ursula"
	if i := strings.LastIndexByte(relative, '/'); i >= 0 {
		file.pkg += "/" + relative[:i]
	}
	for _, spec := range syntax.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		file.imports = append(file.imports, imported)
	}
	return file
}

// TestEveryPackageHasADoc wants a comment directly above a package clause, in a
// file that is not a test unless the package has nothing else.
func TestEveryPackageHasADoc(t *testing.T) {
	documented, production := map[string]bool{}, map[string]bool{}
	files := sourceTree(t)
	for _, file := range files {
		production[file.pkg] = production[file.pkg] || !file.test
	}
	for _, file := range files {
		if file.syntax.Doc != nil && (!file.test || !production[file.pkg]) {
			documented[file.pkg] = true
		}
	}
	for pkg := range production {
		if !documented[pkg] {
			t.Errorf("%s has no package comment: say what it owns, its invariants, what it does not know", pkg)
		}
	}
}
