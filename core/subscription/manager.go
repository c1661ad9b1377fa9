package subscription

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription/keys"
)

// Manager serves the requests for all subscriptions and drives those whose
// records this node leads. All methods may be called concurrently.
type Manager struct {
	records Records
	streams Streams
	keys    *keys.Ring
	options Options

	index   *index
	hints   *hints
	work    *queue
	parting *queue // what others drive, and have to hear of
	timers  *timers
	flights *flights

	routing sync.Mutex // held while hints are handed on, which waits for nothing

	ctx    context.Context // of everything that the manager does on its own
	cancel context.CancelFunc
	tasks  sync.WaitGroup
}

// Open returns a manager that drives nothing yet: call Reload once the node
// leads groups. Close it before records and streams are closed.
func Open(records Records, streams Streams, options Options) (*Manager, error) {
	if options.Sender == nil {
		return nil, errors.New("subscription: open: no sender")
	}
	options = options.withDefaults()
	m := &Manager{
		records: records, streams: streams, options: options,
		keys:    keys.NewRing(records),
		index:   newIndex(),
		hints:   newHints(options.Limits.Hints),
		work:    newQueue(options.Limits.Links),
		parting: newQueue(0),
		flights: newFlights(options.Limits.Deliveries),
	}
	m.timers = newTimers(func(id string) { m.work.add(id) })
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.start()
	return m, nil
}

func (m *Manager) start() {
	m.tasks.Go(func() { m.timers.run(m.ctx) })
	m.tasks.Go(m.listen)
	for range workers {
		m.tasks.Go(m.drive)
	}
	for range parters {
		m.tasks.Go(m.handOver)
	}
}

// Close ends what the manager does on its own, deliveries included, and waits
// for it. What was under way is taken up again by the next Manager.
func (m *Manager) Close() {
	m.cancel()
	m.work.close()
	m.parting.close()
	m.tasks.Wait()
}

// Appended takes note of what a group applied. It never blocks, and costs one
// atomic load while there are no subscriptions, so a group's goroutine may call
// it. The events are hints: neither order nor completeness matters.
func (m *Manager) Appended(events []stream.Event) {
	if m.index.size.Load() == 0 {
		return
	}
	m.hints.report(events)
}

// forget ends everything that this process does for a subscription, unless one
// with the same id was followed after mark.
func (m *Manager) forget(id string, mark uint64) {
	m.timers.set(id, 0)
	m.flights.cancel(id)
	if !m.index.forget(id, mark) {
		m.work.add(id)
	}
}

func now() int64 { return time.Now().UnixMilli() }

func draw() float64 { return rand.Float64() }
