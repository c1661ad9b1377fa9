package journal

// tend does what appenders shall not wait for: it cuts closed segments to
// their seals, removes those where nothing lives, and keeps a spare ready for
// every writer.
func (j *Journal) tend() {
	defer close(j.stopped)
	for {
		select {
		case <-j.stop:
			j.reclaim()
			return
		case <-j.work:
		}
		j.reclaim()
		for _, w := range j.writers {
			w.prepareSpare()
		}
	}
}

func (j *Journal) stopping() bool {
	select {
	case <-j.stop:
		return true
	default:
		return false
	}
}

// poke has the tender look again. It never waits.
func (j *Journal) poke() {
	select {
	case j.work <- struct{}{}:
	default:
	}
}

// reclaim gives back space, and so comes before spares take it.
func (j *Journal) reclaim() {
	j.forEach(j.registry.nextRemovable, j.remove)
	j.forEach(j.registry.nextUntrimmed, j.trim)
}

// forEach does something to one segment after the other until none is left or
// the disk fails.
func (j *Journal) forEach(next func() *segment, do func(*segment) error) {
	for j.failed() == nil {
		s := next()
		if s == nil {
			return
		}
		if err := do(s); err != nil {
			j.fail(err)
		}
	}
}

// remove syncs the directory each time: the order of removals must be the same
// after a crash.
func (j *Journal) remove(s *segment) error {
	defer j.registry.forget(s)
	if err := j.fs.Remove(s.name); err != nil {
		return err
	}
	return j.fs.SyncDir(j.options.Dir)
}

func (j *Journal) trim(s *segment) error {
	f, err := j.fs.OpenReadWrite(s.name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(s.end); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	j.registry.resized(s, s.end)
	return nil
}
