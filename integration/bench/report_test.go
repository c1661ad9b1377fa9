package bench

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func result(target string, throughput float64, errors map[string]int64) Result {
	r := newResult(Append{Streams: 2, Payload: 3}, Target{Name: target, URL: "http://" + target})
	r.add("throughput", throughput, unitRate)
	r.add("server RSS", 3<<20, unitBytes)
	r.Errors = errors
	return r
}

func TestErrorsAreLoud(t *testing.T) {
	var out bytes.Buffer
	report := NewReport("yes")
	report.Results = []Result{result("a", 1, map[string]int64{"status 503": 7})}
	if err := report.WriteTable(&out); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"fsync: yes", "streams=2 payload=3", "7 ERRORS", "7 x status 503"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("no %q in\n%s", part, out.String())
		}
	}
}

func TestReportIsJSON(t *testing.T) {
	var out bytes.Buffer
	report := NewReport("no")
	report.Results = []Result{result("a", 1, map[string]int64{})}
	if err := report.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Results[0].Figures[0] != report.Results[0].Figures[0] || back.Fsync != "no" {
		t.Fatalf("%v, %+v", err, back)
	}
}

func TestRecorderCountsInItsWindowOnly(t *testing.T) {
	rec := newRecorder()
	rec.done(1, time.Second)
	rec.open.Store(true)
	rec.done(2, time.Hour) // beyond the histogram, and still counted
	rec.open.Store(false)
	rec.done(3, time.Second)
	rec.fail(4, "x")
	if done, failed := rec.count(); done != 1 || failed != 1 {
		t.Fatalf("%d done, %d failed", done, failed)
	}
}

func TestFiguresAreReadable(t *testing.T) {
	for want, f := range map[string]Figure{
		"0 op/s": {"", 0, unitRate}, "0.123 ms": {"", 0.1234, unitMillis}, "12.3 ms": {"", 12.34, unitMillis},
		"48123 op/s": {"", 48123.4, unitRate}, "7": {"", 7, unitCount}, "5000 B": {"", 5000, unitBytes},
		"20 KiB": {"", 20 << 10, unitBytes}, "15.2 MiB": {"", 15.2 * (1 << 20), unitBytes}, "-20 KiB": {"", -20 << 10, unitBytes},
	} {
		if got := f.String(); got != want {
			t.Errorf("%v is written %q, want %q", f, got, want)
		}
	}
}
