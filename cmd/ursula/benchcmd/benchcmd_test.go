package benchcmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ursula/cmd/ursula/usage"
	"ursula/core/client/clienttest"
	"ursula/integration/bench"
)

// TestMain lets this test program be the child process that runs the bare handler.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "bench" && os.Args[2] == bareHandler {
		cmd := New()
		cmd.SetArgs(os.Args[2:])
		if err := cmd.Execute(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// shell runs `bench ARGS`.
func shell(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, progress bytes.Buffer
	cmd := New()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&progress)
	err = cmd.ExecuteContext(t.Context())
	return out.String(), progress.String(), err
}

// brief shortens a run.
func brief(args ...string) []string { return append(args, "--warmup=0s", "--duration=50ms") }

func TestRunPrintsATableAndWritesJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	out, _, err := shell(t, brief("append", "--url", clienttest.New(t), "--streams=2", "--fsync=no", "--json", file)...)
	if err != nil || !strings.Contains(out, "throughput") || !strings.Contains(out, "fsync: no") {
		t.Fatalf("%v, printed\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report bench.Report
	if err := json.Unmarshal(text, &report); err != nil || len(report.Results) != 1 || report.Results[0].Workload != "append" {
		t.Fatalf("%v, %s", err, text)
	}
}

func TestBareRunsAHandlerOfItsOwn(t *testing.T) {
	out, progress, err := shell(t, brief("bare", "--streams=2")...)
	if err != nil || !strings.Contains(out, "append on bare") {
		t.Fatalf("%v, printed\n%s%s", err, out, progress)
	}
}

func TestCompareAlternatesAndShowsRatios(t *testing.T) {
	out, progress, err := shell(t, brief("compare", "--bare", "--rounds=2",
		"--target", "one="+clienttest.New(t), "--target", "two="+clienttest.New(t)+",pid=1", "append", "--streams=2")...)
	if err != nil || !strings.Contains(out, "ratios to bare") || strings.Count(out, "errors: none") != 3+6 {
		t.Fatalf("%v, printed\n%s", err, out)
	}
	for _, turn := range []string{"round 1 of 2: append on one", "round 2 of 2: append on bare", "round 2 of 2: append on two"} {
		if !strings.Contains(progress, turn) {
			t.Errorf("no %q in\n%s", turn, progress)
		}
	}
}

func TestAClusterIsGivenByItsNodes(t *testing.T) {
	url, self := clienttest.New(t), fmt.Sprint(os.Getpid())
	out, _, err := shell(t, brief("append", "--name=three", "--url", url+","+url, "--url", url, "--pid", self+","+self, "--streams=2")...)
	if err != nil || !strings.Contains(out, "append on three") || !strings.Contains(out, "node 2 cores") {
		t.Errorf("%v, printed\n%s", err, out)
	}
	out, _, err = shell(t, brief("compare", "--rounds=1", "--target", "three="+url+","+url+",pid="+self+",pid="+self, "head", "--streams=2")...)
	if err != nil || !strings.Contains(out, "node 2 RSS") {
		t.Errorf("%v, printed\n%s", err, out)
	}
}

func TestFailoverRunsItsCommands(t *testing.T) {
	killed := filepath.Join(t.TempDir(), "killed")
	out, _, err := shell(t, "failover", "--url", clienttest.New(t), "--warmup=0s", "--settle=0s",
		"--streams=2", "--kills=2", "--kill", "echo >>"+killed, "--restart=:")
	if err != nil || !strings.Contains(out, "outage p50") {
		t.Fatalf("%v, printed\n%s", err, out)
	}
	if text, err := os.ReadFile(killed); err != nil || string(text) != "1\n1\n" {
		t.Fatalf("%v, %q", err, text)
	}
}

func TestReportsAreJudged(t *testing.T) {
	dir := t.TempDir()
	_, _, err := shell(t, brief("datasync", "--dir", dir, "--json", filepath.Join(dir, "datasync.json"))...)
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := shell(t, "goals", dir)
	if err != nil || !strings.Contains(out, "| 1 stream, p50 | –") {
		t.Fatalf("%v, printed\n%s", err, out)
	}
}

func TestARunWithErrorsFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	t.Cleanup(server.Close)
	var out string
	var err error
	for d := 50 * time.Millisecond; err == nil && d < 10*time.Second; d *= 4 { // where nobody has time, a brief run does nothing
		out, _, err = shell(t, "append", "--url", server.URL, "--streams=1", "--warmup=0s", "--duration="+d.String())
	}
	if err == nil || !strings.Contains(out, "ERRORS") || !strings.Contains(out, "status 429") {
		t.Fatalf("%v, printed\n%s", err, out)
	}
}

func TestMistakesAreTold(t *testing.T) {
	for _, args := range [][]string{
		{"append", "--url", "https://h/"},
		{"append", "--fsync=maybe"},
		{"compare", "append"},
		{"compare", "--target=nameless", "append"},
		{"compare", "--target=a=http://h,pid=x", "append"},
		{"compare", "--target=a=http://h", "--rounds=0", "append"},
		{"compare", "--target=a=pid=1", "append"},
		{"append", "--url=http://h/a,http://h/b"},
		{"failover", "--kill=:"},
		{"ready"},
		{"goals"},
		{"no-such-load"},
		{},
	} {
		_, _, err := shell(t, args...)
		var mistake *usage.Error
		if !errors.As(err, &mistake) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
