package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"path"
	"runtime"

	"ursula/core/vfs"
)

const identityVersion = 1

// maxIdentityBytes bounds what is read of a file that should be tiny.
const maxIdentityBytes = 4 << 10

// identity is what a data directory was made for (docs/formats/node.md). It
// never changes.
type identity struct {
	Version  int    `json:"version"`
	NodeID   string `json:"node_id"`
	Groups   int    `json:"groups"`
	Engine   Engine `json:"engine"`
	Checksum uint32 `json:"checksum"` // of the fields before it
}

func newIdentity(o *Options) identity {
	id := identity{Version: identityVersion, NodeID: "1", Groups: o.Groups, Engine: o.Engine}
	if id.Groups == 0 {
		id.Groups = GroupsPerCore * runtime.NumCPU()
	}
	id.Checksum = id.sum()
	return id
}

// sum guards the numbers: a flipped bit in the group count would make a file
// that reads well and streams that nobody finds.
func (id *identity) sum() uint32 {
	fields := fmt.Appendf(nil, "%d %q %d %q", id.Version, id.NodeID, id.Groups, id.Engine)
	return crc32.Checksum(fields, crc32.MakeTable(crc32.Castagnoli))
}

// allows says whether a directory of this identity may be opened with o.
func (id *identity) allows(o *Options) error {
	switch {
	case o.Groups != 0 && o.Groups != id.Groups:
		return fmt.Errorf("%w: it has %d groups, not %d; the number of groups is fixed when the "+
			"directory is created: leave --groups out, or choose another --data", ErrMismatch, id.Groups, o.Groups)
	case o.Engine != id.Engine:
		return fmt.Errorf("%w: its engine is %s, not %s: choose another --data", ErrMismatch, id.Engine, o.Engine)
	}
	return nil
}

// readIdentity returns fs.ErrNotExist for a directory that has none, and
// ErrDamaged for one that cannot be trusted.
func readIdentity(files vfs.FS, dir string) (id identity, err error) {
	name := path.Join(dir, identityFile)
	f, err := files.Open(name)
	if err != nil {
		return id, fmt.Errorf("read %s: %w", name, err)
	}
	encoded, err := io.ReadAll(io.NewSectionReader(f, 0, maxIdentityBytes))
	if err = errors.Join(err, f.Close()); err != nil {
		return id, fmt.Errorf("read %s: %w", name, err)
	}
	if err := json.Unmarshal(encoded, &id); err != nil {
		return id, damaged(name, err.Error())
	}
	switch {
	case id.Version > identityVersion:
		return id, fmt.Errorf("%s has version %d; this build reads %d", name, id.Version, identityVersion)
	case id.Checksum != id.sum() || id.Groups < 1 || id.Groups > MaxGroups:
		return id, damaged(name, "its checksum does not match")
	}
	return id, nil
}

func damaged(name, why string) error {
	return fmt.Errorf("%w: %s: %s; it holds what the directory was created with: restore it from a backup",
		ErrDamaged, name, why)
}

// checkNew refuses a directory that has data but no identity: with another
// number of groups its streams would seem to be gone.
func checkNew(files vfs.FS, dir string) error {
	names, err := files.List(path.Join(dir, journalDir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("data directory: %w", err)
	case len(names) > 0:
		return damaged(path.Join(dir, identityFile), "it is missing although there is a journal")
	}
	return nil
}
