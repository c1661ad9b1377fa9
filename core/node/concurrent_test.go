package node

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// Many clients create, fork, append, read and delete a few names at once, over
// all groups. Each gets an answer that can be right, and when everything is
// deleted in the end nothing is left of it.
func TestManyClientsAtOnce(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		var clients sync.WaitGroup
		for i := range 8 {
			clients.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(i), 5))
				for range 300 {
					if err := act(t, n, rng); !possible(err) {
						t.Errorf("client %d: %v", i, err)
					}
				}
			})
		}
		clients.Wait()
		settled()
		for i := range crowdedNames {
			if err := n.Delete(t.Context(), crowded(i)); err != nil && !possible(err) {
				t.Errorf("delete: %v", err)
			}
		}
		wantEmpty(t, n)
	})
}

const crowdedNames = 8

func crowded(i int) stream.Name { return stream.Name(fmt.Sprintf("v1/name-%d", i)) }

func act(t *testing.T, n *Node, rng *rand.Rand) error {
	name, other := crowded(rng.IntN(crowdedNames)), crowded(rng.IntN(crowdedNames))
	var err error
	switch rng.IntN(8) {
	case 0:
		_, err = n.Create(t.Context(), creation(name, octets))
	case 1, 2:
		_, err = n.Create(t.Context(), forking(name, other, store.CurrentTail, uint64(rng.IntN(2))))
	case 3:
		err = n.Delete(t.Context(), name)
	case 4:
		_, err = readAll(t.Context(), n, name, 10_000)
		time.Sleep(time.Millisecond)
	default:
		_, err = n.Append(t.Context(), addition(name, octets, filler(rng.IntN(99), rng.IntN(3000)+1)))
	}
	return err
}

func possible(err error) bool {
	for _, expected := range []error{
		stream.ErrNotFound, stream.ErrGone, stream.ErrExists, stream.ErrBeyondTail, stream.ErrForkConflict, store.ErrUnavailable,
	} {
		if errors.Is(err, expected) {
			return true
		}
	}
	return err == nil
}

// Closing while clients are at work answers all of them.
func TestCloseUnderLoad(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		c := startCrowd(t, n, 8)
		time.Sleep(5 * time.Millisecond)
		go c.stop.Store(true)
		closeNode(t, n)
		c.halt()
	})
}
