package streamcmd

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/core/client"
)

// createFlags are the settings of a new stream.
type createFlags struct {
	options   client.CreateOptions
	expiresAt string
	data      string
}

func newCreate(c *connection) *cobra.Command {
	var f createFlags
	cmd := c.command("create", "Create a stream, or find it created already with the same settings",
		func(cmd *cobra.Command, s *client.Stream) error { return f.run(cmd, s) })
	cmd.Long = `Create a stream. Its first bytes are --data, or else standard input when that is a pipe or a file.
Prints the offset after them.`
	flags := cmd.Flags()
	flags.StringVar(&f.options.ContentType, "content-type", "application/octet-stream", "media type of the stream")
	flags.DurationVar(&f.options.TTL, "ttl", 0, "expire after so long without a read or a write; whole seconds")
	flags.StringVar(&f.expiresAt, "expires-at", "", "expire at this `time`, such as 2030-01-31T12:00:00Z")
	flags.BoolVar(&f.options.Closed, "closed", false, "close the stream at once: it will hold its first bytes only")
	flags.StringVar(&f.data, "data", "", "first bytes, instead of standard input")
	return cmd
}

func (f *createFlags) run(cmd *cobra.Command, s *client.Stream) error {
	if err := f.complete(cmd); err != nil {
		return err
	}
	info, created, err := s.Create(cmd.Context(), f.options)
	if err != nil {
		return err
	}
	if !created {
		fmt.Fprintln(cmd.ErrOrStderr(), "the stream existed already")
	}
	return printOffset(cmd, info.Next)
}

// complete fills in what is not a plain flag.
func (f *createFlags) complete(cmd *cobra.Command) (err error) {
	if f.options.TTL%time.Second != 0 || f.options.TTL < 0 {
		return usage.Errorf("--ttl is a number of whole seconds, not %v", f.options.TTL)
	}
	if f.expiresAt != "" {
		if f.options.ExpiresAt, err = time.Parse(time.RFC3339, f.expiresAt); err != nil {
			return usage.Errorf("--expires-at is a time such as 2030-01-31T12:00:00Z, not %q", f.expiresAt)
		}
	}
	f.options.Body, err = f.body(cmd)
	return err
}

func (f *createFlags) body(cmd *cobra.Command) ([]byte, error) {
	if cmd.Flags().Changed("data") || atTerminal(cmd.InOrStdin()) {
		return []byte(f.data), nil
	}
	body, err := io.ReadAll(cmd.InOrStdin())
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	return body, nil
}

// atTerminal says whether in is a device such as a terminal or /dev/null, from which no
// first bytes are expected.
func atTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err != nil || info.Mode()&os.ModeCharDevice != 0
}

// printOffset prints an offset for scripts to keep.
func printOffset(cmd *cobra.Command, at client.Offset) error {
	_, err := fmt.Fprintln(cmd.OutOrStdout(), at)
	return err
}
