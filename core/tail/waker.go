package tail

import "sync"

// waker is the goroutine that wakes large audiences. A topic is in its queue at
// most once, so the queue is no longer than the list of topics, and changes that
// come while a topic waits share one wake.
type waker struct {
	mu    sync.Mutex
	queue []*topic
	kick  chan struct{}
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once
}

func newWaker() *waker {
	w := &waker{
		kick: make(chan struct{}, 1),
		stop: make(chan struct{}),
		done: make(chan struct{}),
	}
	go w.run()
	return w
}

func (w *waker) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.done
}

func (w *waker) add(t *topic) {
	w.mu.Lock()
	w.queue = append(w.queue, t)
	w.mu.Unlock()
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

func (w *waker) run() {
	defer close(w.done)
	var batch []*topic
	for {
		select {
		case <-w.kick:
		case <-w.stop:
			return
		}
		batch = w.swap(batch[:0])
		for i, t := range batch {
			t.wakeNow()
			batch[i] = nil
		}
	}
}

func (w *waker) swap(empty []*topic) []*topic {
	w.mu.Lock()
	defer w.mu.Unlock()
	batch := w.queue
	w.queue = empty
	return batch
}

func (t *topic) wakeNow() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queued = false
	if t.changed != nil {
		t.release()
	}
}
