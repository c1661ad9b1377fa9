package subscription

import (
	"time"

	"ursula/core/stream"
)

// listen turns reports of appends into subscriptions to look at.
func (m *Manager) listen() {
	for {
		select {
		case <-m.ctx.Done():
			return
		case <-m.hints.signal:
			m.dispatch(m.route())
		}
	}
}

func (m *Manager) dispatch(batch hintBatch) {
	if batch.scan {
		m.scan()
	}
	if batch.lost {
		for _, id := range m.index.ids() {
			m.work.add(id)
		}
	}
}

// route hands the streams that were reported to the subscriptions that they may
// concern, and returns what else is to be done. When it returns, every stream
// that was reported before is with its subscriptions.
func (m *Manager) route() hintBatch {
	m.routing.Lock()
	defer m.routing.Unlock()
	batch := m.hints.take()
	for path := range batch.paths {
		m.touch(path)
	}
	return batch
}

// reported returns the streams that a subscription has still to be looked at
// for, everything that was reported before the call included.
func (m *Manager) reported(id string) []string {
	if batch := m.route(); batch.scan {
		m.hints.scan(batch.lost)
	}
	return m.work.paths(id)
}

// touch has every subscription looked at that an append to path may concern.
func (m *Manager) touch(path string) {
	for _, id := range m.index.concerned(path) {
		m.work.add(id, path)
	}
}

// scan touches all live streams: one pass for all subscriptions. When the
// streams cannot be listed, the reports that come in meanwhile are held, and it
// is tried again.
func (m *Manager) scan() {
	for m.ctx.Err() == nil {
		err := m.streams.Each(m.ctx, func(info stream.Info) bool {
			m.touch(info.Name.Path())
			return true
		})
		if err == nil {
			return
		}
		m.options.Log.Warn("streams could not be listed for subscriptions", "error", err)
		m.pause()
	}
}

func (m *Manager) pause() {
	select {
	case <-m.ctx.Done():
	case <-time.After(retryDelay):
	}
}
