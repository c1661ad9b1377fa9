package stream

import "testing"

// A replica that replays a log sheds as it goes: what the log says was flushed
// takes no memory, and what was not stays.
func TestAForgetfulMachineKeepsOnlyWhatIsNotFlushed(t *testing.T) {
	for _, keep := range []bool{true, false} {
		m := NewMachine()
		m.KeepFlushed(keep)
		m.Apply(&Command{Op: OpCreate, Name: "v1/a", Lifetime: Forever(), Data: make([]byte, 1000)}, nil)
		m.Apply(&Command{Op: OpFlush, Flush: &Flush{
			Object: 1, Size: 1000, Ranges: []FlushedRange{{Name: "v1/a", ID: 1, To: 1000}},
		}}, nil)
		m.Apply(&Command{Op: OpAppend, Name: "v1/a", Data: []byte("x"), ContentType: DefaultContentType}, nil)
		plan, err := m.ReadPlan("v1/a", 1, 0, 2000)
		if err != nil || plan.To != 1001 {
			t.Fatalf("plan: %+v, %v", plan, err)
		}
		if cold := plan.Spans[0].Cold != nil; cold == keep {
			t.Errorf("keep=%v: first span cold=%v", keep, cold)
		}
		if kept := m.Memory() >= 1000; kept != keep {
			t.Errorf("keep=%v: %d bytes of memory", keep, m.Memory())
		}
	}
}
