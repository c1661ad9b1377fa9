package server

import (
	"net/http"
	"strings"

	"ursula/core/cold"
	"ursula/core/node"
	"ursula/core/protocol"
	"ursula/infra/otel"
)

func newTelemetry(s *Server) (*otel.Telemetry, error) {
	return otel.Open(otel.Options{
		Snapshot: s.snapshot, Cluster: s.clusterSnapshot, Routes: routes(), Logger: s.log,
		Traces: otel.TraceOptions{
			Endpoint: s.config.Traces.Endpoint, Sample: s.config.Traces.Sample, Instance: s.config.Cluster.NodeID,
		},
	})
}

// snapshot is what the server tells about itself, once everything behind it is
// open. Until then only the journal's syncs are told, which recovery waits for.
func (s *Server) snapshot() (otel.Snapshot, bool) {
	if !s.opened.Load() {
		return otel.Snapshot{}, false
	}
	told := tell(s.node.Stats())
	if s.unready() == "" {
		told.Ready = 1
	}
	told.Memory.Limit = s.hotMark(s.config.Hot.RejectAt)
	told.Readers = otel.Readers{
		Live:    int64(s.handler.LiveReaders()),
		Watches: int64(s.hub.Watches()),
	}
	return told, true
}

// tell translates a node's figures.
func tell(n node.Stats) otel.Snapshot {
	return otel.Snapshot{
		Groups: int64(n.Groups), Leading: int64(n.Leading), Streams: int64(n.Streams),
		Memory: otel.Memory{Hot: n.Hot, Unflushed: n.Pending},
		Cold:   tellCold(n.Objects, n.Cold, &n.Flush, &n.Read),
		Journal: otel.Journal{
			Segments: int64(n.Journal.Segments), Records: int64(n.Journal.Records),
			Disk: n.JournalDisk, Live: n.JournalLive,
		},
	}
}

func tellCold(objects int, bytes int64, f *cold.FlushStats, r *cold.ReadStats) otel.Cold {
	return otel.Cold{
		Objects: int64(objects), Bytes: bytes,
		FlushedObjects: f.Objects, FlushedBytes: f.ObjectBytes, FlushedStream: f.StreamBytes, Shed: f.ShedBytes,
		Reads: r.Reads, ReadBytes: r.Bytes, IndexReads: r.IndexReads, ReadFailures: r.Failures,
		Deleted: f.Deleted, Orphans: f.Orphans,
		PutFailures: f.PutFailures, CommitFailures: f.CommitFailures, SweepFailures: f.SweepFailures,
	}
}

// The routes whose requests are counted apart.
const (
	routeStream = iota
	routeLive
	routeControl
	routeOther
)

func routes() otel.Routes {
	return otel.Routes{
		Names: []string{"stream", "live", "control", "other"},
		Templates: []string{
			protocol.Root + "{path}", protocol.Root + "{path}", protocol.Root + "__ds/{path}", "",
		},
		Of: routeOf,
	}
}

// routeOf tells requests apart by how long they may take: a live reader waits
// as long as nothing happens.
func routeOf(r *http.Request) int {
	path, found := strings.CutPrefix(r.URL.Path, protocol.Root)
	switch {
	case !found:
		return routeOther
	case path == "__ds" || strings.HasPrefix(path, "__ds/"):
		return routeControl
	case r.Method == http.MethodGet && asksLive(r.URL.RawQuery):
		return routeLive
	}
	return routeStream
}

// asksLive looks for the parameter without parsing the query, which the
// protocol does anyway.
func asksLive(query string) bool {
	return strings.HasPrefix(query, "live=") || strings.Contains(query, "&live=")
}
