package snapshot

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"ursula/core/vfs"
)

const (
	suffix    = ".snap"
	temporary = ".tmp"
	// kept is how many snapshots stay: the newest, and the one before it, which
	// a reader may have open.
	kept = 2
)

// Store is the snapshots of one group. Its methods may be called concurrently.
type Store struct {
	fs  vfs.FS
	dir string
	mu  sync.Mutex // serialises commits and their clean-up
}

// Open opens a store, makes its directory, and removes what unfinished writers
// left. Whoever made the directory's parent syncs it: many stores share one.
func Open(fs vfs.FS, dir string) (*Store, error) {
	s := &Store{fs: fs, dir: dir}
	if err := fs.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("snapshot directory: %w", err)
	}
	names, err := fs.List(dir)
	if err != nil {
		return nil, fmt.Errorf("snapshot directory: %w", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, temporary) {
			if err := fs.Remove(path.Join(dir, name)); err != nil {
				return nil, fmt.Errorf("remove unfinished snapshot: %w", err)
			}
		}
	}
	return s, nil
}

// List returns the ids of the snapshots, newest first.
func (s *Store) List() ([]string, error) {
	names, err := s.fs.List(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	var ids []string
	for i := len(names) - 1; i >= 0; i-- {
		if id, ok := strings.CutSuffix(names[i], suffix); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Create begins a snapshot. Ids sort by order, so later snapshots need greater
// ones. meta is what Open will return.
func (s *Store) Create(order uint64, meta []byte) (*Writer, error) {
	if len(meta) > maxMeta {
		return nil, errors.New("snapshot description is too long")
	}
	id := fmt.Sprintf("%020d", order)
	f, err := s.fs.Create(path.Join(s.dir, id+temporary))
	if err != nil {
		return nil, fmt.Errorf("create snapshot: %w", err)
	}
	return newWriter(s, f, id, meta), nil
}

// Open opens a snapshot for reading and returns its description and the size of
// its content in bytes. Everything that the reader returns is verified; damage is
// a *CorruptionError.
func (s *Store) Open(id string) (meta []byte, size int64, content io.ReadCloser, err error) {
	name := path.Join(s.dir, id+suffix)
	f, err := s.fs.Open(name)
	if err != nil {
		return nil, 0, nil, fmt.Errorf("open snapshot: %w", err)
	}
	r := &reader{file: f, name: name}
	if meta, err = r.header(); err != nil {
		return nil, 0, nil, errors.Join(err, f.Close())
	}
	length, err := s.fs.Stat(name)
	if err != nil {
		return nil, 0, nil, errors.Join(fmt.Errorf("open snapshot: %w", err), f.Close())
	}
	return meta, contentSize(length - r.offset), r, nil
}

// publish makes a finished file the newest snapshot.
func (s *Store) publish(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fs.Rename(path.Join(s.dir, id+temporary), path.Join(s.dir, id+suffix)); err != nil {
		return errors.Join(fmt.Errorf("publish snapshot: %w", err), s.discard(id))
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		return fmt.Errorf("publish snapshot: %w", err)
	}
	return s.prune()
}

// discard removes a file that did not become a snapshot.
func (s *Store) discard(id string) error { return s.fs.Remove(path.Join(s.dir, id+temporary)) }

func (s *Store) prune() error {
	ids, err := s.List()
	if err != nil {
		return err
	}
	for _, id := range ids[min(kept, len(ids)):] {
		if err := s.fs.Remove(path.Join(s.dir, id+suffix)); err != nil {
			return fmt.Errorf("remove old snapshot: %w", err)
		}
	}
	return nil
}
