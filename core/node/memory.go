package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// membersFile is what the node last knew of its cluster's members. A group's log
// has it too, but nothing of a log is known to be committed before others were
// reached, and whom to reach and to admit is what the file is for.
const membersFile = "members.json"

// maxMembersBytes bounds what is read of it.
const maxMembersBytes = 1 << 20

// SaveMembers keeps, durably, what is known of the members.
func (d *Directory) SaveMembers(content []byte) error {
	return publishFile(d.files, d.dir, membersFile, content)
}

// LoadMembers returns what SaveMembers kept, nil if there is nothing.
func (d *Directory) LoadMembers() ([]byte, error) {
	name := path.Join(d.dir, membersFile)
	f, err := d.files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	content, err := io.ReadAll(io.NewSectionReader(f, 0, maxMembersBytes))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return content, nil
}
