package cold

// smallestShed is the least that a group is asked to shed, so that a small
// excess is not taken from every group in crumbs.
const smallestShed = 64 << 10

// shed frees memory when the shed mark is passed: down to half way between it
// and the flush mark, so that it is not back at once.
func (f *Flusher) shed() {
	marks := f.budget.marks
	if f.budget.Hot() <= marks.Shed {
		return
	}
	target := marks.Flush + (marks.Shed-marks.Flush)/2
	for excess := f.budget.Hot() - target; excess > 0; {
		freed := f.shedRound(excess)
		f.count.shed.Add(freed)
		if freed == 0 {
			return
		}
		excess -= freed
	}
}

// shedRound asks each group once for its share of the excess, beginning with
// the group after the one that it stopped at last, and returns what was freed.
func (f *Flusher) shedRound(excess int64) int64 {
	share := max(excess/int64(max(len(f.members), 1)), smallestShed)
	freed := int64(0)
	for range f.members {
		if freed >= excess {
			break
		}
		freed += f.members[f.shedNext%len(f.members)].Shed(min(share, excess-freed))
		f.shedNext++
	}
	return freed
}
