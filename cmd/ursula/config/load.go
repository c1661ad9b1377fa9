package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// fileFlag names the flag, and with URSULA_ the variable, that gives the TOML file.
const fileFlag = "config"

// AddFlags defines one flag for each key, and --config for the file. The flags show
// the defaults in their help; their values are read by Load.
func AddFlags(flags *pflag.FlagSet) {
	flags.String(fileFlag, "", "TOML `file` to read (environment: URSULA_CONFIG)")
	shown := Default()
	for _, k := range keys() {
		v := k.value(&shown)
		flag := flags.VarPF(v, k.name, "", k.usage)
		if v.Type() == "bool" {
			flag.NoOptDefVal = "true" // --pprof alone means --pprof=true
		}
	}
}

// Load returns the configuration in force: flags that were given, else URSULA_*
// variables that are not empty, else the TOML file, else defaults. flags must have
// been made by AddFlags and parsed. The error joins everything that is wrong: a file
// that cannot be read, unknown keys in it, values that do not parse, and what
// Validate refuses.
func Load(flags *pflag.FlagSet) (Loaded, error) {
	v := viper.New()
	path := filePath(flags)
	if err := readFile(v, path); err != nil {
		return Loaded{}, err
	}
	if err := bind(v, flags); err != nil {
		return Loaded{}, err
	}
	l := Loaded{Config: Default(), origins: make(map[string]string)}
	if err := l.fill(v, flags, path); err != nil {
		return Loaded{}, err
	}
	return l, l.Config.Validate()
}

func filePath(flags *pflag.FlagSet) string {
	if flag := flags.Lookup(fileFlag); flag != nil && flag.Changed {
		return flag.Value.String()
	}
	return os.Getenv(envPrefix + "_" + strings.ToUpper(fileFlag))
}

// readFile reads the TOML file at path, if there is one, and refuses keys that are
// not in the table. It must run before bind, which makes all keys known to v.
func readFile(v *viper.Viper, path string) error {
	if path == "" {
		return nil
	}
	v.SetConfigFile(path)
	v.SetConfigType("toml")
	if err := v.ReadInConfig(); err != nil {
		return fmt.Errorf("read configuration %s%s: %w", path, position(err), err)
	}
	var problems []error
	for _, name := range slices.Sorted(slices.Values(v.AllKeys())) {
		if !known(name) {
			problems = append(problems, fmt.Errorf("%s: unknown key %q", path, name))
		}
	}
	return errors.Join(problems...)
}

// position says where in the file a syntax error is, when the parser knows.
func position(err error) string {
	var at interface{ Position() (row, column int) }
	if !errors.As(err, &at) {
		return ""
	}
	row, column := at.Position()
	return fmt.Sprintf(":%d:%d", row, column)
}

func known(name string) bool {
	return slices.ContainsFunc(keys(), func(k key) bool { return k.name == name })
}

func bind(v *viper.Viper, flags *pflag.FlagSet) error {
	for _, k := range keys() {
		if err := v.BindPFlag(k.name, flags.Lookup(k.name)); err != nil {
			return fmt.Errorf("bind --%s: %w", k.name, err)
		}
		if err := v.BindEnv(k.name, k.env()); err != nil {
			return fmt.Errorf("bind %s: %w", k.env(), err)
		}
	}
	return nil
}
