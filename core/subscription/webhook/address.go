package webhook

import "net/netip"

// public says whether an address belongs to the public internet. For IPv4 the
// exceptions are listed; for IPv6 only the global unicast range is permitted,
// less what is listed. Forms that carry an IPv4 address inside an IPv6 one
// (mapped, NAT64, 6to4, Teredo) are refused whatever they carry.
func public(address netip.Addr) bool {
	if address.Zone() != "" {
		return false
	}
	switch {
	case address.Is4():
		return !within(reserved4(), address)
	case address.Is4In6():
		return false
	}
	return globalUnicast().Contains(address) && !within(reserved6(), address)
}

func within(ranges []string, address netip.Addr) bool {
	for _, r := range ranges {
		if netip.MustParsePrefix(r).Contains(address) {
			return true
		}
	}
	return false
}

// reserved4 lists the IANA special-purpose ranges, and one address of a cloud
// that serves metadata from public space.
func reserved4() []string {
	return []string{
		"0.0.0.0/8",        // this network
		"10.0.0.0/8",       // private
		"100.64.0.0/10",    // carrier-grade NAT
		"127.0.0.0/8",      // loopback
		"168.63.129.16/32", // Azure's host agent
		"169.254.0.0/16",   // link-local, cloud metadata
		"172.16.0.0/12",    // private
		"192.0.0.0/24",     // IETF protocol assignments
		"192.0.2.0/24",     // documentation
		"192.88.99.0/24",   // 6to4 relays
		"192.168.0.0/16",   // private
		"198.18.0.0/15",    // benchmarking
		"198.51.100.0/24",  // documentation
		"203.0.113.0/24",   // documentation
		"224.0.0.0/4",      // multicast
		"240.0.0.0/4",      // reserved, broadcast
	}
}

func globalUnicast() netip.Prefix { return netip.MustParsePrefix("2000::/3") }

// reserved6 lists what of the global unicast range is not the public internet.
// Unique-local, link-local, multicast and NAT64 addresses lie outside of it.
func reserved6() []string {
	return []string{
		"2001::/23",     // IETF protocol assignments, Teredo
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4
		"3fff::/20",     // documentation
	}
}
