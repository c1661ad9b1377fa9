package integration

import (
	"go/ast"
	"go/token"
	"testing"
)

// TestNoInit wants everything that happens to be called by somebody.
func TestNoInit(t *testing.T) {
	for _, file := range sourceTree(t) {
		for _, decl := range file.syntax.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", file.path)
			}
		}
	}
}

// TestNoMutablePackageState allows a package variable that is given a value where
// it is declared and never another: an error, a table, a pattern. It judges the
// syntax, package by package.
func TestNoMutablePackageState(t *testing.T) {
	packages := map[string][]*ast.File{}
	for _, file := range sourceTree(t) {
		if !file.test {
			packages[file.pkg] = append(packages[file.pkg], file.syntax)
		}
	}
	for pkg, files := range packages {
		for _, name := range mutableState(files) {
			t.Errorf("%s.%s is package state: give it an owner", pkg, name)
		}
	}
}

// mutableState names the package variables of a package that are, or may be,
// given another value than their first.
func mutableState(files []*ast.File) []string {
	variables, found := map[string]bool{}, []string{}
	for _, file := range files {
		for name, value := range packageVariables(file) {
			if holdsState(value) {
				found = append(found, name)
			}
			variables[name] = true
		}
	}
	for _, file := range files {
		for _, name := range written(file) {
			if variables[name] {
				found = append(found, name)
			}
		}
	}
	return found
}

// packageVariables maps each variable of a file to its first value. Those that
// an embed directive fills are left out: the toolchain is their only writer.
func packageVariables(file *ast.File) map[string]ast.Expr {
	variables := map[string]ast.Expr{}
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok || general.Tok != token.VAR || embedded(general.Doc) {
			continue
		}
		for _, spec := range general.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				if name.Name == "_" || embedded(spec.Doc) {
					continue
				}
				variables[name.Name] = nil
				if i < len(spec.Values) {
					variables[name.Name] = spec.Values[i]
				}
			}
		}
	}
	return variables
}

func embedded(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, comment := range doc.List {
		if len(comment.Text) > 10 && comment.Text[:10] == "//go:embed" {
			return true
		}
	}
	return false
}

// holdsState says that a first value is there to be changed later: none at all,
// memory that is fresh, or something that is known by its address.
func holdsState(value ast.Expr) bool {
	switch v := value.(type) {
	case nil:
		return true
	case *ast.UnaryExpr:
		return v.Op == token.AND
	case *ast.CallExpr:
		name, ok := v.Fun.(*ast.Ident)
		return ok && (name.Name == "make" || name.Name == "new")
	case *ast.CompositeLit:
		selector, ok := v.Type.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		from, ok := selector.X.(*ast.Ident)
		return ok && (from.Name == "sync" || from.Name == "atomic")
	}
	return false
}

// written names what the functions of a file assign to, count up, or take the
// address of, apart from what they declared themselves.
func written(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		local := declared(function)
		ast.Inspect(function, func(node ast.Node) bool {
			for _, target := range targets(node) {
				if name := root(target); name != "" && !local[name] {
					names = append(names, name)
				}
			}
			return true
		})
	}
	return names
}

func targets(node ast.Node) []ast.Expr {
	switch n := node.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	}
	return nil
}

// declared names what a function declares anywhere within it.
func declared(function *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(function, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				names[name.Name] = true
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				names[name.Name] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, left := range n.Lhs {
					names[root(left)] = true
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				for _, left := range []ast.Expr{n.Key, n.Value} {
					names[root(left)] = true
				}
			}
		}
		return true
	})
	return names
}

// root is the variable that an expression leads to: x for x, x.y, x[i] and *x.
func root(expr ast.Expr) string {
	for {
		switch e := expr.(type) {
		case *ast.Ident:
			return e.Name
		case *ast.SelectorExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		default:
			return ""
		}
	}
}
