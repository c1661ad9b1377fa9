package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"ursula/core/vfs"
)

// format is the version of the file (docs/formats/control.md).
const format = 1

// maxFile is the size in bytes of the largest plan that is read.
const maxFile = 1 << 20

// ErrFile says that a file is not a plan of this version.
var ErrFile = errors.New("not a rollout plan of this version")

type encoded struct {
	Format int `json:"format"`
	Plan
}

// File is a plan's file that nobody else carries out.
type File struct {
	fs   vfs.FS
	path string
	lock io.Closer
}

// Open takes the file for this process. The error wraps vfs.ErrLocked when another
// one carries the plan out. The file itself need not exist.
func Open(fs vfs.FS, path string) (*File, error) {
	lock, err := fs.Lock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("%s is being carried out: %w", path, err)
	}
	return &File{fs, path, lock}, nil
}

// Close gives the file back.
func (f *File) Close() error { return f.lock.Close() }

// Save replaces the file: after a crash it holds the plan as it was or as it is.
func (f *File) Save(p Plan) error {
	text, err := json.MarshalIndent(encoded{format, p}, "", "  ")
	if err != nil {
		return err
	}
	temporary := f.path + ".tmp"
	if err := write(f.fs, temporary, append(text, '\n')); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	if err := f.fs.Rename(temporary, f.path); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	return f.fs.SyncDir(filepath.Dir(f.path))
}

func write(fs vfs.FS, name string, text []byte) error {
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(text, 0)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Read returns the plan in a file, whoever carries it out.
func Read(fs vfs.FS, path string) (Plan, error) {
	f, err := fs.Open(path)
	if err != nil {
		return Plan{}, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil || size > maxFile {
		return Plan{}, fmt.Errorf("%s: %w: %d bytes", path, errors.Join(ErrFile, err), size)
	}
	text := make([]byte, size)
	if _, err := f.ReadAt(text, 0); err != nil && !errors.Is(err, io.EOF) {
		return Plan{}, err
	}
	var e encoded
	if err := json.Unmarshal(text, &e); err != nil || e.Format != format || !e.valid() {
		return Plan{}, fmt.Errorf("%s: %w", path, errors.Join(ErrFile, err))
	}
	return e.Plan, nil
}
