// Package conformance runs the official Durable Streams server suite, whole and
// unchanged, against a server at some address; its tests are those runs against a
// real server process on each engine.
//
// It owns the number of tests that the pinned suite has, so that a suite that
// finds fewer is as red as one that fails. It does not know the tests.
package conformance

import (
	"path/filepath"
	"testing"
	"time"

	"ursula/integration/harness"
	"ursula/integration/vitest"
)

// suiteSize is how many tests version 0.3.6 of the suite has with subscriptions.
const suiteSize = 338

// longPoll is the server's long-poll timeout. The suite waits it out in some tests, and
// in others has to have two appends answered before a poll that it began is over.
const longPoll = 3 * time.Second

// ServeFlags are the flags of "ursula serve" that the suite counts on.
func ServeFlags() []string {
	return []string{"--long-poll-timeout", longPoll.String(), "--allow-loopback-webhooks"}
}

// Run runs the suite against the server at url, such as "http://127.0.0.1:4437",
// and wants every one of its tests to be there and to pass.
func Run(t testing.TB, url string) {
	t.Helper()
	report := vitest.Run(t, project(t), harness.URLVar+"="+url)
	if err := report.Verdict(suiteSize); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d tests passed", report.Passed, report.Total)
}

// project is the directory of the suite, whatever package the caller is in.
func project(t testing.TB) string {
	t.Helper()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, "integration", "conformance")
}
