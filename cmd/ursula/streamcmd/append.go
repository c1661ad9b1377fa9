package streamcmd

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ursula/cmd/ursula/usage"
	"ursula/core/client"
)

// maxLine bounds one line of --lines.
const maxLine = 32 << 20

// appendFlags say how standard input is appended.
type appendFlags struct {
	options  client.AppendOptions
	lines    bool
	producer string
	epoch    uint64
}

func newAppend(c *connection) *cobra.Command {
	var f appendFlags
	cmd := c.command("append", "Append standard input to a stream",
		func(cmd *cobra.Command, s *client.Stream) error { return f.run(cmd, s) })
	cmd.Long = `Append standard input to a stream: as a whole and once, or with --lines each line by itself as it
comes, exactly once however often the connection breaks. Prints the offset after the last append.`
	flags := cmd.Flags()
	flags.StringVar(&f.options.ContentType, "content-type", "", "media type; empty: the stream's")
	flags.BoolVar(&f.lines, "lines", false, "one append for each line, repeated until it is acknowledged")
	flags.StringVar(&f.producer, "producer", "", "producer id for --lines; empty: a new one")
	flags.Uint64Var(&f.epoch, "epoch", 0, "producer epoch for --lines; count it up when an id is used again")
	flags.BoolVar(&f.options.Close, "close", false, "close the stream behind these bytes")
	flags.StringVar(&f.options.Seq, "seq", "", "Stream-Seq, greater than any before; not with --lines")
	return cmd
}

func (f *appendFlags) run(cmd *cobra.Command, s *client.Stream) error {
	if f.lines && f.options.Seq != "" {
		return usage.Errorf("--seq orders one append and cannot go with --lines")
	}
	if f.options.ContentType == "" {
		info, err := s.Head(cmd.Context())
		if err != nil {
			return err
		}
		f.options.ContentType = info.ContentType
	}
	if f.lines {
		return f.runLines(cmd, s)
	}
	tail, err := s.Append(cmd.Context(), cmd.InOrStdin(), f.options)
	if err != nil {
		return err
	}
	return printOffset(cmd, tail)
}

// runLines appends line by line. A line keeps its line feed, except in a JSON stream,
// where it is a message.
func (f *appendFlags) runLines(cmd *cobra.Command, s *client.Stream) error {
	if f.producer == "" {
		f.producer = "ursula-" + rand.Text()
	}
	p := s.Producer(f.producer, f.epoch, f.options.ContentType)
	var tail client.Offset
	err := eachLine(cmd.InOrStdin(), client.IsJSON(f.options.ContentType), func(line []byte) (err error) {
		tail, err = p.Append(cmd.Context(), line)
		return err
	})
	if err == nil && f.options.Close {
		tail, err = s.Close(cmd.Context())
	}
	if err != nil || tail == "" {
		return err
	}
	return printOffset(cmd, tail)
}

// eachLine calls do for the lines of in. Messages are without space around them, and
// an empty one is left out.
func eachLine(in io.Reader, messages bool, do func(line []byte) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	lines.Split(wholeLines)
	for n := 1; lines.Scan(); n++ {
		line := lines.Bytes()
		if messages {
			line = bytes.TrimSpace(line)
		}
		if len(line) == 0 {
			continue
		}
		if err := do(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	return nil
}

// wholeLines is bufio.ScanLines, but a line keeps its end.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
