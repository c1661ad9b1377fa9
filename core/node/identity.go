package node

import (
	"crypto/rand"
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

const identityVersion = 2

// maxIdentityBytes bounds what is read of a file that should be small.
const maxIdentityBytes = 16 << 10

// Identity is what a data directory was made for (docs/formats/node.md). Each
// field is set once.
type Identity struct {
	Version int    `json:"version"`
	NodeID  string `json:"node_id"`
	Disk    string `json:"disk"` // random: tells this directory from any other of the same node id
	Engine  Engine `json:"engine"`
	// Groups is 0 until the number is settled: for a member of a cluster when it
	// founds or joins one.
	Groups   int      `json:"groups"`
	Cluster  string   `json:"cluster"`  // "" on a node that was never part of one
	Founders []string `json:"founders"` // first voters of the groups; none on a node that was added later
	Begun    bool     `json:"begun"`    // the groups were opened: from now on there is a journal
	Checksum uint32   `json:"checksum"` // of the fields before it
}

func newIdentity(o *DirectoryOptions) Identity {
	return Identity{
		Version: identityVersion, NodeID: o.NodeID, Disk: rand.Text(), Engine: o.Engine, Groups: o.Groups,
	}
}

// DefaultGroups is the number of groups where none is asked for.
func DefaultGroups() int { return GroupsPerCore * runtime.NumCPU() }

// sum guards the fields: a flipped bit in the group count would make a file that
// reads well and streams that nobody finds.
func (id Identity) sum() uint32 {
	id.Checksum = 0
	fields, err := json.Marshal(id)
	if err != nil {
		panic("node: identity cannot be encoded: " + err.Error()) // it has strings and numbers only
	}
	return crc32.Checksum(fields, crc32.MakeTable(crc32.Castagnoli))
}

// allows says whether a directory of this identity may be opened with o.
func (id *Identity) allows(o *DirectoryOptions) error {
	switch {
	case o.Groups != 0 && id.Groups != 0 && o.Groups != id.Groups:
		return fmt.Errorf("%w: it has %d groups, not %d; the number of groups is fixed when the "+
			"directory is created: leave --groups out, or choose another --data", ErrMismatch, id.Groups, o.Groups)
	case o.Engine != id.Engine:
		return fmt.Errorf("%w: its engine is %s, not %s: choose another --data", ErrMismatch, id.Engine, o.Engine)
	case o.NodeID != id.NodeID:
		return fmt.Errorf("%w: it belongs to node %q, not to node %q: choose another --data, or give --node-id %s",
			ErrMismatch, id.NodeID, o.NodeID, id.NodeID)
	}
	return nil
}

// readIdentity returns fs.ErrNotExist for a directory that has none, and
// ErrDamaged for one that cannot be trusted.
func readIdentity(files vfs.FS, dir string) (id Identity, err error) {
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
	case id.Version != identityVersion && id.Checksum == id.sum():
		return id, fmt.Errorf("%s has version %d; this build reads %d", name, id.Version, identityVersion)
	case id.Checksum != id.sum() || id.Groups < 0 || id.Groups > MaxGroups:
		return id, damaged(name, "its checksum does not match")
	}
	return id, nil
}

func damaged(name, why string) error {
	return fmt.Errorf("%w: %s: %s; it holds what the directory was created with: restore it from a backup",
		ErrDamaged, name, why)
}

// checkJournal refuses a directory of which half is missing. With a journal and
// no identity, another number of groups would hide its streams. With an identity
// that has begun and no journal, a voter would have forgotten whom it voted for
// and what it acknowledged.
func checkJournal(files vfs.FS, dir string, begun bool) error {
	names, err := files.List(path.Join(dir, journalDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("data directory: %w", err)
	}
	switch {
	case !begun && len(names) > 0:
		return damaged(path.Join(dir, identityFile), "it is missing although there is a journal")
	case begun && len(names) == 0:
		return fmt.Errorf("%w: %s is missing or empty although the node has written to it: put it back; "+
			"or, where other nodes have the data, start with an empty --data and have this node replaced: "+
			"ursula ctl cluster replace", ErrDamaged, path.Join(dir, journalDir))
	}
	return nil
}
