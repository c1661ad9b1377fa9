package bench

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Target is what is loaded: one server, or the nodes of a cluster that act as one.
type Target struct {
	Name  string // how the report calls it
	URL   string // roots under which streams are created, separated by commas
	PIDs  []int  // processes whose CPU and memory are read; empty: unknown
	nodes []string
	path  string // of the root on every node, without a slash at its end
}

// only is the target with one of its nodes.
func (t Target) only(node int) Target {
	t.nodes = t.nodes[node : node+1]
	return t
}

// ParseTarget reads one root for each node, such as http://127.0.0.1:4437/v1/stream. Only
// plain HTTP is spoken: TLS would measure the generator's cryptography.
func ParseTarget(name string, roots []string, pids ...int) (Target, error) {
	if len(roots) == 0 {
		return Target{}, fmt.Errorf("target %s has no URL", name)
	}
	t := Target{Name: name, URL: strings.Join(roots, ","), PIDs: pids}
	for i, root := range roots {
		addr, path, err := parseRoot(root)
		if err != nil {
			return Target{}, fmt.Errorf("target %s: %w", name, err)
		}
		if i > 0 && path != t.path {
			return Target{}, fmt.Errorf("target %s: %q and %q are roots of different streams", name, roots[0], root)
		}
		t.nodes, t.path = append(t.nodes, addr), path
	}
	return t, nil
}

func parseRoot(root string) (addr, path string, err error) {
	u, err := url.Parse(root)
	if err != nil {
		return "", "", err
	}
	if u.Scheme != "http" || u.Host == "" || u.RawQuery != "" {
		return "", "", fmt.Errorf("%q is not a URL such as http://host:port/v1/stream", root)
	}
	addr = u.Host
	if u.Port() == "" {
		addr = net.JoinHostPort(u.Hostname(), "80")
	}
	return addr, strings.TrimSuffix(u.EscapedPath(), "/"), nil
}

// streamPath returns the path of a stream of a run. No two runs share a stream.
func (t Target) streamPath(run string, i int) string {
	return fmt.Sprintf("%s/bench-%s-%d", t.path, run, i)
}

// dial connects user i to one node. Users in turn get the nodes in turn.
func (t Target) dial(ctx context.Context, i int) (*conn, error) {
	return dial(ctx, t.nodes[i%len(t.nodes)])
}
