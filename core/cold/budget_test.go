package cold_test

import (
	"errors"
	"sync"
	"testing"

	"ursula/core/cold"
)

func TestMarksMustRise(t *testing.T) {
	for _, m := range []cold.Marks{{}, {0, 1, 2}, {-1, 1, 2}, {1, 1, 2}, {1, 2, 2}, {3, 2, 1}} {
		if _, err := cold.NewBudget(m); err == nil {
			t.Errorf("%+v was accepted", m)
		}
	}
	if _, err := cold.NewBudget(cold.Marks{Flush: 1, Shed: 2, Reject: 3}); err != nil {
		t.Error(err)
	}
}

func TestAdmitRefusesBeyondTheRejectMark(t *testing.T) {
	b := budget(t)
	b.Add(90)
	if err := b.Admit(10); err != nil {
		t.Fatal(err)
	}
	if err := b.Admit(11); !errors.Is(err, cold.ErrOverBudget) {
		t.Fatalf("Admit = %v", err)
	}
	b.Add(-1)
	if err := b.Admit(11); err != nil {
		t.Fatal(err)
	}
}

func TestWakeComesWithTheFlushMark(t *testing.T) {
	b := budget(t)
	b.Add(49)
	b.Add(-20)
	if woken(b) {
		t.Fatal("woken below the mark")
	}
	b.Add(1)
	if !woken(b) {
		t.Fatal("not woken after as much growth as the mark")
	}
}

// TestConcurrentAddsWakeOnce runs under -race; the sum must be exact.
func TestConcurrentAddsWakeOnce(t *testing.T) {
	b := budget(t)
	var adders sync.WaitGroup
	for range 8 {
		adders.Go(func() {
			for range 1000 {
				b.Add(3)
				b.Add(-2)
			}
		})
	}
	adders.Wait()
	if b.Hot() != 8000 || !woken(b) || woken(b) {
		t.Fatalf("hot %d", b.Hot())
	}
}

func budget(t *testing.T) *cold.Budget {
	t.Helper()
	b, err := cold.NewBudget(cold.Marks{Flush: 50, Shed: 75, Reject: 100})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func woken(b *cold.Budget) bool {
	select {
	case <-b.Wake():
		return true
	default:
		return false
	}
}
