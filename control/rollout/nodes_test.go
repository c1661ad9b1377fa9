package rollout_test

import (
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"ursula/control/admin"
	"ursula/control/admin/admintest"
	"ursula/control/rollout"
)

func TestANodeIsReachedByItsAdminPort(t *testing.T) {
	stops := 0
	server := httptest.NewServer(admin.New(admintest.New(3, 6), admin.Options{Node: "2", Boot: "b1", Stop: func() { stops++ }}))
	defer server.Close()
	var nodes rollout.Processes
	two := rollout.Node{ID: "2", Admin: server.URL, Boot: "b1"}

	if s, err := nodes.Probe(t.Context(), two); err != nil || s.Boot != "b1" {
		t.Errorf("probe: %+v, %v", s, err)
	}
	if _, err := nodes.Probe(t.Context(), rollout.Node{ID: "3", Admin: server.URL}); err == nil || errors.Is(err, rollout.ErrDown) {
		t.Errorf("probe of another node: %v", err)
	}
	if err := nodes.Stop(t.Context(), two); err != nil || stops != 1 {
		t.Errorf("stop: %v, %d", err, stops)
	}
	server.Close()
	if _, err := nodes.Probe(t.Context(), two); !errors.Is(err, rollout.ErrDown) {
		t.Errorf("probe of nobody: %v", err)
	}
}

// Nothing can be dialed there, and nothing is sent.
func TestANodeThatCannotBeReachedIsNotDown(t *testing.T) {
	_, err := rollout.Processes{}.Probe(t.Context(), rollout.Node{ID: "2", Admin: "http://255.255.255.255:1"})
	if !errors.Is(err, rollout.ErrUnreached) || errors.Is(err, rollout.ErrDown) {
		t.Errorf("got %v", err)
	}
}

func TestANodeIsStartedByTheShell(t *testing.T) {
	t.Chdir(t.TempDir())
	var nodes rollout.Processes
	if err := nodes.Start(t.Context(), rollout.Node{ID: "2"}, "echo started > node-{id}"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile("node-2"); err != nil || string(text) != "started\n" {
		t.Errorf("%q, %v", text, err)
	}
	err := nodes.Start(t.Context(), rollout.Node{ID: "2"}, "echo no such unit {id}; exit 5")
	if err == nil || !strings.Contains(err.Error(), "no such unit 2") {
		t.Errorf("got %v", err)
	}
}
