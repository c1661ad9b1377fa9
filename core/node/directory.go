package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"ursula/core/vfs"
)

// Names in the data directory.
const (
	identityFile = "node.json"
	lockFile     = "LOCK"
	journalDir   = "journal"
	groupsDir    = "groups"
	coldDir      = "cold"
	volatileDir  = "volatile" // cold objects of engines that keep nothing
)

// Why a data directory cannot be used.
var (
	ErrInUse    = errors.New("data directory is in use by another process")
	ErrMismatch = errors.New("data directory was made with other settings")
	ErrDamaged  = errors.New("data directory is damaged")
)

// claim locks the directory and returns its identity, which it makes when the
// directory is new.
func claim(o *Options) (identity, io.Closer, error) {
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return identity{}, nil, fmt.Errorf("data directory: %w", err)
	}
	lock, err := o.FS.Lock(path.Join(o.Dir, lockFile))
	if errors.Is(err, vfs.ErrLocked) {
		return identity{}, nil, fmt.Errorf("%w: %s", ErrInUse, o.Dir)
	}
	if err != nil {
		return identity{}, nil, fmt.Errorf("lock data directory: %w", err)
	}
	id, err := identify(o)
	if err != nil {
		return identity{}, nil, errors.Join(err, lock.Close())
	}
	return id, lock, nil
}

func identify(o *Options) (identity, error) {
	id, err := readIdentity(o.FS, o.Dir)
	switch {
	case err == nil:
		return id, id.allows(o)
	case !errors.Is(err, fs.ErrNotExist):
		return id, err
	}
	if err := checkNew(o.FS, o.Dir); err != nil {
		return id, err
	}
	id = newIdentity(o)
	return id, writeIdentity(o.FS, o.Dir, id)
}

func writeIdentity(files vfs.FS, dir string, id identity) error {
	encoded, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", identityFile, err)
	}
	return publishFile(files, dir, identityFile, append(encoded, '\n'))
}

// publishFile makes a file appear whole or not at all.
func publishFile(files vfs.FS, dir, name string, content []byte) error {
	temporary := path.Join(dir, name+".tmp")
	f, err := files.Create(temporary)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.WriteAt(content, 0)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = files.Rename(temporary, path.Join(dir, name))
	}
	if err == nil {
		err = files.SyncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// syncDirs makes the directories durable that the stores and groups made: what
// is synced inside a directory that a power cut takes away is gone with it.
func (n *Node) syncDirs() error {
	dirs := []string{n.options.Dir, path.Dir(path.Clean(n.options.Dir))}
	if n.options.Engine.Durable() {
		dirs = append([]string{path.Join(n.options.Dir, groupsDir)}, dirs...)
	}
	for _, dir := range dirs {
		if err := n.options.FS.SyncDir(dir); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
	}
	return nil
}

// clearDir removes the files below dir.
func clearDir(files vfs.FS, dir string) error {
	names, err := files.List(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clear %s: %w", dir, err)
	}
	for _, name := range names {
		entry := path.Join(dir, name)
		if err := files.Remove(entry); err == nil {
			continue
		}
		if err := clearDir(files, entry); err != nil {
			return err
		}
	}
	return nil
}
