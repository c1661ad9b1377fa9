package place_test

import (
	"testing"

	"ursula/control/place"
)

func TestWhatIsSaidOfColdObjects(t *testing.T) {
	for c, want := range map[place.Cold]struct {
		says  string
		whole bool
	}{
		{}:                               {"", true},
		{Unseen: 3}:                      {"looks for cold objects of 3 groups", false},
		{Unseen: 1, Missing: 2}:          {"looks for cold objects of 1 group", false},
		{Missing: 2}:                     {"lacks 2 cold objects", false},
		{Missing: 2, Lost: 1}:            {"lacks 1 cold object, and no member has 1 cold object", false},
		{Missing: 2, Lost: 2}:            {"no member has 2 cold objects", true},
		{Unseen: 1, Missing: 2, Lost: 2}: {"looks for cold objects of 1 group", false},
	} {
		if got := c.String(); got != want.says || c.Whole() != want.whole {
			t.Errorf("%+v says %q, whole %v; want %+v", c, got, c.Whole(), want)
		}
	}
}
