package otel

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// TestFiguresComeFromTheirFields numbers the fields of a snapshot and compares
// what comes out with a table of where each figure should come from.
func TestFiguresComeFromTheirFields(t *testing.T) {
	s, fields := numbered()
	m, c, j := &s.Memory, &s.Cold, &s.Journal
	want := map[string]int64{
		"ursula_groups": s.Groups, "ursula_groups_leading": s.Leading, "ursula_streams": s.Streams,
		"ursula_ready":     s.Ready,
		"ursula_hot_bytes": m.Hot, "ursula_hot_limit_bytes": m.Limit, "ursula_unflushed_bytes": m.Unflushed,
		"ursula_shed_bytes_total": c.Shed,
		"ursula_live_readers":     s.Readers.Live, "ursula_tail_watches": s.Readers.Watches,
		"ursula_journal_segments": j.Segments, "ursula_journal_records_total": j.Records,
		"ursula_journal_disk_bytes": j.Disk, "ursula_journal_live_bytes": j.Live,
		"ursula_cold_objects": c.Objects, "ursula_cold_bytes": c.Bytes,
		"ursula_cold_reads_total": c.Reads, "ursula_cold_read_bytes_total": c.ReadBytes,
		"ursula_cold_index_reads_total": c.IndexReads, "ursula_cold_read_failures_total": c.ReadFailures,
		"ursula_flush_objects_total": c.FlushedObjects, "ursula_flush_object_bytes_total": c.FlushedBytes,
		"ursula_flush_stream_bytes_total": c.FlushedStream, "ursula_flush_put_failures_total": c.PutFailures,
		"ursula_flush_commit_failures_total": c.CommitFailures, "ursula_sweep_failures_total": c.SweepFailures,
		"ursula_sweep_deleted_total": c.Deleted, "ursula_sweep_orphans_total": c.Orphans,
	}
	if int64(len(want)) != fields {
		t.Errorf("%d figures of %d fields", len(want), fields)
	}
	families := busy(t).scrape()
	for name, value := range want {
		if got := single(t, families[name]); got != float64(value) {
			t.Errorf("%s is field %v, want field %d", name, got, value)
		}
	}
}

// single returns the value of a gauge or counter without labels.
func single(t *testing.T, family *dto.MetricFamily) float64 {
	t.Helper()
	if n := len(family.GetMetric()); n != 1 || len(family.Metric[0].Label) > 0 {
		t.Fatalf("%q has %d series, or labels: %v", family.GetName(), n, family.GetMetric())
	}
	if m := family.Metric[0]; m.Counter != nil {
		return m.Counter.GetValue()
	}
	return family.Metric[0].Gauge.GetValue()
}

// TestNames pins how names, units and kinds of the catalog come out.
func TestNames(t *testing.T) {
	families := busy(t).scrape()
	for _, row := range []struct {
		name string
		kind dto.MetricType
		help string
	}{
		{"ursula_streams", dto.MetricType_GAUGE, "Streams in the groups on this server."},
		{"ursula_hot_bytes", dto.MetricType_GAUGE, "Memory that holds recent bytes of streams."},
		{"ursula_shed_bytes_total", dto.MetricType_COUNTER, "Hot bytes dropped from memory because the cold store has them."},
		{"ursula_journal_records_total", dto.MetricType_COUNTER, "Records written to the journal."},
		{"ursula_journal_sync_size_bytes", dto.MetricType_HISTOGRAM, "Bytes that one sync made durable."},
		{"ursula_http_request_duration_seconds", dto.MetricType_HISTOGRAM,
			"Time from a request's head to the end of its answer, or to the hand-over of its connection."},
	} {
		family := families[row.name]
		if family.GetType() != row.kind || family.GetHelp() != row.help {
			t.Errorf("%s is %v %q, want %v %q", row.name, family.GetType(), family.GetHelp(), row.kind, row.help)
		}
	}
}

// TestFiguresMove scrapes twice and changes the figures between.
func TestFiguresMove(t *testing.T) {
	s := newServer(t, func(http.ResponseWriter, *http.Request) {})
	for _, streams := range []int64{3, 2} {
		s.snapshot.Store(&Snapshot{Streams: streams, Journal: Journal{Records: 10 - streams}})
		families := s.scrape()
		if got := single(t, families["ursula_streams"]); got != float64(streams) {
			t.Errorf("ursula_streams is %v, want %d", got, streams)
		}
		if got := single(t, families["ursula_journal_records_total"]); got != float64(10-streams) {
			t.Errorf("ursula_journal_records_total is %v, want %d", got, 10-streams)
		}
	}
}

// TestNoSnapshot scrapes a server that still recovers: it has syncs and no
// figures, and zero would be a lie.
func TestNoSnapshot(t *testing.T) {
	s := newServer(t, func(http.ResponseWriter, *http.Request) {})
	s.telemetry.Synced(512, time.Millisecond)
	families := s.scrape()
	if families["ursula_streams"] != nil {
		t.Errorf("streams are told before they are known: %v", families["ursula_streams"])
	}
	if got := families["ursula_journal_sync_duration_seconds"]; got == nil {
		t.Error("syncs are not told")
	}
}

func TestJournalSyncs(t *testing.T) {
	s := newServer(t, func(http.ResponseWriter, *http.Request) {})
	s.telemetry.Synced(4096, 130*time.Microsecond)
	s.telemetry.Synced(4097, 3*time.Second)
	families := s.scrape()
	duration := families["ursula_journal_sync_duration_seconds"].Metric[0].Histogram
	size := families["ursula_journal_sync_size_bytes"].Metric[0].Histogram
	if duration.GetSampleCount() != 2 || size.GetSampleSum() != 8193 {
		t.Errorf("%d syncs of %v bytes, want 2 of 8193", duration.GetSampleCount(), size.GetSampleSum())
	}
	if got := below(duration, 150e-6); got != 1 {
		t.Errorf("%d syncs took up to 150 us, want 1", got)
	}
	if got := below(size, 4096); got != 1 {
		t.Errorf("%d syncs had up to 4 KiB, want 1", got)
	}
}

// below returns how many measurements were at most bound, which is a bucket's.
func below(h *dto.Histogram, bound float64) uint64 {
	for _, b := range h.Bucket {
		if b.GetUpperBound() == bound {
			return b.GetCumulativeCount()
		}
	}
	return 0
}

// TestCloseEndsScrapes proves that nobody asks for a snapshot of a server that
// is gone.
func TestCloseEndsScrapes(t *testing.T) {
	telemetry, err := Open(Options{Routes: byQuery(), Logger: discard(), Snapshot: func() (Snapshot, bool) {
		t.Error("a snapshot was taken after Close")
		return Snapshot{}, false
	}, Cluster: func() (Cluster, bool) {
		t.Error("the cluster was asked about after Close")
		return Cluster{}, false
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := telemetry.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	telemetry.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if strings.Contains(answer.Body.String(), "ursula_") {
		t.Errorf("a scrape after Close tells %s", answer.Body)
	}
}
