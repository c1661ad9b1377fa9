package linear_test

import (
	"slices"
	"testing"

	"ursula/integration/linear"
)

// find is the first operation that fits; there must be one.
func find(t *testing.T, h *linear.History, fits func(*linear.Op) bool) *linear.Op {
	t.Helper()
	for i := range h.Ops {
		if fits(&h.Ops[i]) {
			return &h.Ops[i]
		}
	}
	t.Fatal("the recorded history has nothing to damage in this way")
	return nil
}

func isAppend(o *linear.Op) bool {
	return o.Stream == lasting && o.Kind == linear.Append && o.Outcome == linear.OK
}

func isFullRead(o *linear.Op) bool {
	return o.Stream == lasting && o.Kind == linear.Read && o.Outcome == linear.OK && len(o.Content) > 3
}

// rewrite changes the final content of a stream, which is that of its appends.
func rewrite(t *testing.T, h *linear.History, change func([]string) []string) {
	t.Helper()
	for i := range h.Finals {
		f := &h.Finals[i]
		if f.Stream != lasting {
			continue
		}
		var content string
		for _, part := range change(parts(t, f.Content)) {
			content += part
		}
		f.Content, f.Tail = content, int64(len(content))
	}
}

// parts cuts content into its appends, each of which ends a line.
func parts(t *testing.T, content string) []string {
	t.Helper()
	var list []string
	for begin, i := 0, 0; i < len(content); i++ {
		if content[i] == '\n' {
			list = append(list, content[begin:i+1])
			begin = i + 1
		}
	}
	if len(list) < 4 {
		t.Fatal("the recorded history is too short")
	}
	return list
}

func losesAnAppend(t *testing.T, h *linear.History) {
	a := find(t, h, isAppend)
	rewrite(t, h, func(list []string) []string {
		payload := string(linear.Payload(a.Token, a.Size))
		return slices.DeleteFunc(list, func(part string) bool { return part == payload })
	})
}

func readMisses(t *testing.T, h *linear.History) {
	o := find(t, h, isFullRead)
	o.Content = slices.Delete(slices.Clone(o.Content), 1, 2)
}

func doublesAnAppend(t *testing.T, h *linear.History) {
	rewrite(t, h, func(list []string) []string { return slices.Insert(list, 3, list[1]) })
}

// swapsTwo takes the first and the last, which certainly did not overlap.
func swapsTwo(t *testing.T, h *linear.History) {
	rewrite(t, h, func(list []string) []string {
		last := len(list) - 1
		list[0], list[last] = list[last], list[0]
		return list
	})
}

func misplacesAnAppend(t *testing.T, h *linear.History) { find(t, h, isAppend).Tail++ }

func inventsAnAppend(t *testing.T, h *linear.History) {
	stranger := string(linear.Payload(linear.Token{Client: 77, Seq: 7}, size))
	rewrite(t, h, func(list []string) []string { return append(list, stranger) })
}

func tail(t *testing.T, h *linear.History) *linear.Tail {
	t.Helper()
	for i := range h.Tails {
		if h.Tails[i].Stream == lasting {
			return &h.Tails[i]
		}
	}
	t.Fatal("nobody read that stream live")
	return nil
}

func cutsATail(t *testing.T, h *linear.History) {
	reader := tail(t, h)
	list := parts(t, reader.Content)
	reader.Content = reader.Content[:len(list[0])] + reader.Content[len(list[0])+len(list[1]):]
}

func repeatsInATail(t *testing.T, h *linear.History) {
	reader := tail(t, h)
	reader.Content = parts(t, reader.Content)[0] + reader.Content
}

func divergesANode(t *testing.T, h *linear.History) {
	for _, f := range h.Finals {
		if f.Stream == lasting {
			list := parts(t, f.Content)
			f.Node = 2
			f.Content = f.Content[:len(f.Content)-len(list[len(list)-1])]
			h.Finals = append(h.Finals, f)
			return
		}
	}
}

func tearsTheEnd(t *testing.T, h *linear.History) {
	rewrite(t, h, func(list []string) []string { return append(list, list[0][:len(list[0])-1]) })
}

// revives lets a HEAD that found nothing find an empty stream.
func revives(t *testing.T, h *linear.History) {
	o := find(t, h, func(o *linear.Op) bool {
		return o.Stream == reborn && o.Kind == linear.Head && o.Outcome == linear.Absent
	})
	o.Outcome = linear.OK
}

func vanishes(t *testing.T, h *linear.History) {
	find(t, h, func(o *linear.Op) bool {
		return o.Stream == lasting && o.Kind == linear.Head && o.Outcome == linear.OK
	}).Outcome = linear.Absent
}

func forgetsAProducer(t *testing.T, h *linear.History) {
	a := find(t, h, func(o *linear.Op) bool { return isAppend(o) && o.Producer > 0 })
	again := *a
	again.Invoked, again.Returned = a.Returned+1, a.Returned+2
	again.Tail += int64(again.Size)
	h.Ops = append(h.Ops, again)
}
