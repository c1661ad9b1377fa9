package grouptest

import (
	"testing"

	"ursula/core/group"
	"ursula/core/stream"
)

func propose(t *testing.T, e group.Engine, c stream.Command) stream.Result {
	t.Helper()
	c.Now = 1
	r, err := e.Propose(t.Context(), &c)
	if err != nil {
		t.Fatalf("Propose: %v", err)
	}
	return r
}

func create(t *testing.T, e group.Engine, name stream.Name) {
	t.Helper()
	if r := propose(t, e, stream.Command{Op: stream.OpCreate, Name: name, Lifetime: stream.Forever()}); r.Err != nil {
		t.Fatalf("create %s: %v", name, r.Err)
	}
}

func data(name stream.Name, s string) stream.Command {
	return stream.Command{
		Op: stream.OpAppend, Name: name, ContentType: stream.DefaultContentType, Data: []byte(s),
	}
}

// Content reads all of a stream's bytes out of an engine's replica; the ring
// must still hold them.
func Content(t *testing.T, e group.Engine, name stream.Name) string {
	t.Helper()
	var content []byte
	e.Replica().View(func(m *stream.Machine) {
		plan, err := m.ReadPlan(name, 1, 0, 1<<30)
		if err != nil {
			t.Errorf("ReadPlan: %v", err)
		}
		for _, span := range plan.Spans {
			for _, part := range span.Hot {
				content = append(content, part...)
			}
		}
	})
	return string(content)
}
