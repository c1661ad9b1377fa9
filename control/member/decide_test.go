package member_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ursula/control/member"
)

// empty is a node that has just been installed.
func empty(id string, peers ...string) member.Hello {
	h := member.Hello{Node: id, Address: "host-" + id + ":1", Disk: "disk-" + id, Groups: 8, Empty: true}
	for _, p := range peers {
		h.Peers = append(h.Peers, member.Peer{ID: p, Address: "host-" + p + ":1"})
	}
	return h
}

// part is node id as a member of the cluster that 1, 2 and 3 have founded.
func part(id string, roster *member.Roster) member.Hello {
	h := empty(id, "1", "2", "3")
	h.Empty, h.Founders, h.Roster = false, founders("1", "2", "3"), roster
	h.Cluster = member.ClusterID(h.Founders)
	return h
}

func founders(ids ...string) (all []member.Founder) {
	for _, id := range ids {
		all = append(all, member.Founder{ID: id, Address: "host-" + id + ":1", Disk: "disk-" + id})
	}
	return all
}

// with changes a hello.
func with(h member.Hello, change func(*member.Hello)) member.Hello {
	change(&h)
	return h
}

func roster(t *testing.T, changes ...func(member.Roster) (member.Roster, error)) *member.Roster {
	all := founders("1", "2", "3")
	r, err := member.First(member.ClusterID(all), 8, all, time.Unix(0, 0))
	for _, change := range changes {
		if err != nil {
			t.Fatal(err)
		}
		r, err = change(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &r
}

func TestANodeDecidesHowItBegins(t *testing.T) {
	now := time.Unix(0, 0)
	four := member.Peer{ID: "4", Address: "host-4:1"}
	added := func(r member.Roster) (member.Roster, error) { return r.Add(four, now) }
	joined := func(r member.Roster) (member.Roster, error) { return r.Join(four, "disk-4") }
	removed := func(r member.Roster) (member.Roster, error) { return r.Remove("2", now) }
	gone := func(r member.Roster) (member.Roster, error) {
		m, _ := r.Find("2")
		return r.Removed(m, now)
	}
	replaced := func(r member.Roster) (member.Roster, error) {
		return r.Replace("2", member.Peer{ID: "2", Address: "host-2:1"}, now)
	}
	newDisk := func(h *member.Hello) { h.Disk = "fresh" }
	two, other := empty("2", "1", "2", "3"), empty("4", "1", "2", "3", "4")

	for name, c := range map[string]struct {
		self    member.Hello
		answers []member.Hello
		do      member.Action
		says    string
	}{
		"empty and alone":                {empty("1"), nil, member.Refuse, "whether there is a cluster"},
		"empty and alone by its list":    {empty("1", "1"), nil, member.Refuse, "whether there is a cluster"},
		"a server of one node grows":     {with(empty("1"), func(h *member.Hello) { h.Empty = false }), nil, member.Found, "cluster of 1"},
		"it grows by its list":           {with(empty("1", "1"), func(h *member.Hello) { h.Empty = false }), nil, member.Found, "cluster of 1"},
		"all empty":                      {two, []member.Hello{empty("1", "3", "2", "1"), empty("3", "1", "2", "3")}, member.Found, "cluster of 3"},
		"one is silent":                  {two, []member.Hello{empty("1", "1", "2", "3")}, member.Wait, "no answer yet from 3=host-3:1"},
		"nobody answers":                 {two, nil, member.Wait, "1=host-1:1, 3=host-3:1"},
		"streams of its own":             {with(two, func(h *member.Hello) { h.Empty = false }), nil, member.Refuse, "without --peers"},
		"a peer with streams":            {two, []member.Hello{with(empty("1", "1", "2", "3"), func(h *member.Hello) { h.Empty = false }), empty("3", "1", "2", "3")}, member.Wait, "node 1 holds streams"},
		"other peers":                    {two, []member.Hello{empty("1", "1", "2"), empty("3", "1", "2", "3")}, member.Refuse, "node 1 was started with other --peers (1=host-1:1,2=host-2:1)"},
		"other groups":                   {two, []member.Hello{with(empty("1", "1", "2", "3"), func(h *member.Hello) { h.Groups = 16 }), empty("3", "1", "2", "3")}, member.Refuse, "16 groups"},
		"a copied disk":                  {two, []member.Hello{with(empty("1", "1", "2", "3"), func(h *member.Hello) { h.Disk = "disk-2" })}, member.Refuse, "copied"},
		"not on its own list":            {empty("4", "1"), []member.Hello{empty("1", "1", "2", "3")}, member.Wait, "do not name node 4"},
		"goes on":                        {part("2", nil), nil, member.Proceed, ""},
		"others were faster":             {two, []member.Hello{part("1", nil)}, member.Found, "part of cluster"},
		"others have a roster already":   {two, []member.Hello{part("1", roster(t))}, member.Found, "part of cluster"},
		"lost its disk early":            {with(two, newDisk), []member.Hello{part("1", nil)}, member.Refuse, "another disk (disk-2, here fresh)"},
		"lost its disk":                  {with(two, newDisk), []member.Hello{part("1", roster(t))}, member.Refuse, "ursula ctl cluster replace 2=host-2:1"},
		"lost its disk, others silent":   {with(two, newDisk), nil, member.Wait, "no answer"},
		"its old disk is leaving":        {with(two, newDisk), []member.Hello{part("1", roster(t, replaced))}, member.Wait, "is being removed"},
		"its old disk has left":          {with(two, newDisk), []member.Hello{part("1", roster(t, replaced, gone))}, member.Join, "joining"},
		"was removed":                    {two, []member.Hello{part("1", roster(t, removed, gone))}, member.Refuse, "was removed"},
		"early and unknown":              {other, []member.Hello{part("1", nil)}, member.Wait, "about to begin"},
		"not added":                      {other, []member.Hello{part("1", roster(t))}, member.Wait, "ursula ctl cluster add 4=host-4:1"},
		"added":                          {other, []member.Hello{part("1", roster(t, added))}, member.Join, "joining"},
		"added, one has not heard":       {other, []member.Hello{part("1", roster(t, added)), part("3", roster(t))}, member.Join, "joining"},
		"added at another place":         {with(other, func(h *member.Hello) { h.Address = "x:1" }), []member.Hello{part("1", roster(t, added))}, member.Refuse, "expects node 4 at host-4:1"},
		"added, with streams":            {with(other, func(h *member.Hello) { h.Empty = false }), []member.Hello{part("1", roster(t, added))}, member.Refuse, "only an empty one can join"},
		"joined":                         {other, []member.Hello{part("1", roster(t, added, joined))}, member.Proceed, "part of cluster"},
		"another has joined in its name": {with(other, newDisk), []member.Hello{part("1", roster(t, added, joined))}, member.Refuse, "another disk"},
		"two clusters":                   {other, []member.Hello{part("1", nil), with(part("3", nil), func(h *member.Hello) { h.Cluster = "x" })}, member.Refuse, "different clusters"},
	} {
		t.Run(name, func(t *testing.T) {
			d := member.Decide(c.self, byID(c.answers))
			if d.Do != c.do || !strings.Contains(d.Reason, c.says) {
				t.Errorf("%v: %s", d.Do, d.Reason)
			}
			if founded := d.Do == member.Found; founded != (len(d.Founders) > 0) || founded && d.Cluster != member.ClusterID(d.Founders) {
				t.Errorf("%v with founders %v of %q", d.Do, d.Founders, d.Cluster)
			}
		})
	}
}

func byID(hellos []member.Hello) map[string]member.Hello {
	answers := map[string]member.Hello{}
	for _, h := range hellos {
		answers[h.Node] = h
	}
	return answers
}

func TestAPeerUnderAnotherNameIsRefused(t *testing.T) {
	d := member.Decide(empty("1", "1", "2"), map[string]member.Hello{"2": empty("3", "1", "2")})
	if d.Do != member.Refuse || !strings.Contains(d.Reason, "host-2:1 calls itself 3") {
		t.Errorf("%v: %s", d.Do, d.Reason)
	}
}

func TestTheClusterIDFollowsFromTheDisks(t *testing.T) {
	all := founders("1", "2", "10")
	id := member.ClusterID(all)
	if want := "a56369a4455a31bef0fac0f0859f9e24"; id != want {
		t.Errorf("got %s: clusters that exist would be renamed", id)
	}
	slices.Reverse(all)
	if member.ClusterID(all) != id {
		t.Error("the order counts")
	}
	all[0].Disk = "other"
	if member.ClusterID(all) == id {
		t.Error("the disk does not count")
	}
}
