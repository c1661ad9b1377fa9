package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync/atomic"

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

// DirectoryOptions say which directory, and for whom it is. All but Groups are
// required.
type DirectoryOptions struct {
	FS     vfs.FS
	Dir    string
	NodeID string
	Engine Engine
	Groups int // 0: what the directory says, or what its cluster says
}

// Directory is a data directory that this process has locked. One goroutine at a
// time changes whose it is; any may ask.
type Directory struct {
	files vfs.FS
	dir   string
	lock  io.Closer
	id    atomic.Pointer[Identity] // of a value that never changes
}

// Claim locks a directory and reads whose it is, or makes it this node's when it
// is new. ErrInUse, ErrMismatch and ErrDamaged say why it cannot be used.
func Claim(o DirectoryOptions) (*Directory, error) {
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	lock, err := o.FS.Lock(path.Join(o.Dir, lockFile))
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("%w: %s", ErrInUse, o.Dir)
	}
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	d := &Directory{files: o.FS, dir: o.Dir, lock: lock}
	if err := d.identify(&o); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

func (d *Directory) identify(o *DirectoryOptions) error {
	id, err := readIdentity(d.files, d.dir)
	d.id.Store(&id)
	switch {
	case err == nil:
		return errors.Join(id.allows(o), checkBegun(d))
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := checkJournal(d.files, d.dir, false); err != nil {
		return err
	}
	return d.write(newIdentity(o))
}

// checkBegun looks for the journal where there must be one.
func checkBegun(d *Directory) error {
	if id := d.Identity(); !id.Begun || !id.Engine.Durable() {
		return nil
	}
	return checkJournal(d.files, d.dir, true)
}

// Identity is whose directory this is.
func (d *Directory) Identity() Identity { return *d.id.Load() }

// Formed reports whether it is settled what the groups are and who founded them.
func (d *Directory) Formed() bool {
	id := d.Identity()
	return id.Groups > 0 && (id.Cluster != "" || len(id.Founders) > 0)
}

// Form settles, durably, what the node is part of. The founders are the first
// voters of all groups; a node that joins has none.
func (d *Directory) Form(cluster string, groups int, founders []string) error {
	id := d.Identity()
	id.Cluster, id.Groups, id.Founders = cluster, groups, founders
	return d.write(id)
}

func (d *Directory) begin() error {
	id := d.Identity()
	if id.Begun {
		return nil
	}
	id.Begun = true
	return d.write(id)
}

func (d *Directory) write(id Identity) error {
	id.Checksum = id.sum()
	encoded, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", identityFile, err)
	}
	if err := publishFile(d.files, d.dir, identityFile, append(encoded, '\n')); err != nil {
		return err
	}
	d.id.Store(&id)
	return nil
}

// Close unlocks the directory.
func (d *Directory) Close() error { return d.lock.Close() }

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
