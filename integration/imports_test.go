package integration

import (
	"slices"
	"strings"
	"testing"
)

// rule forbids direct imports. A pattern names a package, or with a trailing
// "/..." a package and all below it.
type rule struct {
	of     string   // the packages that it binds
	bans   []string // what they must not import
	except []string // what of that they may all the same
	why    string
}

const wiring = "programs are wiring; nothing builds on them"

// rules follow the table "may not know" of the design. They are judged by direct
// imports, for even fmt reaches time.
func rules() []rule {
	return []rule{
		{"ursula/core/stream/...", []string{"time", "math/rand/...", "crypto/rand", "os/...", "net/...", "io/fs"}, nil,
			"the machine computes the same on every replica: time, chance and the outside come in commands"},
		{"ursula/core/stream/...", []string{"ursula/..."}, []string{"ursula/core/stream/...", "ursula/core/ring"},
			"the machine is the innermost package: all may know it, it knows only the bytes it holds"},
		{"ursula/core/trace/...", []string{"ursula/...", "net/..."}, []string{"ursula/core/trace/..."},
			"what is followed and by whom is for others to know"},
		{"ursula/core/ring/...", []string{"ursula/...", "os/...", "io/fs", "net/..."}, []string{"ursula/core/ring/..."},
			"the ring holds what is in memory; durability is the journal's"},
		{"ursula/core/vfs/...", []string{"ursula/..."}, []string{"ursula/core/vfs/..."},
			"files know no records"},
		{"ursula/core/journal/...", []string{"ursula/...", "net/..."}, []string{"ursula/core/journal/...", "ursula/core/vfs/..."},
			"the journal stores bytes of groups; Raft and streams are above it"},
		{"ursula/core/wal/...", []string{"ursula/..."}, []string{"ursula/core/wal/...", "ursula/core/journal/...", "ursula/core/vfs/..."},
			"a Raft log does not know what its entries mean"},
		{"ursula/core/group/...", []string{"net/http/...", "ursula/core/protocol/..."}, nil,
			"the engines' seam lies below HTTP"},
		{"ursula/core/tail/...", []string{"net/...", "ursula/core/protocol/..."}, nil,
			"waiters are woken by events, wherever these come from"},
		{"ursula/core/route/...", []string{"net/..."}, nil, "placement is arithmetic on names"},
		{"ursula/core/shard/...", []string{"net/http/..."}, nil, "a shard is served by HTTP and does not speak it"},
		{"ursula/core/node/...", []string{"net/http/..."}, nil, "a node is served by HTTP and does not speak it"},
		{"ursula/core/segment/...", []string{"net/...", "ursula/..."}, []string{"ursula/core/segment/...", "ursula/core/stream/..."},
			"the cold format is read by those without Raft and without a node: the edge and Lambda"},
		{"ursula/core/cold/...", []string{"net/http/...", "ursula/core/group/raftgroup/...", "ursula/core/wal/...", "ursula/core/journal/..."}, nil,
			"flushing goes by the group's seam, whatever engine lies behind"},
		{"ursula/core/bucket/...", []string{"net/http/...", "ursula/core/..."}, []string{"ursula/core/bucket/...", "ursula/core/vfs/..."},
			"the object store's port knows keys and bytes, and not what they are for"},
		{"ursula/core/protocol/...", []string{"ursula/core/journal/...", "ursula/core/wal/...", "ursula/core/node/...",
			"ursula/core/shard/...", "ursula/core/group/..."}, nil,
			"the protocol is served by nodes, by the edge and by Lambda alike"},
		{"ursula/core/subscription/...", []string{"ursula/core/wal/...", "ursula/core/journal/...", "ursula/core/group/raftgroup/..."}, nil,
			"leases and generations are replicated state, by whatever engine"},
		{"ursula/core/client/...", []string{"ursula/..."}, []string{"ursula/core/client/..."},
			"a client knows the protocol from its document, so that it proves the server and shares no fault with it"},
		{"ursula/edge/...", []string{"ursula/core/journal/...", "ursula/core/wal/...", "ursula/core/group/..."}, nil,
			"the edge is stateless: it neither replicates nor stores"},
		{"ursula/control/...", []string{"ursula/core/stream/...", "ursula/core/ring/..."}, nil,
			"who is a member and what moves is decided without looking into streams"},
		{"ursula/core/...", []string{"ursula/infra/...", "ursula/edge/...", "ursula/control/...", "ursula/integration/..."}, nil,
			"adapters and programs depend on the core and not the other way"},
		{"ursula/core/...", []string{"ursula/cmd/..."}, nil, wiring},
		{"ursula/edge/...", []string{"ursula/cmd/..."}, nil, wiring},
		{"ursula/control/...", []string{"ursula/cmd/..."}, nil, wiring},
		{"ursula/infra/...", []string{"ursula/cmd/...", "ursula/edge/...", "ursula/control/..."}, nil,
			"an adapter knows its dependency and the port that it serves"},
		{"ursula/integration/...", []string{"ursula/..."}, []string{"ursula/integration/...", "ursula/core/client/clienttest"},
			"what proves from outside must not share code with what it proves"},
	}
}

// owners lists outside dependencies with the only packages that may import them.
func owners() map[string][]string {
	return map[string][]string{
		"github.com/hashicorp/...":    {"ursula/core/group/raftgroup/...", "ursula/core/wal/...", "ursula/infra/transport/..."},
		"github.com/aws/...":          {"ursula/infra/s3/...", "ursula/cmd/ursula-lambda/..."},
		"github.com/nats-io/...":      {"ursula/infra/natsd/..."},
		"github.com/prometheus/...":   {"ursula/infra/otel/..."},
		"go.opentelemetry.io/...":     {"ursula/infra/otel/..."},
		"google.golang.org/...":       {"ursula/infra/otel/..."},
		"github.com/spf13/...":        {"ursula/cmd/..."},
		"github.com/tidwall/...":      {"ursula/core/stream/..."},
		"github.com/anishathalye/...": {"ursula/integration/linear/..."},
		"github.com/HdrHistogram/...": {"ursula/integration/bench/..."},
	}
}

func matches(pattern, pkg string) bool {
	root, below := strings.CutSuffix(pattern, "/...")
	return pkg == root || below && strings.HasPrefix(pkg, root+"/")
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, pkg) })
}

// breach returns the reason why pkg must not import imported, "" if it may.
func breach(pkg, imported string) string {
	for _, r := range rules() {
		if matches(r.of, pkg) && matchesAny(r.bans, imported) && !matchesAny(r.except, imported) {
			return r.why
		}
	}
	for dependency, allowed := range owners() {
		if matches(dependency, imported) && !matchesAny(allowed, pkg) {
			return "an outside dependency has few importers, so that it can be replaced: " + strings.Join(allowed, ", ")
		}
	}
	return ""
}

// TestImports judges what is built, and in integration also the tests, which are
// all that it has.
func TestImports(t *testing.T) {
	for _, file := range sourceTree(t) {
		if file.test && !matches("ursula/integration/...", file.pkg) {
			continue
		}
		for _, imported := range file.imports {
			if why := breach(file.pkg, imported); why != "" {
				t.Errorf("%s imports %s: %s", file.path, imported, why)
			}
		}
	}
}

// TestImportRulesBite plants imports that the rules must refuse, and some that
// they must not.
func TestImportRulesBite(t *testing.T) {
	for _, row := range []struct {
		pkg, imported string
		refused       bool
	}{
		{"ursula/core/stream", "time", true},
		{"ursula/core/stream", "math/rand/v2", true},
		{"ursula/core/stream", "ursula/core/group", true},
		{"ursula/core/stream", "encoding/binary", false},
		{"ursula/core/ring", "os", true},
		{"ursula/core/trace", "ursula/core/group", true},
		{"ursula/core/group", "go.opentelemetry.io/otel/trace", true},
		{"ursula/infra/otel/oteltest", "go.opentelemetry.io/proto/otlp/trace/v1", false},
		{"ursula/core/journal", "github.com/hashicorp/raft", true},
		{"ursula/core/journal", "ursula/core/stream", true},
		{"ursula/core/journal", "ursula/core/vfs", false},
		{"ursula/core/protocol", "github.com/hashicorp/raft", true},
		{"ursula/core/protocol/store", "ursula/core/node", true},
		{"ursula/core/protocol", "net/http", false},
		{"ursula/core/cold", "ursula/infra/s3", true},
		{"ursula/core/cold", "github.com/aws/aws-sdk-go-v2/service/s3", true},
		{"ursula/infra/s3", "github.com/aws/aws-sdk-go-v2/service/s3", false},
		{"ursula/edge/reader", "ursula/core/wal", true},
		{"ursula/control/place", "ursula/cmd/ursula", true},
		{"ursula/cmd/ursula", "ursula/cmd/ursula/config", false},
		{"ursula/cmd/ursula", "github.com/hashicorp/raft", true},
		{"ursula/integration/wire", "ursula/core/stream", true},
		{"ursula/integration/crash", "ursula/integration/wire", false},
	} {
		if got := breach(row.pkg, row.imported) != ""; got != row.refused {
			t.Errorf("%s importing %s: refused is %v, want %v", row.pkg, row.imported, got, row.refused)
		}
	}
}
