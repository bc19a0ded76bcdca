"""Programs that do their worst to reportcli and say what broke; quick, seeded rounds of them run with the tests."""
