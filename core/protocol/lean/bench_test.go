package lean

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The load comes from a process of its own, so that getrusage speaks of the
// server alone.
const (
	loadAddr     = "URSULA_LEAN_LOAD_ADDR"
	loadRequests = "URSULA_LEAN_LOAD_REQUESTS"
	loadConns    = 500
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(loadAddr); addr != "" {
		requests, err := strconv.Atoi(os.Getenv(loadRequests))
		if err == nil {
			err = load(addr, requests)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// load sends requests over loadConns connections and ends with its input, so
// that connections are closed outside of what is measured.
func load(addr string, requests int) error {
	var group sync.WaitGroup
	failed := make(chan error, loadConns)
	for i := range loadConns {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		group.Go(func() {
			if err := repeat(conn, i, requests/loadConns); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	fmt.Println("done")
	_, _ = io.ReadAll(os.Stdin)
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func repeat(conn net.Conn, stream, times int) error {
	request := fmt.Appendf(nil, "POST /v1/stream/bench/%d HTTP/1.1\r\nHost: 127.0.0.1:4437\r\n"+
		"Content-Type: application/octet-stream\r\nContent-Length: 256\r\n\r\n%s", stream, bytes.Repeat([]byte("x"), 256))
	answer := make([]byte, 4096)
	for range times {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		n, err := conn.Read(answer)
		if err != nil || !bytes.HasSuffix(answer[:n], []byte("\r\n\r\n")) {
			return fmt.Errorf("answer %q: %v", answer[:n], err)
		}
	}
	return nil
}

// commits wakes waiters together, as a group commit does: a batch begins when the
// one before has ended, and takes all who wait by then.
type commits struct{ waiting chan chan struct{} }

func newCommits() *commits {
	c := &commits{make(chan chan struct{}, loadConns)}
	go c.run()
	return c
}

func (c *commits) run() {
	var batch []chan struct{}
	for first := range c.waiting {
		batch = append(batch[:0], first)
		for n := len(c.waiting); n > 0; n-- {
			batch = append(batch, <-c.waiting)
		}
		for _, done := range batch {
			done <- struct{}{}
		}
	}
}

// waits are channels for reuse.
var waits = sync.Pool{New: func() any { return make(chan struct{}, 1) }}

// handle reads the body, waits for a commit and answers as the protocol does.
func (c *commits) handle(w http.ResponseWriter, r *http.Request) {
	var data [512]byte
	if _, err := io.ReadFull(r.Body, data[:r.ContentLength]); err != nil {
		panic(http.ErrAbortHandler)
	}
	done := waits.Get().(chan struct{})
	c.waiting <- done
	<-done
	waits.Put(done)
	answerAppend(w)
}

func immediately(w http.ResponseWriter, r *http.Request) {
	var data [512]byte
	_, _ = io.ReadFull(r.Body, data[:r.ContentLength])
	answerAppend(w)
}

var (
	noSniff     = []string{"nosniff"}
	crossOrigin = []string{"cross-origin"}
	offset      = []string{"0000000000000000_0000000000000256"}
)

func answerAppend(w http.ResponseWriter) {
	head := w.Header()
	head["X-Content-Type-Options"] = noSniff
	head["Cross-Origin-Resource-Policy"] = crossOrigin
	head["Stream-Next-Offset"] = offset
	w.WriteHeader(http.StatusNoContent)
}

// bare is what the ratio is taken against: a handler that reads the body and
// answers 204, without fields.
func bare(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusNoContent)
}

// BenchmarkServe is what one small append costs the server, by server and by
// whether the handler blocks.
func BenchmarkServe(b *testing.B) {
	handlers := []struct {
		name string
		h    http.HandlerFunc
	}{{"bare", bare}, {"immediate", immediately}, {"batched", newCommits().handle}}
	for _, h := range handlers {
		b.Run(h.name+"/net-http", func(b *testing.B) { benchmark(b, startReference(b, h.h)) })
		b.Run(h.name+"/lean", func(b *testing.B) { benchmark(b, start(b, h.h).lean.Foreign().Addr()) })
	}
}

func benchmark(b *testing.B, addr net.Addr) {
	requests := max(b.N/loadConns, 1) * loadConns
	b.ReportAllocs()
	before := cpu(b)
	b.ResetTimer()
	end := startLoad(b, addr, requests)
	b.StopTimer()
	b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(requests), "cpu-ns/op")
	end()
}

// startLoad returns when all requests are answered; the connections stay open
// until the end.
func startLoad(b *testing.B, addr net.Addr, requests int) (end func()) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), loadAddr+"="+addr.String(), loadRequests+"="+strconv.Itoa(requests))
	child.Stderr = os.Stderr
	stdin, err := child.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	_, _ = bufio.NewReader(stdout).ReadString('\n')
	return func() {
		_ = stdin.Close()
		if err := child.Wait(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIdle is what a connection costs in memory that has been served once
// and waits: heap and stacks, once collections have shrunk both.
func BenchmarkIdle(b *testing.B) {
	h := newCommits().handle
	run := func(b *testing.B, addr net.Addr) {
		for b.Loop() {
			before := inUse()
			end := startLoad(b, addr, loadConns)
			b.ReportMetric(float64(inUse()-before)/loadConns, "B/conn")
			end()
		}
	}
	b.Run("net-http", func(b *testing.B) { run(b, startReference(b, h)) })
	b.Run("lean", func(b *testing.B) { run(b, start(b, h).lean.Foreign().Addr()) })
}

func inUse() int64 {
	for range 4 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// cpu is what this process has used, kernel included.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
