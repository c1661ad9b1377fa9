package harness

import (
	"net"
	"testing"
)

// TestAnAddressIsGivenOnce asks for many, of which two would be the same by chance, and
// listens at none.
func TestAnAddressIsGivenOnce(t *testing.T) {
	const many = 500
	given := map[string]bool{}
	for range many {
		given[Address(t, "127.0.0.1")] = true
	}
	if len(given) != many {
		t.Errorf("%d addresses were given %d times", len(given), many)
	}
}

// TestAnAddressIsGivenBack holds it over the lives of a server, and no longer.
func TestAnAddressIsGivenBack(t *testing.T) {
	address, release, err := Reserve("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a server is started again
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		listener.Close()
	}
	if held, err := net.ListenPacket("udp", address); err == nil {
		held.Close()
		t.Error("it could be given to another")
	}
	release()
	held, err := net.ListenPacket("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	held.Close()
}
