package webhook

import (
	"errors"
	"net/netip"
	"testing"
)

func TestCheckURL(t *testing.T) {
	for _, c := range []struct {
		url             string
		public, develop bool // permitted by the default policy, and with AllowLoopback
	}{
		{"https://worker.example/hook", true, true},
		{"https://worker.example:8443/hook?a=b", true, true},
		{"https://93.184.215.14/", true, true},
		{"https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", true, true},
		{"http://worker.example/hook", false, false},
		{"http://localhost:3000/hook", false, true},
		{"http://LOCALHOST./hook", false, true},
		{"http://app.localhost/hook", false, true},
		{"https://localhost/hook", false, true},
		{"http://127.0.0.1:3000/hook", false, true},
		{"http://127.0.0.9/hook", false, true},
		{"http://[::1]:3000/hook", false, true},
		{"http://10.0.0.1/hook", false, false},
		{"https://10.0.0.1/hook", false, false},
		{"https://172.16.3.4/", false, false},
		{"https://192.168.1.1/", false, false},
		{"https://169.254.169.254/latest/meta-data", false, false},
		{"https://100.64.0.1/", false, false},
		{"https://0.0.0.0/", false, false},
		{"https://224.0.0.1/", false, false},
		{"https://255.255.255.255/", false, false},
		{"https://[::]/", false, false},
		{"https://[fe80::1%25eth0]/", false, false},
		{"https://[fd00:ec2::254]/", false, false},
		{"https://[::ffff:10.0.0.1]/", false, false},
		{"http://[::ffff:127.0.0.1]/", false, false},
		{"https://[::ffff:93.184.215.14]/", false, false},
		{"https://[64:ff9b::a00:1]/", false, false},
		{"https://[64:ff9b:1::1]/", false, false},
		{"https://[2002:a00:1::]/", false, false},
		{"https://[2001::1]/", false, false},
		{"https://[ff02::1]/", false, false},
		{"https://user:secret@worker.example/", false, false},
		{"ftp://worker.example/", false, false},
		{"file:///etc/passwd", false, false},
		{"https:///path", false, false},
		{"//worker.example/", false, false},
		{"worker.example", false, false},
		{"https://a b/", false, false},
		{"", false, false},
	} {
		for policy, want := range map[Policy]bool{{}: c.public, {AllowLoopback: true}: c.develop} {
			err := policy.CheckURL(c.url)
			if got := err == nil; got != want || err != nil && !errors.Is(err, ErrRejected) {
				t.Errorf("%+v: CheckURL(%q) = %v", policy, c.url, err)
			}
		}
	}
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"1.1.1.1": true, "9.255.255.255": true, "11.0.0.0": true, "172.32.0.0": true, "100.128.0.0": true,
		"168.63.129.16": false, "192.0.0.192": false, "198.19.255.255": false, "240.0.0.1": false,
		"2606:4700::1111": true, "2001:4860::8888": true,
		"2001:db8::1": false, "2001:1ff::1": false, "3fff::1": false, "100::1": false, "5f00::1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("public(%s) = %v", address, got)
		}
	}
}
