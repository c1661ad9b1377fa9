package cluster

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
)

// echoes starts count nodes that send back what they get, and the network to them.
func echoes(t *testing.T, count int) *Network {
	t.Helper()
	addresses := make([]string, count)
	for i := range addresses {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", 11+i))
		if err != nil {
			t.Skipf("loopback hosts beside 127.0.0.1 are Linux's: %v", err)
		}
		t.Cleanup(func() { listener.Close() })
		go echo(listener)
		addresses[i] = listener.Addr().String()
	}
	n, err := NewNetwork(1, addresses...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

func echo(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_, _ = io.Copy(conn, conn)
		}()
	}
}

// dial is what node from does to reach another.
func dial(t *testing.T, n *Network, from, to int) net.Conn {
	t.Helper()
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(10+from))}
	dialer := net.Dialer{LocalAddr: local}
	conn, err := dialer.DialContext(t.Context(), "tcp", n.Address(to))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func ask(conn net.Conn, text string) (string, error) {
	if _, err := io.WriteString(conn, text); err != nil {
		return "", err
	}
	answer := make([]byte, len(text))
	_, err := io.ReadFull(conn, answer)
	return string(answer), err
}

func requireEcho(t *testing.T, conn net.Conn) {
	t.Helper()
	if answer, err := ask(conn, "hello"); err != nil || answer != "hello" {
		t.Fatalf("answer %q, %v", answer, err)
	}
}

// TestAPartitionHoldsOnePairOnly cuts two nodes off from each other. The others go
// on, and what was asked in the partition is answered after it.
func TestAPartitionHoldsOnePairOnly(t *testing.T) {
	n := echoes(t, 3)
	cut, free := dial(t, n, 1, 2), dial(t, n, 3, 2)
	requireEcho(t, cut)
	n.Cut(1, 2)
	answers := make(chan string, 1)
	go func() {
		answer, _ := ask(cut, "through")
		answers <- answer
	}()
	for range 20 {
		requireEcho(t, free)
	}
	select {
	case answer := <-answers:
		t.Fatalf("%q came through the partition", answer)
	default:
	}
	n.Heal()
	if answer := <-answers; answer != "through" {
		t.Fatalf("after the healing: %q", answer)
	}
}

// TestOneWayPartition holds what goes from one node to another, whoever dialed: the
// answers on one connection, the requests on the other. The way back stays open.
func TestOneWayPartition(t *testing.T) {
	n := echoes(t, 3)
	held := []net.Conn{dial(t, n, 1, 2), dial(t, n, 2, 1)}
	free := dial(t, n, 3, 1)
	for _, conn := range held {
		requireEcho(t, conn)
	}
	n.Set(2, 1, Weather{Blocked: true})
	answers := make(chan error, len(held))
	for _, conn := range held {
		go func() {
			_, err := ask(conn, "x")
			answers <- err
		}()
	}
	for range 20 {
		requireEcho(t, free)
	}
	select {
	case err := <-answers:
		t.Fatalf("an answer came, or an error: %v", err)
	default:
	}
	n.Heal()
	for range held {
		if err := <-answers; err != nil {
			t.Fatal(err)
		}
	}
}

func TestResetBreaksTheConnectionsOfOneNode(t *testing.T) {
	n := echoes(t, 3)
	broken, kept := dial(t, n, 1, 2), dial(t, n, 3, 2)
	requireEcho(t, broken)
	requireEcho(t, kept)
	n.Reset(1)
	if _, err := io.ReadAll(broken); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the broken connection ended by %v, want a reset", err)
	}
	requireEcho(t, kept)
	requireEcho(t, dial(t, n, 1, 2))
}

func TestStrangersAreTurnedAway(t *testing.T) {
	n := echoes(t, 1)
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 99)}}
	conn, err := dialer.DialContext(t.Context(), "tcp", n.Address(1))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a stranger's connection: %v, want its end", err)
	}
}

// TestALeftNodeIsRefused refuses connections while a node's process is gone, and
// leaves those that it had alone.
func TestALeftNodeIsRefused(t *testing.T) {
	n := echoes(t, 2)
	before := dial(t, n, 1, 2)
	requireEcho(t, before)
	n.Leave(2)
	if conn, err := net.Dial("tcp", n.Address(2)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("connected: %v, %v", conn, err)
	}
	requireEcho(t, before)
	for range 2 {
		if err := n.Enter(2); err != nil {
			t.Fatal(err)
		}
		requireEcho(t, dial(t, n, 1, 2))
	}
}
