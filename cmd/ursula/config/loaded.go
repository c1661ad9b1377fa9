package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// Loaded is a configuration together with where each of its values came from.
type Loaded struct {
	Config  Config
	origins map[string]string // by key
}

// TOML returns the configuration as a file that Load reads back as the same
// configuration, each key with what it is for and where its value came from.
func (l Loaded) TOML() string {
	var b strings.Builder
	for _, k := range keys() {
		fmt.Fprintf(&b, "# %s\n", k.usage)
		fmt.Fprintf(&b, "%s = %s  # %s\n\n", k.name, k.value(&l.Config).toml(), l.origins[k.name])
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// fill sets every field from the source of most weight, and notes the source.
func (l *Loaded) fill(v *viper.Viper, flags *pflag.FlagSet, path string) error {
	var problems []error
	for _, k := range keys() {
		from := origin(k, v, flags, path)
		l.origins[k.name] = from
		if err := set(k.value(&l.Config), v.Get(k.name)); err != nil {
			problems = append(problems, fmt.Errorf("%s (%s): %w", k.name, from, err))
		}
	}
	return errors.Join(problems...)
}

// origin names the source whose value viper prefers.
func origin(k key, v *viper.Viper, flags *pflag.FlagSet, path string) string {
	switch {
	case flags.Changed(k.name):
		return "flag --" + k.name
	case os.Getenv(k.env()) != "":
		return "environment " + k.env()
	case v.InConfig(k.name):
		return "file " + path
	}
	return "default"
}

// set writes what a source held, as text, into its field.
func set(into value, raw any) error {
	switch raw.(type) {
	case string, bool, int, int64, float64:
		return into.Set(fmt.Sprint(raw))
	}
	return fmt.Errorf("a single value is wanted, not %T", raw)
}
