package protocol

import "strings"

// matches reports whether an If-None-Match header, which may have several lines,
// lists the entity tag or "*". Comparison is weak, as RFC 9110 wants it here. A
// list that is malformed matches up to where it is.
func matches(lines []string, tag string) bool {
	for _, line := range lines {
		if matchesLine(line, tag) {
			return true
		}
	}
	return false
}

func matchesLine(line, tag string) bool {
	for {
		line = strings.TrimLeft(line, " \t,")
		if strings.HasPrefix(line, "*") {
			return strings.Trim(line, "* \t") == ""
		}
		line = strings.TrimPrefix(line, "W/")
		candidate, rest, ok := cutTag(line)
		switch {
		case !ok:
			return false
		case candidate == tag:
			return true
		}
		line = rest
	}
}

// cutTag takes a quoted tag off the front of a list.
func cutTag(list string) (tag, rest string, ok bool) {
	if !strings.HasPrefix(list, `"`) {
		return "", "", false
	}
	end := strings.IndexByte(list[1:], '"')
	if end < 0 {
		return "", "", false
	}
	return list[:end+2], list[end+2:], true
}
