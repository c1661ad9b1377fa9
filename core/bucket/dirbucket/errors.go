package dirbucket

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"ursula/core/bucket"
)

// failed puts a file system's error into the port's terms. io.EOF stays bare,
// as the port and io.ReaderAt have it.
func failed(op, key string, err error) error {
	switch {
	case err == nil, err == io.EOF:
		return err
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s %s: %w", op, key, bucket.ErrNotFound)
	}
	return fmt.Errorf("%s %s: %w", op, key, err)
}
